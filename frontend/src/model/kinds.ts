/** What the geometry of a kind is made of: points, two ends, or a frame. */
export type Form = "path" | "line" | "frame";

/** What an element of a kind consists of beside its `kind` (SPEC.md O2), as `protocol/kinds.py` holds it to that. */
export interface Kind {
  readonly form: Form;
  readonly must: readonly string[];
  readonly may: readonly string[];
}

/** Whether a kind is made of letters. */
export function isWritten(kind: string): boolean {
  return kind === "text" || kind === "note";
}

const FRAME = ["x", "y", "w", "h"];

const path: Kind = {
  form: "path",
  must: ["color", "points", "width"],
  may: ["opacity", "pressures", "transform"],
};
const line: Kind = { form: "line", must: ["color", ...FRAME, "width"], may: ["opacity"] };
const shape: Kind = {
  form: "frame",
  must: ["color", ...FRAME, "width"],
  may: ["opacity", "angle", "fill"],
};
const text: Kind = { form: "frame", must: ["color", ...FRAME, "text", "size"], may: ["opacity", "angle"] };
const note: Kind = { ...text, must: [...text.must, "fill"] };

export const KINDS: ReadonlyMap<string, Kind> = new Map([
  ["stroke", path],
  ["highlighter", path],
  ["line", line],
  ["arrow", line],
  ["rectangle", shape],
  ["diamond", shape],
  ["ellipse", shape],
  ["text", text],
  ["note", note],
]);
