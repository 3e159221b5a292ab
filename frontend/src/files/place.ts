import { type Box, isEmpty, overlap, union } from "../geometry/box";
import { moved } from "../geometry/change";
import { shift } from "../geometry/matrix";
import type { Point } from "../geometry/transform";
import type { Element } from "../model/element";
import { MAX_COORDINATE } from "../model/limits";

/** Between what was there and what comes, board pixels. */
const GAP = 48;

/**
 * How far what is imported is moved, board pixels, so that it covers nothing: not at all on an empty board; else into the middle
 * of what one looks at if nothing lies there, else to the right of everything.
 *
 * @param box around what is imported
 * @param others the boxes of what is on the board
 * @param middle of what one looks at
 */
export function shiftFor(box: Box, others: readonly Box[], middle: Point): Point {
  const seen = others.filter((other) => !isEmpty(other));
  if (seen.length === 0) return { x: 0, y: 0 };
  const by = {
    x: Math.round(middle.x - (box.left + box.right) / 2),
    y: Math.round(middle.y - (box.top + box.bottom) / 2),
  };
  if (!seen.some((other) => overlap(other, shifted(box, by)))) return kept(box, by);
  const right = seen.reduce(union).right + GAP;
  return kept(box, { x: Math.round(right - box.left), y: by.y });
}

/** Elements moved by some board pixels. One that lies nowhere stays as it is. */
export function shiftedBy(elements: readonly Element[], { x, y }: Point): Element[] {
  if (x === 0 && y === 0) return [...elements];
  return elements.map((element) => ({ ...element, ...moved(element, shift(x, y)) }));
}

/** Where coordinates end, everything stays where it was: moved, it would be crushed at the edge. */
function kept(box: Box, by: Point): Point {
  const { left, top, right, bottom } = shifted(box, by);
  const isOn = Math.min(left, top) >= -MAX_COORDINATE && Math.max(right, bottom) <= MAX_COORDINATE;
  return isOn ? by : { x: 0, y: 0 };
}

function shifted({ left, top, right, bottom }: Box, { x, y }: Point): Box {
  return { left: left + x, top: top + y, right: right + x, bottom: bottom + y };
}
