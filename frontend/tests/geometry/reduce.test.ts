import { expect, test } from "vitest";
import { inkOutline } from "../../src/geometry/ink";
import { reduced } from "../../src/geometry/reduce";
import { randomFrom } from "../random";

test("what lies on the straight way is left out, corners and ends stay", () => {
  const way = [
    [0, 0],
    [1, 0],
    [2, 0.1],
    [3, 0],
    [3, 3],
    [3, 6],
  ];
  expect(reduced(way, 0.2)).toEqual([
    [0, 0],
    [3, 0],
    [3, 6],
  ]);
  expect(reduced([[0, 0]], 0.2)).toEqual([[0, 0]]);
  expect(
    reduced(
      [
        [0, 0],
        [9, 0],
        [0, 0],
      ],
      0.2,
    ),
  ).toEqual([
    [0, 0],
    [9, 0],
    [0, 0],
  ]);
});

test("no point of an ink's outline is farther from what is left than the tolerance", () => {
  const dice = randomFrom(7);
  for (let round = 0; round < 5; round += 1) {
    const points = Array.from({ length: 60 }, (_, i) => 2 * i * dice() + 40 * Math.sin(i / 4));
    const outline = inkOutline(points, 8);
    const kept = reduced(outline, 0.2);
    expect(kept.length).toBeLessThan(outline.length);
    const away = outline.map(([x = 0, y = 0]) => distance(x, y, kept));
    expect(Math.max(...away)).toBeLessThanOrEqual(0.2 + 1e-9);
  }
});

/** From a place to the nearest of the lines between points. */
function distance(x: number, y: number, points: readonly (readonly number[])[]): number {
  let nearest = Number.POSITIVE_INFINITY;
  for (let i = 1; i < points.length; i += 1) {
    const [[ax = 0, ay = 0] = [], [bx = 0, by = 0] = []] = [points[i - 1], points[i]];
    const [dx, dy] = [bx - ax, by - ay];
    const length = dx * dx + dy * dy;
    const t = length === 0 ? 0 : Math.max(0, Math.min(1, ((x - ax) * dx + (y - ay) * dy) / length));
    nearest = Math.min(nearest, Math.hypot(ax + t * dx - x, ay + t * dy - y));
  }
  return nearest;
}
