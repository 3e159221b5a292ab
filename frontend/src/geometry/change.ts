import type { Element } from "../model/element";
import { MAX_COORDINATE, MAX_SIZE, MAX_TRANSFORM, MIN_SIZE } from "../model/limits";
import { centerOf, isNumber, ownFrame } from "./frame";
import { apply, IDENTITY, type Matrix, matrixIn, multiply } from "./matrix";
import { endsOf, formOf } from "./shape";

type Props = Readonly<Record<string, unknown>>;

/**
 * What an update sets so that the element lies where the matrix takes it; undefined when it lies nowhere.
 *
 * The width of its lines and a note's letters stay as they are; a text's letters grow with it. A mirroring matrix turns no
 * shape into its mirror image, since all of them are their own.
 */
export function moved(element: Element, matrix: Matrix): Props | undefined {
  switch (formOf(element)) {
    case "path":
      return { transform: bounded(multiply(matrix, matrixIn(element.transform) ?? IDENTITY)) };
    case "line": {
      const [start, end] = endsOf(element).map((point) => apply(matrix, point)) as [Place, Place];
      return between(start, end);
    }
    case "frame":
      return framed(element, matrix);
    default:
      return placed(element, matrix);
  }
}

interface Place {
  readonly x: number;
  readonly y: number;
}

/** What sets a line's ends. */
export function between(start: Place, end: Place): Props {
  return { x: tenth(start.x), y: tenth(start.y), w: tenth(end.x - start.x), h: tenth(end.y - start.y) };
}

/** A tenth of a board pixel is finer than any pointer; fewer digits travel. */
export function tenth(value: number): number {
  const within = Math.max(-MAX_COORDINATE, Math.min(MAX_COORDINATE, value));
  return Math.round(within * 10) / 10 || 0; // no -0
}

function framed(element: Element, matrix: Matrix): Props | undefined {
  const frame = ownFrame(element);
  if (frame === undefined) return undefined;
  const [a, b, c, d] = matrix;
  const [cos, sin] = [Math.cos(frame.angle), Math.sin(frame.angle)];
  const alongX = { x: a * cos + c * sin, y: b * cos + d * sin };
  const alongY = { x: -a * sin + c * cos, y: -b * sin + d * cos };
  const byX = Math.hypot(alongX.x, alongX.y);
  const byY = Math.hypot(alongY.x, alongY.y);
  const center = apply(matrix, centerOf(frame));
  const [w, h] = [frame.w * byX, frame.h * byY];
  const angle = Math.atan2(alongX.y, alongX.x);
  return {
    x: tenth(center.x - w / 2),
    y: tenth(center.y - h / 2),
    w: tenth(w),
    h: tenth(h),
    ...(isNumber(element.angle) || Math.abs(angle) > 1e-9
      ? { angle: Math.round(angle * 1e4) / 1e4 || 0 }
      : {}),
    ...(element.kind === "text" ? { size: sized(element.size, Math.sqrt(byX * byY)) } : {}),
  };
}

function sized(size: unknown, by: number): number {
  const now = (isNumber(size) ? size : MIN_SIZE) * by;
  return Math.round(Math.max(MIN_SIZE, Math.min(MAX_SIZE, now)) * 10) / 10;
}

/** Of a kind that is not known here only the place is moved. */
function placed({ x, y }: Element, matrix: Matrix): Props | undefined {
  if (!isNumber(x) || !isNumber(y)) return undefined;
  const to = apply(matrix, { x, y });
  return { x: tenth(to.x), y: tenth(to.y) };
}

function bounded(matrix: Matrix): number[] {
  return matrix.map((value) => {
    const within = Math.max(-MAX_TRANSFORM, Math.min(MAX_TRANSFORM, value));
    return Math.round(within * 1e6) / 1e6 || 0;
  });
}
