import { describe, expect, test } from "vitest";
import { type Draft, type Element, type LogOp, type Op, zOf } from "../../src/model/element";
import { BoardView } from "../../src/model/view";
import { History } from "../../src/tools/history";
import { randomFrom } from "../random";

/** A history, its board, what it sent, and somebody else. */
function setUp() {
  const board = new BoardView([], () => {});
  const sent: Draft[] = [];
  let n = 0;
  const push = (draft: Draft): Op => {
    n += 1;
    sent.push(draft);
    const op = { ...draft, id: `me:${n}` };
    board.receive({ ...op, by: "me" });
    return op;
  };
  const history = new History(board, push);
  const other = (op: Omit<LogOp, "id" | "by">, id = `you:${++n}`) => {
    if (op.op === "remove") history.removedByOthers(op.elements as string[]);
    board.receive({ ...op, id, by: "you" } as LogOp);
    return id;
  };
  return { board, history, other, sent };
}

const note = (text: string): Draft => ({ op: "add", element: { kind: "note", text, x: 0 } });
/** Bottom to top. */
const texts = (board: Iterable<Element>) => [...board].map(({ text }) => text);

describe("undo and redo", () => {
  test("go back and forth through one's own adds, updates and removes", () => {
    const { board, history } = setUp();
    const id = history.push(note("a"))?.id as string;
    history.push({ op: "update", element: id, props: { text: "b", opacity: 0.5 } });
    history.push({ op: "remove", elements: [id] });
    expect(texts(board)).toEqual([]);
    history.undo();
    expect(texts(board)).toEqual(["b"]);
    history.undo();
    expect([...board][0]).toMatchObject({ text: "a", opacity: 1 });
    history.undo();
    expect([texts(board), history.canUndo, history.canRedo]).toEqual([[], false, true]);
    history.redo();
    history.redo();
    expect(texts(board)).toEqual(["b"]);
    history.redo();
    expect([texts(board), history.canUndo, history.canRedo]).toEqual([[], true, false]);
    history.undo();
    expect(texts(board)).toEqual(["b"]);
  });

  test("something new ends what could be repeated", () => {
    const { history } = setUp();
    history.push(note("a"));
    history.undo();
    history.push(note("b"));
    expect(history.canRedo).toBe(false);
  });

  test("what was done between begin and end is one; of many updates of one element the first and the last count", () => {
    const { board, history } = setUp();
    const id = history.push(note("a"))?.id as string;
    history.begin();
    for (const x of [1, 2, 3]) history.push({ op: "update", element: id, props: { x } });
    history.push(note("b"));
    history.undo();
    expect(board.size, "not while it is going on").toBe(2);
    history.end();
    history.undo();
    expect([...board].map(({ text, x }) => [text, x])).toEqual([["a", 0]]);
    history.redo();
    expect([...board].map(({ text, x }) => [text, x])).toEqual([
      ["a", 3],
      ["b", 0],
    ]);
  });

  test("what was added and removed in one action leaves nothing to take back", () => {
    const { board, history } = setUp();
    history.begin();
    const id = history.push(note("a"))?.id as string;
    history.push({ op: "remove", elements: [id] });
    history.end();
    expect(history.canUndo).toBe(false);
    expect(board.size).toBe(0);
  });
});

describe("undo and others", () => {
  test("what others drew and changed stays", () => {
    const { board, history, other } = setUp();
    const id = history.push(note("mine"))?.id as string;
    history.push({ op: "update", element: id, props: { text: "ours", x: 5 } });
    other({ op: "add", element: { kind: "note", text: "yours" } });
    other({ op: "update", element: id, props: { text: "theirs" } });
    history.undo();
    expect(board.get(id)).toMatchObject({ text: "theirs", x: 0 });
    history.undo();
    expect(texts(board)).toEqual(["yours"]);
    history.redo();
    expect(texts(board), "beneath what came after it").toEqual(["theirs", "yours"]);
    expect(history.canRedo).toBe(true);
  });

  test("what somebody else removed never comes back: neither by undo nor by redo", () => {
    const { board, history, other } = setUp();
    const id = history.push(note("mine"))?.id as string;
    history.push({ op: "update", element: id, props: { x: 5 } });
    other({ op: "remove", elements: [id] });
    expect(history.canUndo).toBe(false);
    history.undo();
    history.redo();
    expect(board.size).toBe(0);
  });

  test("nor what both removed at once: theirs may have been the one that counted", () => {
    const { board, history, other } = setUp();
    const id = other({ op: "add", element: { kind: "note", text: "yours" } });
    history.push({ op: "remove", elements: [id] });
    other({ op: "remove", elements: [id] });
    history.undo();
    expect(board.size).toBe(0);
    const mine = history.push(note("mine"))?.id as string;
    history.undo();
    other({ op: "remove", elements: [mine] });
    history.redo();
    expect(board.size).toBe(0);
  });

  test("an erased element of somebody else comes back if it was we who erased it; earlier actions mean it then", () => {
    const { board, history, other } = setUp();
    const id = other({ op: "add", element: { kind: "stroke", points: [1, 2], color: "red", width: 4 } });
    history.push({ op: "update", element: id, props: { color: "blue" } });
    history.push({ op: "remove", elements: [id] });
    history.undo();
    expect([...board]).toMatchObject([{ points: [1, 2], color: "blue" }]);
    history.undo();
    expect([...board]).toMatchObject([{ points: [1, 2], color: "red" }]);
  });

  test("[O8] a long stroke comes back whole, in ops that the server takes", () => {
    const { board, history } = setUp();
    const points = Array.from({ length: 20_000 }, (_, i) => i);
    const id = history.push({ op: "add", element: { kind: "stroke", points } })?.id as string;
    history.push({ op: "remove", elements: [id] });
    history.undo();
    expect([...board][0]?.points).toEqual(points);
    history.undo();
    expect(board.size).toBe(0);
  });
});

describe("[O10] what comes back lies where it lay", () => {
  /** A board of notes, one upon the other, drawn by both in turn. */
  function stacked(names: string) {
    const setting = setUp();
    const ids = [...names].map((text, i) =>
      i % 2 === 0
        ? (setting.history.push(note(text))?.id as string)
        : setting.other({ op: "add", element: { kind: "note", text } }),
    );
    const idOf = (name: string) => {
      const now = [...setting.board].find(({ text }) => text === name);
      return now?.id ?? (ids[names.indexOf(name)] as string);
    };
    const remove = (which: string) =>
      setting.history.push({ op: "remove", elements: [...which].map((name) => idOf(name)) });
    return { ...setting, idOf, remove, order: () => texts(setting.board).join("") };
  }

  test.each(["a", "b", "d", "ab", "ac", "ca", "bd", "dcba", "adc"])("in abcd: %s", (which) => {
    const { history, remove, order } = stacked("abcd");
    remove(which);
    history.undo();
    expect(order()).toBe("abcd");
    history.redo();
    history.undo();
    expect(order()).toBe("abcd");
  });

  test("also when it went in several pushes, and in several actions", () => {
    const { history, remove, order } = stacked("abcdefgh");
    history.begin();
    for (const which of ["ceg", "dh", "f"]) remove(which);
    history.end();
    remove("a");
    history.undo();
    history.undo();
    expect(order()).toBe("abcdefgh");
  });

  test("beneath what others added meanwhile", () => {
    const { history, other, remove, order } = stacked("abcd");
    remove("d");
    other({ op: "add", element: { kind: "note", text: "e" } });
    remove("b");
    other({ op: "add", element: { kind: "note", text: "f" } });
    history.undo();
    history.undo();
    expect(order()).toBe("abcdef");
  });

  test("where most of its neighbours are, when others removed some and moved some", () => {
    const { history, other, remove, idOf, order } = stacked("abcdefg");
    remove("d");
    other({ op: "update", element: idOf("c"), props: { z: 5 } });
    other({ op: "remove", elements: [idOf("e")] });
    history.undo();
    expect(order()).toBe("abdfgc");
  });

  test("above what is left, when all that lay below it is gone", () => {
    const { history, other, remove, idOf, order } = stacked("abcd");
    remove("b");
    other({ op: "remove", elements: [idOf("a")] });
    history.undo();
    expect(order()).toBe("bcd");
  });

  test("as few as may be make way, and none that need not", () => {
    const { history, sent, remove, order } = stacked("abcdefgh");
    const undone = () => {
      const before = sent.length;
      history.undo();
      return sent.slice(before).filter(({ op }) => op === "update").length;
    };
    remove("g");
    expect(undone()).toBe(1);
    remove("b");
    expect(undone()).toBe(1);
    remove("b");
    expect(undone(), "there is room now").toBe(0);
    expect(order()).toBe("abcdefgh");
  });

  test("on top, on a board where a crowd would have to make way", () => {
    const { board, history, other, sent } = setUp();
    for (let i = 0; i < 2_100; i += 1) other({ op: "add", element: { kind: "note", text: String(i) } });
    const middle = [...board][1_050] as Element;
    history.push({ op: "remove", elements: [middle.id] });
    history.undo();
    expect(texts(board).at(-1)).toBe("1050");
    expect(sent.some(({ op }) => op === "update")).toBe(false);
  });

  test.each(Array.from({ length: 60 }, (_, seed) => seed))("seed %i", (seed) => {
    const random = randomFrom(seed);
    const { board, history, other } = setUp();
    const draw = (text: string, z: number) =>
      other({ op: "add", element: { kind: "note", text, ...(z === 0 ? {} : { z }) } });
    for (let i = 0; i < 20; i += 1) draw(`note ${i}`, Math.floor(random() * 3) - 1);
    const expected = texts(board);
    let mayRedo = 0;
    for (let step = 0; step < 30; step += 1) {
      const dice = random();
      if (dice < 0.5) {
        const chosen = [...board].filter(() => random() < 0.3).map(({ id }) => id);
        if (chosen.length > 0)
          history.push({ op: "remove", elements: random() < 0.5 ? chosen : chosen.reverse() });
        mayRedo = 0;
      } else if (dice < 0.75) {
        history.undo();
        mayRedo += 1;
      } else if (dice < 0.9 && mayRedo > 0) {
        history.redo();
        mayRedo -= 1;
      } else {
        const name = `later ${step}`;
        expected.push(name);
        draw(name, Math.max(0, ...[...board].map(zOf)));
      }
    }
    while (history.canUndo) history.undo();
    expect(texts(board)).toEqual(expected);
  });
});

describe("seeded: all undone, nothing of ours is left and all of theirs is", () => {
  test.each(Array.from({ length: 40 }, (_, seed) => seed))("seed %i", (seed) => {
    const random = randomFrom(seed);
    const { board, history, other } = setUp();
    const pick = () => [...board][Math.floor(random() * board.size)]?.id ?? "nobody:1";
    const theirs = new Set<string>();
    for (let step = 0; step < 120; step += 1) {
      const dice = random();
      if (dice < 0.3) history.push(note(`mine ${step}`));
      else if (dice < 0.45) history.push({ op: "update", element: pick(), props: { x: step } });
      else if (dice < 0.55) {
        const id = pick();
        // Of theirs we remove nothing here: whether it comes back depends on who else removed it.
        if (!theirs.has(id)) history.push({ op: "remove", elements: [id] });
      } else if (dice < 0.7) theirs.add(other({ op: "add", element: { kind: "note", text: "yours" } }));
      else if (dice < 0.76) {
        const id = pick();
        theirs.delete(id);
        other({ op: "remove", elements: [id] });
      } else if (dice < 0.9) history.undo();
      else history.redo();
    }
    for (let i = 0; history.canUndo; i += 1) {
      expect(i).toBeLessThan(200);
      history.undo();
    }
    expect(new Set([...board].map(({ id }) => id))).toEqual(theirs);
    while (history.canRedo) history.redo();
    while (history.canUndo) history.undo();
    expect(new Set([...board].map(({ id }) => id))).toEqual(theirs);
  });
});

test("[O3] a long stroke that comes back has every point and every pressure", () => {
  const { board, history } = setUp();
  const points = Array.from({ length: 9_000 }, (_, i) => i);
  const pressures = Array.from({ length: 4_500 }, (_, i) => (i % 100) / 100);
  const id = history.push({ op: "add", element: { kind: "stroke", points, pressures } })?.id ?? "";
  history.push({ op: "remove", elements: [id] });
  history.undo();
  expect([...board]).toMatchObject([{ points, pressures }]);
});
