import type { Element, NewElement } from "../model/element";
import { taken } from "./check";

/**
 * Our format, docs/format.md: what a board exports as JSON, and what lies on the clipboard.
 *
 * Elements bottom to top, without ids: so they can enter any board, and the same one again.
 */

/** Rises when readers of the one before would take a file for something else; fields that are merely new leave it as it is. */
const VERSION = 1;

/** A larger file is hardly a board, and reading it would stop the page. */
export const MAX_FILE_BYTES = 64 * 1024 * 1024;

/** Why nothing was read. */
export type Refusal = "not_json" | "not_ours" | "newer" | "nothing";

export type Reading =
  | { readonly is: "refused"; readonly why: Refusal }
  | {
      readonly is: "read";
      /** Bottom to top; at least one. */
      readonly elements: readonly NewElement[];
      /** Elements that were left out, since no board takes them. */
      readonly broken: number;
      /** Elements with too many points, which became several. */
      readonly split: number;
    };

/** @param elements bottom to top */
export function written(elements: Iterable<Element>): string {
  // A line an element, its properties always in the same order: two versions of a board can be compared.
  const lines = Array.from(elements, ({ id: _id, by: _by, z: _z, kind, ...rest }) =>
    JSON.stringify({ kind, ...Object.fromEntries(Object.entries(rest).sort(byName)) }),
  );
  return `{"whiteboard":${VERSION},"elements":[\n${lines.join(",\n")}\n]}\n`;
}

function byName([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number {
  return one < other ? -1 : 1;
}

/** Reads what `written` wrote, here, elsewhere or in a newer release, and judges whatever else it is given. */
export function read(text: string): Reading {
  const value = parsed(text);
  if (value === undefined) return refused("not_json");
  if (typeof value !== "object" || value === null || !("whiteboard" in value)) return refused("not_ours");
  const { whiteboard } = value;
  if (typeof whiteboard !== "number" || !Number.isSafeInteger(whiteboard) || whiteboard < 1)
    return refused("not_ours");
  if (whiteboard > VERSION) return refused("newer");
  if (!("elements" in value) || !Array.isArray(value.elements)) return refused("not_ours");
  const pieces = value.elements.map(taken);
  const elements = pieces.flatMap((some) => some ?? []);
  if (value.elements.length === 0) return refused("nothing");
  return {
    is: "read",
    elements,
    broken: pieces.filter((some) => some === undefined).length,
    split: pieces.filter((some) => some !== undefined && some.length > 1).length,
  };
}

function refused(why: Refusal): Reading {
  return { is: "refused", why };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
