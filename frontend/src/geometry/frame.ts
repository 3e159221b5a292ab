import type { Element } from "../model/element";
import type { Box } from "./box";

/** A rectangle turned around its middle; `w` and `h` are not below 0. Radians, clockwise. */
export interface Frame {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
  readonly angle: number;
}

export function frameOfBox({ left, top, right, bottom }: Box): Frame {
  return { x: left, y: top, w: right - left, h: bottom - top, angle: 0 };
}

export function centerOf({ x, y, w, h }: Frame) {
  return { x: x + w / 2, y: y + h / 2 };
}

/** The frame that an element's own `x`, `y`, `w`, `h` and `angle` make; undefined without `x` and `y`. */
export function ownFrame(element: Element, fallback = 0): Frame | undefined {
  const { x, y } = element;
  if (!isNumber(x) || !isNumber(y)) return undefined;
  const w = isNumber(element.w) ? element.w : fallback;
  const h = isNumber(element.h) ? element.h : fallback;
  const angle = isNumber(element.angle) ? element.angle : 0;
  return { x: Math.min(x, x + w), y: Math.min(y, y + h), w: Math.abs(w), h: Math.abs(h), angle };
}

export function isNumber(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}
