import { describe, expect, test } from "vitest";
import { chordOf } from "../../src/input/keys";
import { boardIn, newBoardPath } from "../../src/ui/board_name";
import { CALM_MS, calmStatus } from "../../src/ui/calm";
import { nearestWidth, WIDTHS } from "../../src/ui/palette";
import { languageOf } from "../../src/ui/strings";
import { english } from "../../src/ui/strings_en";
import { japanese } from "../../src/ui/strings_ja";

describe("the board in the address", () => {
  test.each([
    ["/", "lobby"],
    ["/b/plan", "plan"],
    ["/b/plan/", "plan"],
    ["/b/a%20b", "a b"],
    ["/b/%", "%"],
    ["/other", "lobby"],
  ])("%s is %s", (pathname, board) => {
    expect(boardIn(pathname)).toBe(board);
  });

  test("[B1] a new board has a name that the server takes", () => {
    const path = newBoardPath((into) => into.set(into.map((_, i) => 37 * i)));
    expect(path).toMatch(/^\/b\/[A-Za-z0-9_-]{12}$/);
    expect(boardIn(path)).toBe(path.slice(3));
  });
});

test("the pill shows what is unsaved only once somebody could wonder", () => {
  expect(calmStatus("unsaved", CALM_MS - 1)).toBe("saved");
  expect(calmStatus("unsaved", CALM_MS)).toBe("unsaved");
  expect(calmStatus("reconnecting", 0)).toBe("reconnecting");
});

test("any width has a nearest one on offer", () => {
  expect([0.1, 4, 5, 11, 200].map((width) => WIDTHS[nearestWidth(width)]?.name)).toEqual([
    "fine",
    "fine",
    "fine",
    "medium",
    "broad",
  ]);
});

test("keys are named alike on all keyboards", () => {
  const plain = { ctrlKey: false, metaKey: false, altKey: false, shiftKey: false };
  expect(chordOf({ ...plain, key: "P", shiftKey: true })).toBe("p");
  expect(chordOf({ ...plain, key: "[", altKey: true })).toBe("[");
  expect(chordOf({ ...plain, key: "z", ctrlKey: true })).toBe("mod+z");
  expect(chordOf({ ...plain, key: "z", metaKey: true })).toBe("mod+z");
  expect(chordOf({ ...plain, key: "Z", metaKey: true, shiftKey: true })).toBe("mod+shift+z");
});

describe("languages", () => {
  test("the first that there are words in is taken, whatever the region; else English", () => {
    expect(languageOf(["fr-FR", "ja", "en"])).toBe("ja");
    expect(languageOf(["JA-jp"])).toBe("ja");
    expect(languageOf(["fr"])).toBe("en");
    expect(languageOf([])).toBe("en");
  });

  test("each has its own words for all that people read but names that are alike in both", () => {
    const told = (value: unknown): string[] => {
      if (typeof value === "function") return [String(value(2, new Date(0)))];
      return typeof value === "object" && value !== null
        ? Object.values(value).flatMap(told)
        : [String(value)];
    };
    const [english_, japanese_] = [told(english), told(japanese)];
    expect(japanese_).toHaveLength(english_.length);
    expect(english_.filter((text, i) => text === japanese_[i])).toEqual([]);
  });
});
