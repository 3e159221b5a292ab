import { describe, expect, test } from "vitest";
import { chordOf } from "../../src/input/keys";
import type { Look } from "../../src/model/style";
import { boardIn, newBoardPath } from "../../src/ui/board_name";
import { CALM_MS, calmLoading, calmStatus, PATIENCE_MS } from "../../src/ui/calm";
import { ariaOf, capsOf, told } from "../../src/ui/chord";
import { kindsToDress, nearest, stepped, WIDTHS } from "../../src/ui/palette";
import { SHORTCUTS, type Shortcut } from "../../src/ui/shortcuts";
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

test("a board that opens at once shows no progress, a slow one how much is here", () => {
  expect(calmLoading(0.5, PATIENCE_MS - 1)).toBeUndefined();
  expect(calmLoading(undefined, PATIENCE_MS)).toBeUndefined();
  expect(calmLoading(0.534, PATIENCE_MS)).toBe(53);
});

test("any width has a nearest one on offer", () => {
  expect([0.1, 4, 5, 11, 200].map((width) => WIDTHS[nearest(WIDTHS, width)]?.name)).toEqual([
    "fine",
    "fine",
    "fine",
    "medium",
    "broad",
  ]);
});

test("a step is one of letters where only they are meant, else of lines, from what is there to the ends of what is on offer", () => {
  const worn: Look = { color: "black", width: 4, fill: "none", opacity: 1, size: 32 };
  expect(stepped(["pen"], worn, worn, 1)).toEqual({ width: 8 });
  expect(stepped(["pen"], worn, worn, -1)).toBeUndefined();
  expect(stepped(["text", "note"], { ...worn, size: 52 }, worn, 1)).toEqual({ size: 84 });
  expect(stepped(["text"], { ...worn, size: 84 }, worn, 1)).toBeUndefined();
  expect(stepped(["text", "stroke"], { ...worn, width: 16 }, worn, -1)).toEqual({ width: 8 });
  expect(stepped(["stroke", "line"], { ...worn, width: undefined }, worn, 1)).toEqual({ width: 8 });
});

test("a choice is for what is selected, else for what comes next", () => {
  const note = { id: "a:1", by: "s", kind: "note" };
  expect(kindsToDress([note], "select")).toEqual(["note"]);
  expect(kindsToDress([], "text")).toEqual(["text"]);
  expect(kindsToDress([], "hand")).toEqual(["pen"]);
});

test("keys are named alike on all keyboards", () => {
  const plain = { code: "", ctrlKey: false, metaKey: false, altKey: false, shiftKey: false };
  expect(chordOf({ ...plain, key: "P", shiftKey: true })).toBe("p");
  expect(chordOf({ ...plain, key: "[", altKey: true })).toBe("[");
  expect(chordOf({ ...plain, key: "z", ctrlKey: true })).toBe("mod+z");
  expect(chordOf({ ...plain, key: "z", metaKey: true })).toBe("mod+z");
  expect(chordOf({ ...plain, key: "Z", metaKey: true, shiftKey: true })).toBe("mod+shift+z");
});

test("a key that writes no Latin letter is the one that lies there elsewhere; a Latin one is what it writes", () => {
  const plain = { ctrlKey: false, metaKey: false, altKey: false, shiftKey: false };
  expect(chordOf({ ...plain, key: "з", code: "KeyP" })).toBe("p");
  expect(chordOf({ ...plain, key: "Я", code: "KeyZ", ctrlKey: true })).toBe("mod+z");
  expect(chordOf({ ...plain, key: "z", code: "KeyY" })).toBe("z");
  expect(chordOf({ ...plain, key: "?", code: "Digit7" })).toBe("?");
  expect(chordOf({ ...plain, key: "х", code: "BracketLeft" })).toBe("[");
  expect(chordOf({ ...plain, key: "ю", code: "Period" })).toBe(".");
  expect(chordOf({ ...plain, key: "ё", code: "Backquote" })).toBe("ё");
});

test("each chord does one thing; what has nothing to run is the clipboard's, which the browser tells", () => {
  const all: readonly Shortcut[] = Object.values(SHORTCUTS);
  const chords = all.flatMap(({ keys, also = [] }) => [...keys, ...also]);
  expect(new Set(chords).size).toBe(chords.length);
  const silent = all.filter(({ run }) => run === undefined).flatMap(({ keys }) => keys);
  expect(silent).toEqual(["mod+c", "mod+x", "mod+v"]);
});

test("a chord is told as the keys are labelled, and as assistive software expects", () => {
  expect(told("mod+shift+z")).toBe("Ctrl+Shift+Z");
  expect(told("+")).toBe("+");
  expect(capsOf("arrowleft")).toEqual(["←"]);
  expect(ariaOf("mod+shift+z")).toBe("Control+Shift+Z");
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
