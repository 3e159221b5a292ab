import { describe, expect, test } from "vitest";
import { shiftedBy, shiftFor } from "../../src/files/place";
import type { Element } from "../../src/model/element";

const box = { left: 1_000, top: 1_000, right: 1_200, bottom: 1_100 };
const middle = { x: 500, y: 300 };
const none = { left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity };

describe("what is imported lies", () => {
  test("where it lay, on an empty board", () => {
    expect(shiftFor(box, [], middle)).toEqual({ x: 0, y: 0 });
    expect(shiftFor(box, [none], middle)).toEqual({ x: 0, y: 0 });
  });

  test("in the middle of what one looks at, if nothing lies there", () => {
    const far = { left: 0, top: 0, right: 100, bottom: 100 };
    expect(shiftFor(box, [far, none], middle)).toEqual({ x: -600, y: -750 });
  });

  test("to the right of everything, if something does", () => {
    const there = { left: 450, top: 250, right: 2_000, bottom: 300 };
    expect(shiftFor(box, [there], middle)).toEqual({ x: 2_048 - 1_000, y: -750 });
  });

  test("where it lay, when it would get off the board's edge", () => {
    const edge = { left: 450, top: 250, right: 999_900, bottom: 300 };
    expect(shiftFor(box, [edge], middle)).toEqual({ x: 0, y: 0 });
  });
});

test("every kind is moved by what places it; what lies nowhere stays", () => {
  const elements = [
    { kind: "stroke", points: [0, 0, 1, 1] },
    { kind: "line", x: 1, y: 2, w: 3, h: -4 },
    { kind: "note", x: 1, y: 2, w: 3, h: 4, angle: 1 },
    { kind: "hologram", x: 1, y: 2 },
    { kind: "hologram" },
  ].map((element) => ({ ...element, id: "", by: "" })) as Element[];
  expect(shiftedBy(elements, { x: 10, y: 20 })).toMatchObject([
    { points: [0, 0, 1, 1], transform: [1, 0, 0, 1, 10, 20] },
    { x: 11, y: 22, w: 3, h: -4 },
    { x: 11, y: 22, w: 3, h: 4, angle: 1 },
    { x: 11, y: 22 },
    elements[4] as object,
  ]);
});
