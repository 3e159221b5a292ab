import { describe, expect, test } from "vitest";
import { boxOfPoints, grown, union } from "../../src/geometry/box";
import { meetsLine } from "../../src/geometry/hit";
import { inkOutline, PRESSED } from "../../src/geometry/ink";
import { inFrame } from "../../src/geometry/outline";
import { boxOf, meets } from "../../src/geometry/shape";
import { boxTo, contain, toBoard } from "../../src/geometry/transform";
import { randomFrom } from "../random";

describe("the view at first", () => {
  test.each([
    [1440, 900, 1440 / 2048],
    [390, 844, 390 / 2048],
    [4096, 1024, 1],
  ])("[C6] %i × %i shows the whole classic rectangle, in the middle", (width, height, scale) => {
    const view = contain(width, height);
    expect(view.scale).toBeCloseTo(scale);
    const seen = boxTo(view, { left: 0, top: 0, right: 2048, bottom: 1024 });
    expect(seen.left).toBeCloseTo(width - seen.right);
    expect(seen.top).toBeCloseTo(height - seen.bottom);
    expect(Math.min(seen.left, seen.top)).toBeCloseTo(0);
  });

  test("a point of the window and its point on the board belong together", () => {
    const view = contain(1000, 800);
    const { x, y } = toBoard(view, 123, 456);
    expect([x * view.scale + view.dx, y * view.scale + view.dy]).toEqual([
      expect.closeTo(123),
      expect.closeTo(456),
    ]);
  });

  test("a window without size gives a view that can be worked with", () => {
    expect(toBoard(contain(0, 0), 0, 0).x).toBeTypeOf("number");
    expect(Number.isFinite(toBoard(contain(0, 0), 0, 0).x)).toBe(true);
  });
});

describe("ink", () => {
  test("is as broad as the pen is pressed, wherever the hand is fast", () => {
    const points = Array.from({ length: 80 }, (_, i) => (i % 2 === 0 ? 5 * i : 0));
    const height = (pressure: number) => {
      const box = boxOfPoints(inkOutline(points, 20, Array(40).fill(pressure)).flat());
      return box.bottom - box.top;
    };
    expect(height(0.5)).toBeCloseTo(20, 0);
    expect(height(1)).toBeCloseTo(20 * (1 + PRESSED), 0);
    expect(height(0.1)).toBeLessThan(13);
  });

  test.each(Array.from({ length: 20 }, (_, seed) => seed))(
    "lies within its element's box: seed %i",
    (seed) => {
      const random = randomFrom(seed);
      const points = Array.from(
        { length: 2 * Math.ceil(random() * 40) },
        () => Math.round(random() * 5_000) / 10,
      );
      const width = 1 + random() * 60;
      const box = boxOf({ id: "a:1", by: "s", kind: "stroke", points, width });
      const pressures = Array(points.length / 2).fill(1);
      const outlines = [...inkOutline(points, width), ...inkOutline(points, width, pressures)];
      const ink = boxOfPoints(outlines.flat());
      expect(ink.left).toBeGreaterThanOrEqual(box.left);
      expect(ink.top).toBeGreaterThanOrEqual(box.top);
      expect(ink.right).toBeLessThanOrEqual(box.right);
      expect(ink.bottom).toBeLessThanOrEqual(box.bottom);
    },
  );

  const around = (points: number, radius: number) =>
    Array.from({ length: points }, (_, i) => (2 * Math.PI * i) / points).flatMap((angle) => [
      radius * Math.cos(angle),
      radius * Math.sin(angle),
    ]);
  test.each([
    ["a hill of four points", [0, 0, 100, 100, 300, 100, 400, 0], 4],
    ["a circle of eight", around(8, 300), 4],
    ["a large one of sixteen", around(16, 600), 4],
    ["a short fine one", [0, 0, -1.46, 2.3, -1.2, 2.58], 0.5],
  ])("lies within its element's box where it bulges between points: %s", (_, points, width) => {
    const box = boxOf({ id: "a:1", by: "s", kind: "stroke", points, width });
    const ink = boxOfPoints(inkOutline(points, width).flat());
    expect(union(box, ink)).toEqual(box);
  });

  test("a large turned ellipse lies within its box, which is no larger than it needs", () => {
    const frame = { x: -1_000, y: -500, w: 2_000, h: 1_000, angle: Math.PI / 32 };
    const box = boxOf({ id: "a:1", by: "s", kind: "ellipse", ...frame, width: 4 });
    const edge = Array.from({ length: 4_000 }, (_, i) => (2 * Math.PI * i) / 4_000).flatMap((angle) => {
      const { x, y } = inFrame(frame, 0.5 + Math.cos(angle) / 2, 0.5 + Math.sin(angle) / 2);
      return [x, y];
    });
    const needed = grown(boxOfPoints(edge), 2);
    expect(union(box, needed)).toEqual(box);
    expect(box.right).toBeLessThan(needed.right + 4);
  });

  test("marks that stand upon each other have room", () => {
    const text = (text: string) =>
      boxOf({ id: "a:1", by: "s", kind: "text", x: 0, y: 0, w: 90, h: 40, text, size: 32 }).top;
    expect(text("a")).toBe(-8);
    expect(text(`a${"\u0301".repeat(4)}`)).toBe(-40);
  });

  test.each([[[7, 9]], [[7, 9, 7, 9]]])(
    "[C6] a stroke of one place is a round dot, wider than a line: %j",
    (points) => {
      const { left, right, top, bottom } = boxOfPoints(inkOutline(points, 10).flat());
      expect([left, right, top, bottom]).toEqual([1, 13, 3, 15].map((value) => expect.closeTo(value)));
    },
  );

  test("corners of a fast hand stay corners, its curves stay curves, and a fine pen stays visible", () => {
    const corner = inkOutline([0, 0, 30, 60, 60, 0], 4).map(([, y = 0]) => y);
    expect(Math.max(...corner)).toBeGreaterThan(59);
    const circle = Array.from({ length: 13 }, (_, i) => [
      50 * Math.cos((i * Math.PI) / 6),
      50 * Math.sin((i * Math.PI) / 6),
    ]);
    for (const [x = 0, y = 0] of inkOutline(circle.flat(), 4)) {
      expect(Math.hypot(x, y)).toBeGreaterThan(46);
      expect(Math.hypot(x, y)).toBeLessThan(54);
    }
    const fast = Array.from({ length: 20 }, (_, i) => [60 * i, 0]).flat();
    const ys = inkOutline(fast, 4).flatMap(([x = 0, y = 0]) => (x > 600 && x < 1_000 ? [y] : []));
    expect(Math.max(...ys) - Math.min(...ys)).toBeGreaterThan(3);
  });

  test("a straight line of two points keeps its width", () => {
    const { top, bottom } = boxOfPoints(inkOutline([0, 0, 100, 0], 8).flat());
    expect(bottom - top).toBeCloseTo(8, 0);
  });
});

describe("what the eraser meets", () => {
  const line = [0, 0, 100, 0, 100, 100];
  test.each([
    ["crosses it between two points", { x: 50, y: -20 }, { x: 50, y: 20 }, true],
    ["comes near enough", { x: 120, y: 50 }, { x: 104, y: 50 }, true],
    ["stays away", { x: 120, y: 50 }, { x: 108, y: 50 }, false],
    ["stands still on it", { x: 100, y: 100 }, { x: 100, y: 100 }, true],
    ["goes through the bend's box only", { x: 20, y: 80 }, { x: 60, y: 90 }, false],
  ])("a way that %s", (_, a, b, met) => {
    expect(meetsLine(line, a, b, 5)).toBe(met);
  });

  test("the stroke's width counts", () => {
    const stroke = { id: "a:1", by: "s", kind: "stroke", points: [0, 0, 100, 0], width: 40 };
    expect(meets(stroke, { x: 50, y: 22 }, { x: 50, y: 22 }, 5)).toBe(true);
    expect(meets(stroke, { x: 50, y: 26 }, { x: 50, y: 26 }, 5)).toBe(false);
  });

  test("[O7] an element of an unknown kind is met where its placeholder is, or nowhere", () => {
    const at = (properties: object) => ({ id: "a:1", by: "s", kind: "hologram", ...properties });
    const here = { x: 110, y: 110 };
    expect(meets(at({ x: 100, y: 100, w: 50, h: 50 }), here, here, 1)).toBe(true);
    expect(meets(at({ points: [100, 100] }), here, here, 1)).toBe(true);
    expect(meets(at({}), here, here, 1)).toBe(false);
    expect(meets(at({ x: "1", points: ["a", null] }), here, here, 1)).toBe(false);
  });
});
