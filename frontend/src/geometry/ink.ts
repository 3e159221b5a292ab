import { getStroke } from "perfect-freehand";

/**
 * The outline of a stroke's ink, to be filled.
 *
 * It depends on the points and the width alone, so everybody sees the same ink, and a stroke looks the same while it is
 * drawn and afterwards. A straight line of two points has no speed that could be felt: it keeps its width.
 *
 * @param points flat `[x0, y0, …]`, board pixels
 * @param width diameter of the pen, board pixels
 */
export function inkOutline(points: readonly number[], width: number): number[][] {
  if (isDot(points)) return circle(points[0] ?? 0, points[1] ?? 0, width / 2);
  const input: [number, number][] = [];
  for (let i = 0; i + 1 < points.length; i += 2) input.push([points[i] as number, points[i + 1] as number]);
  const curved = input.length > 2;
  return getStroke(input, {
    size: width,
    thinning: curved ? 0.35 : 0,
    smoothing: 0.5,
    streamline: curved ? 0.35 : 0,
    simulatePressure: curved,
    last: true,
  });
}

function isDot(points: readonly number[]): boolean {
  return points.every((value, i) => value === points[i % 2]);
}

function circle(x: number, y: number, radius: number): number[][] {
  const corners = 24;
  return Array.from({ length: corners }, (_, i) => (2 * Math.PI * i) / corners).map((angle) => [
    x + radius * Math.cos(angle),
    y + radius * Math.sin(angle),
  ]);
}
