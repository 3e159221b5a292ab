import type { Frame } from "./frame";
import { apply, turn } from "./matrix";
import type { Point } from "./transform";

/** Corners, as shares of the frame: (0, 0) is its top left, (1, 1) its bottom right. */
type Corners = readonly (readonly [x: number, y: number])[];

const RECTANGLE: Corners = [
  [0, 0],
  [1, 0],
  [1, 1],
  [0, 1],
];
const DIAMOND: Corners = [
  [0.5, 0],
  [1, 0.5],
  [0.5, 1],
  [0, 0.5],
];
const ELLIPSE: Corners = Array.from({ length: 32 }, (_, i) => {
  const angle = (2 * Math.PI * i) / 32;
  return [0.5 + Math.cos(angle) / 2, 0.5 + Math.sin(angle) / 2];
});
/** The outlines that are no rectangle. */
const CORNERS: ReadonlyMap<string, Corners> = new Map([
  ["diamond", DIAMOND],
  ["ellipse", ELLIPSE],
]);

/** What is seen of a kind in its frame: a closed line of flat points. */
export function outlineIn(kind: string, frame: Frame): number[] {
  const corners = CORNERS.get(kind) ?? RECTANGLE;
  const placed = corners.map(([x, y]) => inFrame(frame, x, y));
  return [...placed, placed[0] as Point].flatMap(({ x, y }) => [x, y]);
}

/** The point at these shares of a frame's width and height. */
export function inFrame({ x, y, w, h, angle }: Frame, shareX: number, shareY: number): Point {
  const flat = { x: x + w * shareX, y: y + h * shareY };
  return angle === 0 ? flat : apply(turn(angle, { x: x + w / 2, y: y + h / 2 }), flat);
}

/** Whether a closed line of flat points goes around a point. */
export function isInside(outline: readonly number[], { x, y }: Point): boolean {
  let inside = false;
  for (let i = 0; i + 3 < outline.length; i += 2) {
    const [x0, y0, x1, y1] = outline.slice(i, i + 4) as [number, number, number, number];
    if (y0 > y !== y1 > y && x < x0 + ((y - y0) / (y1 - y0)) * (x1 - x0)) inside = !inside;
  }
  return inside;
}
