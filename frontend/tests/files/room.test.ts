import { expect, test } from "vitest";
import { fits } from "../../src/files/room";

const notes = (count: number) => Array.from({ length: count }, () => ({ kind: "note", text: "" }));
const strokes = (count: number) => {
  const points = Array.from({ length: 20_000 }, () => 0);
  return Array.from({ length: count }, () => ({ kind: "stroke", points }));
};

test("[O8] a board has room for 50,000 elements", () => {
  expect([fits(notes(1), notes(49_999)), fits(notes(1), notes(50_000))]).toEqual([true, false]);
});

test("[O8] a board has room for 5,000,000 numbers and characters", () => {
  expect(fits(strokes(249), strokes(1))).toBe(true);
  expect(fits(strokes(249), [...strokes(1), { kind: "note", text: "a" }])).toBe(false);
});
