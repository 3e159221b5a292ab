import { type Element, pointsOf } from "../model/element";
import { type Box, boxOfPoints, EMPTY, grown, overlap } from "./box";
import { meetsLine } from "./hit";
import type { Point } from "./transform";

/**
 * Where an element lies. Elements never change in place, so what is worked out once for an object holds.
 *
 * An element of a kind that this release does not know lies at its `x, y, w, h` or along its `points`, if it has them; without
 * either it lies nowhere, is not painted, and stays on the board all the same.
 */

const DEFAULT_WIDTH = 4;
/** The side of the placeholder of an element that tells a place but no size. */
const PLACEHOLDER = 48;

const boxes = new WeakMap<Element, Box>();

export function isStroke(element: Element): boolean {
  return element.kind === "stroke" && pointsOf(element) !== undefined;
}

export function widthOf(element: Element): number {
  return typeof element.width === "number" && element.width > 0 ? element.width : DEFAULT_WIDTH;
}

/** The board pixels that painting the element may touch. */
export function boxOf(element: Element): Box {
  let box = boxes.get(element);
  if (box === undefined) {
    box = isStroke(element)
      ? grown(boxOfPoints(pointsOf(element) ?? []), widthOf(element) + 1)
      : placeholderBox(element);
    boxes.set(element, box);
  }
  return box;
}

/** Whether the way from a to b comes within `reach` of what is seen of the element. */
export function meets(element: Element, a: Point, b: Point, reach: number): boolean {
  const way = grown(boxOfPoints([a.x, a.y, b.x, b.y]), reach);
  if (!overlap(boxOf(element), way)) return false;
  return !isStroke(element) || meetsLine(pointsOf(element) ?? [], a, b, reach + widthOf(element) / 2);
}

function placeholderBox(element: Element): Box {
  const { x, y, w, h } = element;
  if (isNumber(x) && isNumber(y)) {
    return {
      left: x,
      top: y,
      right: x + (isNumber(w) ? w : PLACEHOLDER),
      bottom: y + (isNumber(h) ? h : PLACEHOLDER),
    };
  }
  const points = pointsOf(element)?.filter(isNumber) ?? [];
  return points.length < 2 ? EMPTY : grown(boxOfPoints(points), PLACEHOLDER / 2);
}

function isNumber(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}
