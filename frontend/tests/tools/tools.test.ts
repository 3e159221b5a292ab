import { describe, expect, test } from "vitest";
import { Eraser } from "../../src/tools/eraser";
import { FULL, Pen } from "../../src/tools/pen";
import { TOOLS, Toolbox } from "../../src/tools/toolbox";
import { FakeDesk } from "./desk";

const at = (x: number, y: number) => ({ x, y });
const way = (from: number, count: number) => Array.from({ length: count }, (_, i) => at(from + 2 * i, 0));

describe("the pen", () => {
  test("sends a stroke's first points, then only the new ones, once a frame", () => {
    const desk = new FakeDesk();
    const pen = new Pen(desk);
    pen.down(at(0, 0));
    pen.move([at(5, 5)]);
    pen.frame();
    pen.frame();
    pen.move([at(10, 10)]);
    pen.move([at(15, 15)]);
    pen.frame();
    pen.move([at(20, 20)]);
    pen.up();
    expect(desk.pushed).toEqual([
      { op: "add", element: { kind: "stroke", points: [0, 0, 5, 5], color: "red", width: 4 } },
      { op: "grow", element: "me:1", points: [10, 10, 15, 15] },
      { op: "grow", element: "me:1", points: [20, 20] },
    ]);
  });

  test("tells how hard it was pressed at each point, if it can tell", () => {
    const desk = new FakeDesk();
    const pen = new Pen(desk);
    pen.down({ ...at(0, 0), pressure: 0.333 });
    pen.frame();
    pen.move([
      { ...at(5, 5), pressure: 1 },
      { ...at(5.1, 5), pressure: 0.9 },
    ]);
    pen.up();
    expect(desk.board.get("me:1")).toMatchObject({ points: [0, 0, 5, 5], pressures: [0.33, 1] });
    const highlighter = new Pen(desk, "highlighter");
    highlighter.down({ ...at(0, 0), pressure: 0.3 });
    highlighter.up();
    expect(Object.keys(desk.board.get("me:3") ?? {})).not.toContain("pressures");
  });

  test("a pressed stroke that is full goes on with the pressure it had", () => {
    const desk = new FakeDesk();
    const pen = new Pen(desk);
    pen.down({ ...at(0, 0), pressure: 0.5 });
    for (let i = 0; i < 11; i += 1) {
      pen.move(way(2 + 400 * i, 200).map((point, k) => ({ ...point, pressure: (k % 100) / 100 })));
      pen.frame();
    }
    pen.up();
    const [first, second] = [...desk.board].map(({ pressures }) => pressures as number[]);
    expect([first?.length, second?.length]).toEqual([FULL, 202]);
    expect(second?.[0]).toBe(first?.at(-1));
  });

  test("a tap is a dot", () => {
    const desk = new FakeDesk();
    const pen = new Pen(desk);
    pen.down(at(3, 4));
    pen.up();
    expect(desk.points("me:1")).toEqual([3, 4]);
  });

  test("rounds to a tenth, and leaves out what cannot be seen", () => {
    const desk = new FakeDesk();
    const pen = new Pen(desk);
    pen.down(at(0.04, -0.04));
    pen.move([at(0.3, 0), at(1.2345, 9.87654), at(1.5, 9.9)]);
    pen.up();
    expect(desk.points("me:1")).toEqual([0, 0, 1.2, 9.9]);
    expect(Object.is(desk.points("me:1")[1], -0)).toBe(false);
  });

  test("[O8] coordinates stay within the board's bounds", () => {
    const desk = new FakeDesk();
    const pen = new Pen(desk);
    pen.down(at(-2e6, 2e6));
    pen.up();
    expect(desk.points("me:1")).toEqual([-1e6, 1e6]);
  });

  test("a full stroke goes on in another one, without a gap", () => {
    const desk = new FakeDesk();
    const pen = new Pen(desk);
    pen.down(at(0, 0));
    pen.frame();
    for (let i = 0; i < 11; i += 1) {
      pen.move(way(2 + 400 * i, 200));
      pen.frame();
    }
    pen.up();
    const strokes = [...desk.board].map((element) => element.points as number[]);
    expect(strokes.map((points) => points.length / 2)).toEqual([FULL, 202]);
    expect(strokes[1]?.slice(0, 2)).toEqual(strokes[0]?.slice(-2));
  });

  test("[O8] no op is too large, however long a frame took", () => {
    const desk = new FakeDesk();
    const pen = new Pen(desk);
    pen.down(at(-99_999.9, -99_999.9));
    pen.move(Array.from({ length: 9_000 }, (_, i) => at(-99_999.9 + i * 3.3, -99_999.9)));
    pen.up();
    for (const draft of desk.pushed) expect(JSON.stringify(draft).length).toBeLessThan(65_536);
    const joints = desk.board.size - 1;
    expect([...desk.board].flatMap(({ points }) => points)).toHaveLength(18_000 + 2 * joints);
  });

  test("a stroke that somebody erased goes on in a new one", () => {
    const desk = new FakeDesk();
    const pen = new Pen(desk);
    pen.down(at(0, 0));
    pen.frame();
    desk.board.clear();
    pen.move([at(10, 0)]);
    pen.frame();
    pen.move([at(20, 0)]);
    pen.up();
    expect([...desk.board].map((element) => element.points)).toEqual([[10, 0, 20, 0]]);
  });

  test("what is not taken ends the stroke", () => {
    const desk = new FakeDesk();
    const pen = new Pen(desk);
    desk.refuses = true;
    pen.down(at(0, 0));
    pen.frame();
    desk.refuses = false;
    pen.move([at(10, 0)]);
    pen.up();
    expect(desk.pushed).toEqual([]);
  });

  test("as a highlighter it is broader, of its own kind, as opaque as chosen and at the top", () => {
    const desk = new FakeDesk();
    desk.board.topZ = 3;
    desk.look = { ...desk.look, opacity: 0.6 };
    const pen = new Pen(desk, "highlighter");
    pen.down(at(1, 2));
    pen.up();
    expect(desk.pushed).toEqual([
      {
        op: "add",
        element: { kind: "highlighter", points: [1, 2], color: "red", width: 16, opacity: 0.6, z: 3 },
      },
    ]);
  });

  test("moves without a pointer down do nothing", () => {
    const desk = new FakeDesk();
    const pen = new Pen(desk);
    pen.move([at(1, 1)]);
    pen.frame();
    pen.up();
    expect(desk.pushed).toEqual([]);
  });
});

describe("the eraser", () => {
  function deskWithStrokes(): FakeDesk {
    const desk = new FakeDesk();
    for (const x of [0, 100, 200]) {
      desk.push({ op: "add", element: { kind: "stroke", points: [x, 0, x, 50], width: 4 } });
    }
    desk.pushed.length = 0;
    return desk;
  }

  test("shows what would go, and removes it when lifted, whole and together", () => {
    const desk = deskWithStrokes();
    const eraser = new Eraser(desk);
    eraser.down(at(-30, 20));
    eraser.move([at(30, 20), at(120, 20)]);
    eraser.frame();
    expect(desk.faded).toEqual(["me:1", "me:2"]);
    expect(desk.board.size).toBe(3);
    eraser.up();
    expect(desk.pushed).toEqual([{ op: "remove", elements: ["me:1", "me:2"] }]);
    expect(desk.faded).toEqual([]);
  });

  test("a tap erases too; a tap on nothing sends nothing", () => {
    const desk = deskWithStrokes();
    const eraser = new Eraser(desk);
    eraser.down(at(50, 20));
    eraser.up();
    expect(desk.pushed).toEqual([]);
    eraser.down(at(103, 20));
    eraser.up();
    expect(desk.pushed).toEqual([{ op: "remove", elements: ["me:2"] }]);
  });

  test("cancelled it removes nothing", () => {
    const desk = deskWithStrokes();
    const eraser = new Eraser(desk);
    eraser.down(at(0, 20));
    eraser.frame();
    eraser.cancel();
    eraser.up();
    expect(desk.pushed).toEqual([]);
    expect(desk.faded).toEqual([]);
  });

  test("what somebody else removed meanwhile is not removed again", () => {
    const desk = deskWithStrokes();
    const eraser = new Eraser(desk);
    eraser.down(at(0, 20));
    eraser.move([at(110, 20)]);
    eraser.frame();
    desk.board.delete("me:1");
    eraser.up();
    expect(desk.pushed).toEqual([{ op: "remove", elements: ["me:2"] }]);
  });

  test("[O8] one op removes at most 1,000", () => {
    const desk = new FakeDesk();
    for (let i = 0; i < 1_500; i += 1) desk.push({ op: "add", element: { kind: "stroke", points: [0, 0] } });
    desk.pushed.length = 0;
    const eraser = new Eraser(desk);
    eraser.down(at(0, 0));
    eraser.up();
    expect(desk.pushed.map((draft) => (draft.op === "remove" ? draft.elements.length : 0))).toEqual([
      1_000, 500,
    ]);
  });

  test("its reach is one of the screen, not of the board", () => {
    const desk = deskWithStrokes();
    desk.pixel = 5;
    const eraser = new Eraser(desk);
    eraser.down(at(-35, 20));
    eraser.up();
    expect(desk.pushed).toHaveLength(1);
  });
});

test("taking another tool ends what the first was doing", () => {
  const desk = new FakeDesk();
  const toolbox = new Toolbox(desk, () => {});
  toolbox.down(at(0, 0));
  toolbox.take("eraser");
  expect(desk.pushed).toHaveLength(1);
  toolbox.move([at(0, 0)]);
  toolbox.up();
  expect(desk.board.size).toBe(1);
  expect(toolbox.current).toBe("eraser");
});

test("each tool has a key of its own, which is no other shortcut's", () => {
  const keys = Object.values(TOOLS).map(({ key }) => key);
  expect(new Set(keys).size).toBe(keys.length);
  for (const key of keys) expect(key).toMatch(/^[a-z]$/);
});
