import { getStroke } from "perfect-freehand";

/** Pens from this width on (board pixels) thin in full where the hand is fast; finer ones less, or they would vanish. */
const FULLY_THINNED = 24;

/** Full pressure makes ink so much broader than half of it, as a share; none makes it as much narrower. */
export const PRESSED = 0.5;

/**
 * The outline of a stroke's ink, to be filled.
 *
 * It depends on the points, the width and the pressures alone, so everybody sees the same ink, and a stroke looks the same while
 * it is drawn and afterwards. Without pressures it is thinner where the hand was fast. A straight line of two points has no
 * speed that could be felt: it keeps its width.
 *
 * @param points flat `[x0, y0, …]`, board pixels
 * @param width diameter of the pen, board pixels: under half of the full pressure, if pressures are known
 * @param pressures at each point, 0 to 1
 */
export function inkOutline(
  points: readonly number[],
  width: number,
  pressures?: readonly number[],
): number[][] {
  if (isDot(points)) return circle(points[0] ?? 0, points[1] ?? 0, width / 2 + 1);
  const input = fluent(points, pressures);
  const curved = points.length > 4;
  const fast = curved ? 0.35 * Math.min(1, width / FULLY_THINNED) : 0;
  return getStroke(input, {
    size: width,
    thinning: pressures === undefined ? fast : PRESSED,
    smoothing: 0.5,
    streamline: curved ? 0.1 : 0,
    simulatePressure: pressures === undefined && curved,
    last: true,
  });
}

/** A point, and the pressure there. */
type Pressed = [x: number, y: number, pressure: number];
type Pair = readonly [x: number, y: number, ...rest: number[]];

/** Farther apart than this (board pixels) points get others between them. */
const GAP = 8;
/** The cosine of the sharpest turn (60°) that is part of a curve; any sharper one is a corner, and stays one. */
const CORNER = 0.5;

/**
 * Points, and a curve through those that lie far apart: a fast hand leaves few, and ink that went from one to the next
 * would either have corners everywhere or cut them everywhere.
 */
function fluent(points: readonly number[], pressures?: readonly number[]): Pressed[] {
  const given: Pressed[] = [];
  for (let i = 0; i + 1 < points.length; i += 2)
    given.push([points[i] as number, points[i + 1] as number, pressures?.[i / 2] ?? 0.5]);
  const all: Pressed[] = given.slice(0, 1);
  for (let i = 1; i < given.length; i += 1) {
    const [from, to] = [given[i - 1] as Pressed, given[i] as Pressed];
    const length = Math.hypot(to[0] - from[0], to[1] - from[1]);
    const steps = given.length < 3 ? 1 : Math.min(16, Math.ceil(length / GAP));
    if (steps > 1) {
      const [leave, arrive] = [tangent(given, i - 1, length), tangent(given, i, length)];
      for (let step = 1; step < steps; step += 1) all.push(between(from, leave, to, arrive, step / steps));
    }
    all.push(to);
  }
  return all;
}

/** Flat points whose box holds the middle of the ink: those given, and what bends the curve between those that lie far apart. */
export function bendingPoints(points: readonly number[]): number[] {
  const given: Pair[] = [];
  for (let i = 0; i + 1 < points.length; i += 2) given.push([points[i] as number, points[i + 1] as number]);
  const bending = [...points];
  for (let i = 1; i < given.length && given.length > 2; i += 1) {
    const [from, to] = [given[i - 1] as Pair, given[i] as Pair];
    const length = Math.hypot(to[0] - from[0], to[1] - from[1]);
    if (length <= GAP) continue;
    const [leave, arrive] = [tangent(given, i - 1, length), tangent(given, i, length)];
    bending.push(
      from[0] + leave[0] / 3,
      from[1] + leave[1] / 3,
      to[0] - arrive[0] / 3,
      to[1] - arrive[1] / 3,
    );
  }
  return bending;
}

/** The direction of the curve at a point, as long as the way beside it; none at a corner and at the ends. */
function tangent(points: readonly Pair[], i: number, length: number): Pair {
  const [before, at, after] = [points[i - 1], points[i], points[i + 1]];
  if (before === undefined || at === undefined || after === undefined) return [0, 0];
  const [inX, inY, outX, outY] = [at[0] - before[0], at[1] - before[1], after[0] - at[0], after[1] - at[1]];
  const turn = (inX * outX + inY * outY) / (Math.hypot(inX, inY) * Math.hypot(outX, outY) || 1);
  if (turn < CORNER) return [0, 0];
  const [x, y] = [after[0] - before[0], after[1] - before[1]];
  const scale = length / (Math.hypot(x, y) || 1);
  return [x * scale, y * scale];
}

/** A point of the cubic that leaves and arrives along these tangents (Hermite). */
function between(from: Pressed, leave: Pair, to: Pressed, arrive: Pair, t: number): Pressed {
  const [a, b, c, d] = [(1 + 2 * t) * (1 - t) ** 2, t * (1 - t) ** 2, t * t * (3 - 2 * t), t * t * (t - 1)];
  const [x = 0, y = 0] = [0, 1].map(
    (k) => a * at(from, k) + b * at(leave, k) + c * at(to, k) + d * at(arrive, k),
  );
  return [x, y, from[2] + (to[2] - from[2]) * t];
}

function at(pair: Pair, k: number): number {
  return pair[k] as number;
}

/** Whether all points are the same place. */
export function isDot(points: readonly number[]): boolean {
  return points.every((value, i) => value === points[i % 2]);
}

/** A little wider than a line: a dot has nothing else to be seen by. */
function circle(x: number, y: number, radius: number): number[][] {
  const corners = 24;
  return Array.from({ length: corners }, (_, i) => (2 * Math.PI * i) / corners).map((angle) => [
    x + radius * Math.cos(angle),
    y + radius * Math.sin(angle),
  ]);
}
