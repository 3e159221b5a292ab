import { expect, test } from "vitest";
import { layoutOf, measure, wrapped } from "../../src/render/text";

/** Letters that are all ten pixels wide. */
const context = {
  font: "",
  measureText: (text: string) => ({ width: 10 * [...text].length }) as TextMetrics,
};

test.each([
  ["one two three", 80, ["one two", "three"]],
  ["one  two", 1_000, ["one  two"]],
  ["a\n\nb", 80, ["a", "", "b"]],
  ["unbreakable", 50, ["unbre", "akabl", "e"]],
  ["so unbreakable", 50, ["so", "unbre", "akabl", "e"]],
  ["日本語の長い文", 30, ["日本語", "の長い", "文"]],
  ["名前（木曜日）", 60, ["名前（木曜", "日）"]],
  ["言った「はい」", 40, ["言った", "「はい」"]],
  ["ずっと！！！！！！！", 40, ["ずっ", "と！！！", "！！！！"]],
  ["wide", 5, ["w", "i", "d", "e"]],
  ["", 50, [""]],
])("%j in %i pixels", (text, width, lines) => {
  expect(wrapped(context, text, width)).toEqual(lines);
});

test("a text is as wide as its widest line, and a line and a quarter high", () => {
  expect(measure(context, "abc\nab", 20)).toEqual({ w: 31, h: 50 });
});

test.each([
  ["text", { w: 500, h: 50 }, "a\nb", 20, { lines: ["a", "b"], size: 20 }],
  ["text", { w: 500, h: 25 }, "a\nb", 20, { lines: ["a", "b"], size: 10 }],
  ["note", { w: 128, h: 53 }, "a\nb", 10, { lines: ["a", "b"], size: 10 }],
  ["note", { w: 128, h: 16 }, "a\nb\nc", 4, { lines: ["a", "b"], size: 4 }],
  ["note", { w: 20, h: 20 }, "a", 12, { lines: ["a"], size: 12 }],
  ["note", { w: 20, h: 4 }, "a", 12, { lines: [], size: expect.any(Number) }],
])("letters of a %s stay within its frame: %j", (kind, frame, text, size, layout) => {
  const element = { kind, x: 0, y: 0, ...frame, text, size, color: "black", id: "a:1", by: "a" };
  expect(layoutOf(context, element, frame)).toEqual(layout);
});
