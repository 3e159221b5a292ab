import { type Box, boxOfPoints, EMPTY, isEmpty, union } from "../geometry/box";
import { centerOf, type Frame, frameOfBox } from "../geometry/frame";
import { inFrame, outlineIn } from "../geometry/outline";
import { endsOf, formOf, frameOf } from "../geometry/shape";
import type { Point } from "../geometry/transform";
import type { Element } from "../model/element";

/** Where to take hold of what is selected: a corner, the turning handle, or an end of a line. */
export type HandleName = "nw" | "ne" | "se" | "sw" | "turn" | "start" | "end";

export interface Handle {
  readonly name: HandleName;
  readonly at: Point;
}

/** How far the turning handle stands off, and how near a pointer must come (CSS pixels). */
const TURN_AWAY = 24;
const REACH = 10;

/** Each corner's place in the frame, as shares of its width and height. */
export const CORNERS = { nw: [0, 0], ne: [1, 0], se: [1, 1], sw: [0, 1] } as const;

/** The frame around elements: an only one's own, turned as it is; around several an upright one. */
export function frameAround(elements: readonly Element[]): Frame | undefined {
  const frames = elements.flatMap((element) => frameOf(element) ?? []);
  if (frames.length < 2) return frames[0];
  return frameOfBox(frames.map(uprightBox).reduce(union, EMPTY));
}

/** Whether a box holds all of an element. */
export function isWithin(element: Element, box: Box): boolean {
  const frame = frameOf(element);
  if (frame === undefined || isEmpty(box)) return false;
  const { left, top, right, bottom } = uprightBox(frame);
  return box.left <= left && box.top <= top && right <= box.right && bottom <= box.bottom;
}

export function handlesOf(elements: readonly Element[], pixel: number): Handle[] {
  const [only] = elements;
  if (elements.length === 1 && only !== undefined && formOf(only) === "line") {
    const [start, end] = endsOf(only);
    return [
      { name: "start", at: start },
      { name: "end", at: end },
    ];
  }
  const frame = frameAround(elements);
  if (frame === undefined || elements.every((element) => formOf(element) === undefined)) return [];
  const corners = Object.entries(CORNERS).map(([name, [x, y]]) => ({
    name: name as HandleName,
    at: inFrame(frame, x, y),
  }));
  const share = frame.h === 0 ? 0 : (TURN_AWAY * pixel) / frame.h;
  const turn = frame.h === 0 ? above(frame, TURN_AWAY * pixel) : inFrame(frame, 0.5, -share);
  return [...corners, { name: "turn", at: turn }];
}

/** The handle under a pointer. */
export function handleAt(handles: readonly Handle[], at: Point, pixel: number): Handle | undefined {
  const distance = (handle: Handle) => Math.hypot(handle.at.x - at.x, handle.at.y - at.y);
  return handles
    .filter((handle) => distance(handle) <= REACH * pixel)
    .sort((a, b) => distance(a) - distance(b))[0];
}

function uprightBox(frame: Frame): Box {
  return boxOfPoints(outlineIn("rectangle", frame));
}

function above(frame: Frame, by: number): Point {
  const { x, y } = centerOf(frame);
  return { x, y: y - by };
}
