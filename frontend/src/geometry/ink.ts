import { getStroke } from "perfect-freehand";

/**
 * The outline of a stroke's ink as flat points, to be filled.
 *
 * It depends on the points and the width alone, so everybody sees the same ink, and a stroke looks the same while it is
 * drawn and afterwards. A straight line of two points has no speed that could be felt: it keeps its width.
 *
 * @param points flat `[x0, y0, …]`, board pixels
 * @param width diameter of the pen, board pixels
 */
export function inkOutline(points: readonly number[], width: number): number[] {
  const input: [number, number][] = [];
  for (let i = 0; i + 1 < points.length; i += 2) input.push([points[i] as number, points[i + 1] as number]);
  const curved = input.length > 2;
  const outline = getStroke(input, {
    size: width,
    thinning: curved ? 0.35 : 0,
    smoothing: 0.5,
    streamline: curved ? 0.35 : 0,
    simulatePressure: curved,
    last: true,
  });
  return outline.flat();
}
