import { describe, expect, test } from "vitest";
import type { Draft, Element } from "../../src/model/element";
import { MAX_OP_BYTES } from "../../src/model/limits";
import { Entry } from "../../src/tools/entry";
import { History } from "../../src/tools/history";
import { FakeDesk } from "./desk";

function notes(count: number): Element[] {
  return Array.from({ length: count }, (_, i) => ({
    id: "",
    by: "",
    kind: "note",
    x: i,
    y: 0,
    text: `${i}`,
  }));
}

/** A board that says how much of it is unsaved, and a history on it. */
function setUp() {
  const desk = new FakeDesk();
  const history = new History(desk.board, (draft) => desk.push(draft));
  const state = { unsaved: 0 };
  const enter = (elements: readonly Element[]) =>
    new Entry(elements, {
      get topZ() {
        return desk.board.topZ;
      },
      get unsaved() {
        return state.unsaved;
      },
      push: history.long(),
    });
  return { desk, history, state, enter };
}

describe("many elements enter a board", () => {
  test("in their order, a slice at a time, as new elements", () => {
    const { desk, enter } = setUp();
    const entry = enter(notes(4_800));
    expect([entry.step(), desk.board.size]).toEqual(["going", 2_000]);
    expect([entry.step(), entry.step(), desk.board.size]).toEqual(["going", "done", 4_800]);
    expect([...desk.board].map(({ x }) => x)).toEqual(notes(4_800).map(({ x }) => x));
    expect([...desk.board].map(({ id }) => id)).toEqual(entry.ids);
  });

  test("on top of what lies there", () => {
    const { desk, enter } = setUp();
    desk.board.topZ = 5;
    enter(notes(1)).step();
    expect([...desk.board][0]).toMatchObject({ z: 5 });
  });

  test("no faster than they are stored", () => {
    const { desk, state, enter } = setUp();
    const entry = enter(notes(2_400));
    entry.step();
    state.unsaved = 500;
    expect([entry.step(), desk.board.size]).toEqual(["going", 2_000]);
    state.unsaved = 499;
    expect([entry.step(), desk.board.size]).toEqual(["done", 2_400]);
  });

  test("fewer of them where they have many points", () => {
    const { desk, enter } = setUp();
    const points = Array.from({ length: 20_000 }, () => 0);
    const entry = enter(Array.from({ length: 30 }, () => ({ id: "", by: "", kind: "stroke", points })));
    expect([entry.step(), desk.board.size]).toEqual(["going", 25]);
    expect([entry.step(), desk.board.size]).toEqual(["done", 30]);
  });

  test("[O8] in ops that the server takes, however many points and digits one has", () => {
    const { desk, enter } = setUp();
    const points = Array.from({ length: 20_000 }, (_, i) => -999_999.1234 + i / 1e4);
    const rounded = points.map((value) => Math.round(value * 1e4) / 1e4);
    expect(enter([{ id: "", by: "", kind: "stroke", points: rounded }]).step()).toBe("done");
    expect(desk.points("me:1")).toEqual(rounded);
    const bytes = desk.pushed.map((draft: Draft) => JSON.stringify(draft).length);
    expect(Math.max(...bytes)).toBeLessThan(MAX_OP_BYTES);
  });

  test("and one undo takes them all back, beside what was drawn meanwhile", () => {
    const { desk, history, enter } = setUp();
    const entry = enter(notes(4_800));
    entry.step();
    history.push({ op: "add", element: { kind: "note", text: "mine" } });
    entry.step();
    entry.step();
    history.undo();
    expect(desk.board.size).toBe(4_800);
    history.undo();
    expect([desk.board.size, history.canUndo]).toEqual([0, false]);
    history.redo();
    history.redo();
    expect(desk.board.size).toBe(4_801);
  });

  test("until they are taken back", () => {
    const { desk, history, enter } = setUp();
    const entry = enter(notes(4_800));
    entry.step();
    history.undo();
    expect([entry.step(), entry.ids.length, desk.board.size]).toEqual(["stopped", 2_000, 0]);
  });

  test("until the board takes no more", () => {
    const { desk, enter } = setUp();
    const entry = enter(notes(3));
    desk.refuses = true;
    expect([entry.step(), desk.board.size]).toEqual(["stopped", 0]);
  });
});
