import { expect, test } from "vitest";
import type { Look } from "../../src/model/style";
import { dressed, lookOf, restyled } from "../../src/tools/look";

const LOOK: Look = { color: "#e03131", width: 8, fill: "tint", opacity: 0.6, size: 52 };
const OTHER: Look = { color: "#1971c2", width: 4, fill: "none", opacity: 1, size: 20 };

test.each(["rectangle", "diamond", "ellipse"])("what is selected shows how it was dressed: %s", (kind) => {
  const element = { ...dressed(kind, {}, LOOK, 0), id: "a:1", by: "a" };
  expect(lookOf([element], OTHER)).toEqual({ ...LOOK, size: undefined });
});

test("a highlighter shows the pen's width, a note the colour that its paper came of", () => {
  const marker = { ...dressed("highlighter", {}, LOOK, 0), id: "a:1", by: "a" };
  expect(lookOf([marker], OTHER)).toMatchObject({ color: LOOK.color, width: LOOK.width });
  for (const color of ["black", LOOK.color]) {
    const note = { ...dressed("note", {}, { ...LOOK, color }, 0), id: "a:1", by: "a" };
    expect(lookOf([note], OTHER)).toMatchObject({ color, size: LOOK.size });
  }
});

test("of several things is shown what all of them have that have any; nothing where they differ", () => {
  const dress = (kind: string, look: Look) => ({ ...dressed(kind, {}, look, 0), id: "a:1", by: "a" });
  const [rectangle, text] = [dress("rectangle", LOOK), dress("text", { ...LOOK, color: OTHER.color })];
  expect(lookOf([rectangle, text], OTHER)).toEqual({ ...LOOK, color: undefined });
  expect(lookOf([rectangle, dress("ellipse", OTHER)], LOOK)).toEqual({
    color: undefined,
    width: undefined,
    fill: undefined,
    opacity: undefined,
    size: undefined,
  });
});

test("without a selection it is what comes next", () => {
  expect(lookOf([], LOOK)).toBe(LOOK);
});

test("other letters take a text's frame with them, from where it begins; a note's paper stays", () => {
  const frame = { x: 100, y: 50, w: 70, h: 40 };
  const text = { kind: "text", ...frame, size: 32, text: "plan", color: "black", id: "a:1", by: "a" };
  expect(restyled(text, { size: 64 })).toEqual({ x: 100, y: 50, w: 140, h: 80, size: 64 });
  expect(restyled(text, { size: 32 })).toBeUndefined();
  const upright = { ...text, angle: Math.PI / 2 };
  const { x, y, w, h } = restyled(upright, { size: 64 }) as typeof frame;
  expect([x + w / 2 + h / 2, y + h / 2 - w / 2]).toEqual([100 + 35 + 20, 50 + 20 - 35]);
  expect(restyled({ ...text, kind: "note" }, { size: 64 })).toEqual({ size: 64 });
});
