import { readFileSync } from "node:fs";
import type { Element, LogOp } from "../../src/model/element";

/** Reads `tests/vectors/board.json`; the short forms are described in the README beside it. */
export interface Vector {
  readonly name: string;
  readonly ops: LogOp[];
  readonly elements: Element[];
}

type Json = Record<string, unknown>;

export function readVectors(): Vector[] {
  const text = readFileSync(new URL("../../../tests/vectors/board.json", import.meta.url), "utf8");
  const raw = JSON.parse(text) as { name: string; ops: Json[]; elements: Json[] }[];
  return raw.map(({ name, ops, elements }) => ({
    name,
    ops: ops.flatMap((entry) => expand(entry, "op")).map(withPoints) as unknown as LogOp[],
    elements: elements
      .flatMap((entry) => expand(entry, "element"))
      .map(withAllPoints) as unknown as Element[],
  }));
}

function expand(entry: Json, inner: "op" | "element"): Json[] {
  if (typeof entry.repeat !== "number") return [entry];
  const pattern = entry[inner] as Json & { id: string };
  return Array.from({ length: entry.repeat }, (_, i) => ({
    ...pattern,
    id: pattern.id.replaceAll("#", String(i + 1)),
  }));
}

/** Points of an op itself, and of the element in it. */
function withPoints(op: Json): Json {
  const { element } = op;
  const isElement = typeof element === "object" && element !== null;
  return withAllPoints(isElement ? { ...op, element: withAllPoints(element as Json) } : op);
}

function withAllPoints(holder: Json): Json {
  const short = holder.points as { repeat?: number; points?: number[] } | undefined;
  if (short?.repeat === undefined || short.points === undefined) return holder;
  const once = short.points;
  return { ...holder, points: Array.from({ length: short.repeat }, () => once).flat() };
}
