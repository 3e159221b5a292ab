import { describe, expect, test } from "vitest";
import { apply, Board } from "../../src/model/board";
import type { LogOp } from "../../src/model/element";
import { readVectors } from "./vectors";

describe("the fold and the shared vectors", () => {
  for (const { name, ops, elements } of readVectors()) {
    test(name, () => {
      const board = new Board();
      for (const op of ops) apply(board, op);
      expect([...board]).toEqual(elements);
    });
  }
});

describe("the fold behind a fetched board", () => {
  for (const { name, ops, elements } of readVectors()) {
    if (ops.length > 100) continue; // every cut of those would take minutes
    test(`[L9] ${name.replaceAll(/\[\w+\] ?/g, "")}: at every cut`, () => {
      for (let cut = 0; cut <= ops.length; cut++) {
        const former = new Board();
        for (const op of ops.slice(0, cut)) apply(former, op);
        const board = new Board(JSON.parse(JSON.stringify([...former])));
        for (const op of ops.slice(cut)) apply(board, op);
        expect([...board]).toEqual(elements);
      }
    });
  }
});

describe("the fold and what no codec would let through", () => {
  test.each<Record<string, unknown>>([
    { op: "add" },
    { op: "add", element: null },
    { op: "add", element: [] },
    { op: "add", element: { color: "red" } },
    { op: "grow", element: "a:1" },
    { op: "grow", element: { id: "a:1" }, points: [1, 1] },
    { op: "update", element: "a:1" },
    { op: "update", element: "a:1", props: null },
    { op: "remove" },
    { op: "remove", elements: "a:1" },
    { op: "remove", elements: [null, 3] },
    { op: "" },
  ])("[O7] %j changes nothing and does not throw", (op) => {
    const stroke = { id: "a:1", by: "s1", kind: "stroke", points: [0, 0] };
    const board = new Board([stroke]);
    apply(board, { id: "a:2", by: "s1", ...op } as LogOp);
    expect([...board]).toEqual([stroke]);
  });

  test("[O3] a stroke without points does not grow", () => {
    const board = new Board([{ id: "a:1", by: "s1", kind: "stroke" }]);
    apply(board, { op: "grow", id: "a:2", by: "s1", element: "a:1", points: [1, 1] });
    expect(board.get("a:1")?.points).toBeUndefined();
  });
});
