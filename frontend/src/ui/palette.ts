import type { Style } from "../model/style";
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

/** The offered width that comes nearest to one. */
export function nearestWidth(width: number): number {
  const distance = (index: number) => Math.abs((WIDTHS[index]?.value ?? 0) - width);
  return WIDTHS.reduce((best, _, index) => (distance(index) < distance(best) ? index : best), 0);
}
