import type { Point } from "./transform";

/** Whether the way from a to b comes within `reach` of a line of flat points. */
export function meetsLine(points: readonly number[], a: Point, b: Point, reach: number): boolean {
  const limit = reach * reach;
  const last = points.length - 2;
  for (let i = 0; i <= last; i += 2) {
    const c = { x: points[i] as number, y: points[i + 1] as number };
    const j = i === last ? i : i + 2;
    const d = { x: points[j] as number, y: points[j + 1] as number };
    if (distanceSquared(a, b, c, d) <= limit) return true;
  }
  return false;
}

/** The square of the distance between two segments. */
function distanceSquared(a: Point, b: Point, c: Point, d: Point): number {
  if (cross(a, b, c, d)) return 0;
  return Math.min(toSegment(a, c, d), toSegment(b, c, d), toSegment(c, a, b), toSegment(d, a, b));
}

function cross(a: Point, b: Point, c: Point, d: Point): boolean {
  return side(a, b, c) * side(a, b, d) < 0 && side(c, d, a) * side(c, d, b) < 0;
}

function side(a: Point, b: Point, p: Point): number {
  return Math.sign((b.x - a.x) * (p.y - a.y) - (b.y - a.y) * (p.x - a.x));
}

function toSegment(p: Point, a: Point, b: Point): number {
  const x = b.x - a.x;
  const y = b.y - a.y;
  const length = x * x + y * y;
  const t = length === 0 ? 0 : Math.max(0, Math.min(1, ((p.x - a.x) * x + (p.y - a.y) * y) / length));
  return (a.x + t * x - p.x) ** 2 + (a.y + t * y - p.y) ** 2;
}
