import { MAX_Z } from "./limits";

/**
 * The words of a board: elements, and the ops that change them.
 *
 * Source: SPEC.md O1–O6.
 */

/** A thing on the board. Whatever its kind carries is kept, also what this release does not know. */
export interface Element {
  readonly id: string;
  readonly by: string;
  readonly kind: string;
  readonly [property: string]: unknown;
}

/** An element before the log gave it `id` and `by`. */
export interface NewElement {
  readonly kind: string;
  readonly [property: string]: unknown;
}

/** What a tool wants done; the outbox turns it into an op by giving it an id. */
export type Draft =
  | { readonly op: "add"; readonly element: NewElement }
  | {
      readonly op: "grow";
      readonly element: string;
      readonly points: readonly number[];
      readonly pressures?: readonly number[];
    }
  | { readonly op: "update"; readonly element: string; readonly props: Readonly<Record<string, unknown>> }
  | { readonly op: "remove"; readonly elements: readonly string[] }
  | { readonly op: "clear" };

/** An op of ours, as it travels. */
export type Op = Draft & { readonly id: string };

/** An op from the log: possibly from a newer release, so nothing but its id is taken for granted. */
export interface LogOp {
  readonly op: string;
  readonly id: string;
  readonly by?: string;
  readonly [field: string]: unknown;
}

/** The flat `[x0, y0, x1, y1, …]` of an element, or undefined if it has none. */
export function pointsOf(element: NewElement): readonly number[] | undefined {
  return Array.isArray(element.points) ? element.points : undefined;
}

/** How hard a pen pressed at each of its points, 0 to 1; undefined if that is not known of all of them. */
export function pressuresOf(element: Element): readonly number[] | undefined {
  const { points, pressures } = element;
  const isWhole = Array.isArray(pressures) && Array.isArray(points) && 2 * pressures.length === points.length;
  return isWhole ? pressures : undefined;
}

/** How high an element lies (O10), before the order of the adds decides. */
export function zOf({ z }: Element): number {
  return typeof z === "number" && Number.isSafeInteger(z) ? Math.max(-MAX_Z, Math.min(MAX_Z, z)) : 0;
}
