import type { Point } from "./transform";

/** (x, y) becomes (ax + cy + e, bx + dy + f): the `transform` of SPEC.md O2. */
export type Matrix = readonly [a: number, b: number, c: number, d: number, e: number, f: number];

export const IDENTITY: Matrix = [1, 0, 0, 1, 0, 0];

export function apply([a, b, c, d, e, f]: Matrix, { x, y }: Point): Point {
  return { x: a * x + c * y + e, y: b * x + d * y + f };
}

/** First `inner`, then `outer`. */
export function multiply(outer: Matrix, inner: Matrix): Matrix {
  const [a, b, c, d, e, f] = outer;
  const [p, q, r, s, t, u] = inner;
  return [a * p + c * q, b * p + d * q, a * r + c * s, b * r + d * s, a * t + c * u + e, b * t + d * u + f];
}

export function shift(dx: number, dy: number): Matrix {
  return [1, 0, 0, 1, dx, dy];
}

/** @param angle radians, clockwise as the board is seen */
export function turn(angle: number, around: Point): Matrix {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  return about([cos, sin, -sin, cos, 0, 0], around);
}

/** Scales by x and y along axes that are turned by `angle`. */
export function stretch(x: number, y: number, around: Point, angle = 0): Matrix {
  const scale = about([x, 0, 0, y, 0, 0], around);
  return angle === 0 ? scale : multiply(turn(angle, around), multiply(scale, turn(-angle, around)));
}

/** The matrix, if `value` is one. */
export function matrixIn(value: unknown): Matrix | undefined {
  const isOne = Array.isArray(value) && value.length === 6 && value.every(Number.isFinite);
  return isOne ? (value as unknown as Matrix) : undefined;
}

function about(linear: Matrix, { x, y }: Point): Matrix {
  return multiply(shift(x, y), multiply(linear, shift(-x, -y)));
}
