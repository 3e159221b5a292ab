import { type Element, pointsOf } from "../model/element";
import { type Form, isWritten, KINDS } from "../model/kinds";
import { type Box, boxOfPoints, EMPTY, grown, overlap } from "./box";
import { type Frame, frameOfBox, isNumber, ownFrame } from "./frame";
import { meetsLine } from "./hit";
import { bendingPoints } from "./ink";
import { apply, type Matrix, matrixIn } from "./matrix";
import { isInside, outlineIn } from "./outline";
import type { Point } from "./transform";

/**
 * Where an element lies. Elements never change in place, so what is worked out once for an object holds.
 *
 * An element of a kind that this release does not know lies at its `x, y, w, h` or along its `points`, if it has them; without
 * either it lies nowhere, is not painted, and stays on the board all the same.
 */

const DEFAULT_WIDTH = 4;
/** How far letters reach out of a text's frame, of the letters' size; and as far again for each mark that stands upon another. */
const OVERHANG = 0.25;
/** Ink of a stroke is at least so broad at its ends, board pixels. */
const LEAST_INK = 3;
/** How far a note's shadow falls. */
const NOTE_SHADOW = 16;
/** The side of the placeholder of an element that tells a place but no size. */
const PLACEHOLDER = 48;

const boxes = new WeakMap<Element, Box>();
const places = new WeakMap<Element, readonly number[]>();

/** Undefined: the kind is not known here, or its geometry is not what this release knows of it. */
export function formOf(element: Element): Form | undefined {
  const form = KINDS.get(element.kind)?.form;
  const fits = form === "path" ? pointsOf(element) !== undefined : ownFrame(element) !== undefined;
  return fits ? form : undefined;
}

export function isStroke(element: Element): boolean {
  return formOf(element) === "path";
}

export function widthOf(element: Element): number {
  return isNumber(element.width) && element.width > 0 ? element.width : DEFAULT_WIDTH;
}

/** Whether `fill`, or what it is made of, makes an element more than its outline. */
export function isSolid(element: Element): boolean {
  if (isWritten(element.kind) || formOf(element) === undefined) return true;
  return formOf(element) === "frame" && typeof element.fill === "string" && element.fill !== "none";
}

/** How far an arrow's head reaches back from its tip, board pixels. */
export function headOf(element: Element, length: number): number {
  return Math.min(length, 10 + 3 * widthOf(element));
}

/** An element's points where they lie now: flat `[x0, y0, …]`. */
export function placedPoints(element: Element): readonly number[] {
  let placed = places.get(element);
  if (placed === undefined) {
    const matrix = matrixIn(element.transform);
    const points = pointsOf(element) ?? [];
    placed = matrix === undefined ? points : mapped(points, matrix);
    places.set(element, placed);
  }
  return placed;
}

/** Both ends of a line or an arrow. */
export function endsOf({ x, y, w, h }: Element): [start: Point, end: Point] {
  const [left, top] = [x as number, y as number];
  return [
    { x: left, y: top },
    { x: left + (isNumber(w) ? w : 0), y: top + (isNumber(h) ? h : 0) },
  ];
}

/** The rectangle around what an element consists of, turned as the element is; ink may reach out of it by its width. */
export function frameOf(element: Element): Frame | undefined {
  const form = formOf(element);
  if (form === "path") return frameOfBox(boxOfPoints(placedPoints(element)));
  if (form === "line") return { ...(ownFrame(element) as Frame), angle: 0 };
  const own = ownFrame(element, PLACEHOLDER);
  if (own !== undefined) return own;
  const points = pointsOf(element)?.filter(isNumber) ?? [];
  return points.length < 2 ? undefined : frameOfBox(grown(boxOfPoints(points), PLACEHOLDER / 2));
}

/** The board pixels that painting the element may touch. */
export function boxOf(element: Element): Box {
  let box = boxes.get(element);
  if (box === undefined) {
    box = boxAround(element);
    boxes.set(element, box);
  }
  return box;
}

/** Whether the way from a to b comes within `reach` of what is seen of the element. */
export function meets(element: Element, a: Point, b: Point, reach: number): boolean {
  const way = grown(boxOfPoints([a.x, a.y, b.x, b.y]), reach);
  if (!overlap(boxOf(element), way)) return false;
  const outline = outlineOf(element);
  if (isSolid(element) && (isInside(outline, a) || isInside(outline, b))) return true;
  const half = isStroked(element) ? widthOf(element) / 2 : 0;
  return meetsLine(outline, a, b, reach + half);
}

function outlineOf(element: Element): readonly number[] {
  switch (formOf(element)) {
    case "path":
      return placedPoints(element);
    case "line":
      return endsOf(element).flatMap(({ x, y }) => [x, y]);
    default: {
      const frame = frameOf(element);
      return frame === undefined ? [] : outlineIn(element.kind, frame);
    }
  }
}

function boxAround(element: Element): Box {
  const { kind, size } = element;
  const outline = outlineOf(element);
  if (outline.length === 0) return EMPTY;
  if (kind === "stroke" && isStroke(element))
    return grown(boxOfPoints(bendingPoints(outline)), Math.max(widthOf(element), LEAST_INK) + 1);
  const frame = kind === "ellipse" ? ownFrame(element) : undefined;
  const box = frame === undefined ? boxOfPoints(outline) : boxOfEllipse(frame);
  if (kind === "arrow") return grown(box, 0.6 * headOf(element, Infinity) + widthOf(element));
  if (isStroked(element)) return grown(box, widthOf(element) + 1);
  const marks = isNumber(size) ? OVERHANG * size * marksIn(element.text) : 0;
  if (kind === "note") return grown(box, NOTE_SHADOW + marks);
  return grown(box, (isNumber(size) ? OVERHANG * size : 0) + marks);
}

/** Exactly: the corners of its outline lie on it, and what bulges between them is more than a large one's line is broad. */
function boxOfEllipse({ x, y, w, h, angle }: Frame): Box {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const [reachX, reachY] = [Math.hypot(w * cos, h * sin) / 2, Math.hypot(w * sin, h * cos) / 2];
  const [middleX, middleY] = [x + w / 2, y + h / 2];
  return {
    left: middleX - reachX,
    top: middleY - reachY,
    right: middleX + reachX,
    bottom: middleY + reachY,
  };
}

/** How many marks stand one upon the other at most. */
function marksIn(text: unknown): number {
  const stacks = typeof text === "string" ? text.match(/\p{M}+/gu) : null;
  return (stacks ?? []).reduce((most, stack) => Math.max(most, stack.length), 0);
}

function isStroked(element: Element): boolean {
  return formOf(element) !== undefined && !isWritten(element.kind);
}

function mapped(points: readonly number[], matrix: Matrix): number[] {
  const placed: number[] = [];
  for (let i = 0; i + 1 < points.length; i += 2) {
    const { x, y } = apply(matrix, { x: points[i] as number, y: points[i + 1] as number });
    placed.push(x, y);
  }
  return placed;
}
