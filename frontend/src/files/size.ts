import type { Box } from "../geometry/box";

/** What browsers can make a canvas of, phones' too. */
export const MAX_SIDE_PX = 16_384;
export const MAX_AREA_PX = 67_108_864;

/** How often less is tried where a browser cannot make a canvas after all. */
const ATTEMPTS = 5;

/** The largest scale, up to the wanted one, at which a box becomes a canvas: device pixels a board pixel. */
export function scaleFor({ left, top, right, bottom }: Box, wanted: number): number {
  const [width, height] = [right - left, bottom - top];
  const most = Math.min(MAX_SIDE_PX / Math.max(width, height), Math.sqrt(MAX_AREA_PX / (width * height)));
  if (most >= wanted) return wanted;
  // Two digits are enough to be told, and rounding down keeps within the limits.
  const unit = 10 ** (Math.floor(Math.log10(most)) - 1);
  return Number((Math.floor(most / unit) * unit).toPrecision(2));
}

/** A scale, and smaller ones, each with half the pixels a side. */
export function smaller(scale: number): number[] {
  return Array.from({ length: ATTEMPTS }, (_, i) => scale / 2 ** i);
}
