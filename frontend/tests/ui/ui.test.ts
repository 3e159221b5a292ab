import { describe, expect, test } from "vitest";
import { chordOf } from "../../src/input/keys";
import { boardIn, newBoardPath } from "../../src/ui/board_name";
import { CALM_MS, calmStatus } from "../../src/ui/calm";
import { nearestWidth, WIDTHS } from "../../src/ui/palette";

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
