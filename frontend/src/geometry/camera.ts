import type { Box } from "./box";
import { CLASSIC, contain, type Point, type Transform, toBoard } from "./transform";

/** How far in and out one may go: CSS pixels a board pixel. */
export const MIN_SCALE = 0.02;
export const MAX_SCALE = 16;

/** Below this, letters, notes and lines of the usual sizes are too small to be read and drawn. */
export const MIN_HOME_SCALE = 0.45;

/** A window's size in CSS pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/**
 * What one sees first: the whole classic rectangle. A window too small for that, a phone's, shows the middle of what is drawn, or else of
 * the rectangle, at a scale at which one can read and write.
 *
 * @param drawn the box around what is on the board
 */
export function home(size: Size, drawn: Box | undefined): Transform {
  const { width, height } = size;
  const whole = contain(width, height);
  if (whole.scale >= MIN_HOME_SCALE) return whole;
  const { left, top, right, bottom } = drawn ?? {
    left: 0,
    top: 0,
    right: CLASSIC.width,
    bottom: CLASSIC.height,
  };
  const [x, y] = [(left + right) / 2, (top + bottom) / 2];
  return { scale: MIN_HOME_SCALE, dx: width / 2 - x * MIN_HOME_SCALE, dy: height / 2 - y * MIN_HOME_SCALE };
}

/** Moves what is seen by CSS pixels. */
export function moved({ scale, dx, dy }: Transform, byX: number, byY: number): Transform {
  return { scale, dx: dx + byX, dy: dy + byY };
}

/** Zooms by a factor; what lies under `at` (CSS pixels) stays there. */
export function zoomed(view: Transform, at: Point, by: number): Transform {
  const scale = bounded(view.scale * by);
  const { x, y } = toBoard(view, at.x, at.y);
  return { scale, dx: at.x - x * scale, dy: at.y - y * scale };
}

/** Shows the whole box in the middle of a part of the window (CSS pixels), never larger than life. */
export function fitted(box: Box, room: Box): Transform {
  const [width, height] = [Math.max(1, room.right - room.left), Math.max(1, room.bottom - room.top)];
  const scale = bounded(Math.min(1, width / (box.right - box.left), height / (box.bottom - box.top)));
  const [x, y] = [(box.left + box.right) / 2, (box.top + box.bottom) / 2];
  return { scale, dx: room.left + width / 2 - x * scale, dy: room.top + height / 2 - y * scale };
}

/** What is seen of the board. */
export function seenIn(view: Transform, { width, height }: Size): Box {
  const [topLeft, bottomRight] = [toBoard(view, 0, 0), toBoard(view, width, height)];
  return { left: topLeft.x, top: topLeft.y, right: bottomRight.x, bottom: bottomRight.y };
}

function bounded(scale: number): number {
  return Math.max(MIN_SCALE, Math.min(MAX_SCALE, scale));
}
