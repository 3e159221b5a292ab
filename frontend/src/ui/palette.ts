import type { Element } from "../model/element";
import { isWritten } from "../model/kinds";
import type { Look, Style } from "../model/style";
import type { SharedLook } from "../tools/look";
import type { ToolName } from "../tools/toolbox";
import { remember, remembered } from "./habits";
import type { Strings } from "./strings_en";

/** The colours on offer, by the key that chooses them (1, 2, …). All are readable on light paper and, turned, on dark. */
export const COLORS: readonly { name: keyof Strings["color"]; value: string }[] = [
  { name: "black", value: "black" },
  { name: "grey", value: "#868e96" },
  { name: "red", value: "#e03131" },
  { name: "orange", value: "#f08c00" },
  { name: "green", value: "#2f9e44" },
  { name: "blue", value: "#1971c2" },
  { name: "violet", value: "#7048e8" },
  { name: "pink", value: "#e64980" },
];

/** The widths on offer, in board pixels, fine to broad. */
export const WIDTHS: readonly { name: keyof Strings["width"]; value: number }[] = [
  { name: "fine", value: 4 },
  { name: "medium", value: 8 },
  { name: "bold", value: 16 },
  { name: "broad", value: 32 },
];

/** The sizes of letters on offer, in board pixels. */
export const SIZES: readonly { name: keyof Strings["size"]; value: number }[] = [
  { name: "small", value: 20 },
  { name: "medium", value: 32 },
  { name: "large", value: 52 },
  { name: "huge", value: 84 },
];

/** How opaque, from all to little. */
export const OPACITIES: readonly number[] = [1, 0.6, 0.3];

/** The colour and the width that were chosen last on any board, as far as they are on offer. */
export function storedStyle(): Partial<Style> {
  const color = COLORS.find(({ value }) => value === remembered("color"));
  const width = WIDTHS.find(({ value }) => String(value) === remembered("width"));
  return { ...(color && { color: color.value }), ...(width && { width: width.value }) };
}

export function storeStyle({ color, width }: Style): void {
  remember("color", color);
  remember("width", String(width));
}

const LOOKING: ReadonlySet<ToolName> = new Set([
  "pen",
  "highlighter",
  "line",
  "arrow",
  "rectangle",
  "diamond",
  "ellipse",
  "text",
  "note",
]);

/** Whether a colour chosen while this tool is in hand is one for it. */
export function hasLook(tool: ToolName): boolean {
  return LOOKING.has(tool);
}

/** The kinds that a choice is for: of what is selected, or else of what comes next; with a tool that has no look that is the pen's. */
export function kindsToDress(selection: readonly Element[], tool: ToolName): readonly string[] {
  if (selection.length > 0) return selection.map(({ kind }) => kind);
  return [hasLook(tool) ? tool : "pen"];
}

/** The offered value that comes nearest to one. */
export function nearest(offered: readonly { readonly value: number }[], wanted: number): number {
  const distance = (index: number) => Math.abs((offered[index]?.value ?? 0) - wanted);
  return offered.reduce((best, _, index) => (distance(index) < distance(best) ? index : best), 0);
}

/**
 * What is on offer next, up or down: a size of letters where only texts and notes are dressed, else a width. Undefined at the end.
 *
 * @param look of what is dressed
 * @param worn what counts where `look` has no common value
 */
export function stepped(
  kinds: readonly string[],
  look: SharedLook,
  worn: Look,
  by: -1 | 1,
): Partial<Look> | undefined {
  const property = kinds.every(isWritten) ? "size" : "width";
  const offered = property === "size" ? SIZES : WIDTHS;
  const next = offered[nearest(offered, look[property] ?? worn[property]) + by];
  return next && { [property]: next.value };
}
