import { describe, expect, test } from "vitest";
import { moved } from "../../src/geometry/change";
import { turn } from "../../src/geometry/matrix";
import { boxOf, placedPoints } from "../../src/geometry/shape";
import {
  addCopies,
  duplicate,
  nudge,
  removeSelected,
  restyle,
  toBack,
  toFront,
} from "../../src/tools/actions";
import { handlesOf } from "../../src/tools/handles";
import { Select } from "../../src/tools/select";
import { Toolbox } from "../../src/tools/toolbox";
import { FakeDesk } from "./desk";

const at = (x: number, y: number) => ({ x, y });

/** A filled rectangle (me:1), a line (me:2), a stroke (me:3) and an empty ellipse (me:4), side by side. */
function setUp() {
  const desk = new FakeDesk();
  const style = { color: "red", width: 4 };
  desk.push({ op: "add", element: { kind: "rectangle", x: 0, y: 0, w: 100, h: 50, fill: "blue", ...style } });
  desk.push({ op: "add", element: { kind: "line", x: 200, y: 0, w: 100, h: 50, ...style } });
  desk.push({ op: "add", element: { kind: "stroke", points: [400, 0, 450, 25, 500, 50], ...style } });
  desk.push({ op: "add", element: { kind: "ellipse", x: 600, y: 0, w: 100, h: 50, ...style } });
  desk.pushed.length = 0;
  const select = new Select(desk);
  const drag = (...way: [number, number][]) => {
    const [start = [0, 0], ...rest] = way;
    select.down(at(...start));
    for (const point of rest) {
      select.move([at(...point)]);
      select.frame();
    }
    select.up();
  };
  return { desk, select, drag };
}

describe("selecting", () => {
  test("a click takes the topmost element, shift adds and takes away, the empty board lets all go", () => {
    const { desk, drag } = setUp();
    drag([50, 25]);
    expect(desk.selected).toEqual(["me:1"]);
    drag([250, 27]);
    expect(desk.selected).toEqual(["me:2"]);
    desk.shift = true;
    drag([450, 25]);
    drag([50, 25]);
    expect(desk.selected).toEqual(["me:2", "me:3", "me:1"]);
    drag([450, 25]);
    drag([550, 300]);
    expect(desk.selected).toEqual(["me:2", "me:1"]);
    desk.shift = false;
    drag([550, 300]);
    expect(desk.selected).toEqual([]);
    expect(desk.pushed).toEqual([]);
  });

  test("what is not filled is met on its outline only, until it is selected", () => {
    const { desk, drag } = setUp();
    drag([650, 25]);
    expect(desk.selected).toEqual([]);
    drag([650, 1]);
    expect(desk.selected).toEqual(["me:4"]);
    drag([650, 25], [660, 25]);
    expect(desk.board.get("me:4")?.x).toBe(610);
  });

  test("a marquee takes what lies wholly within it, live, and shift adds to what was selected", () => {
    const { desk, select, drag } = setUp();
    select.down(at(150, -20));
    select.move([at(320, 80)]);
    select.frame();
    expect(desk.selected).toEqual(["me:2"]);
    expect(select.marquee).toEqual({ left: 150, top: -20, right: 320, bottom: 80 });
    select.move([at(450, 80)]);
    select.up();
    expect(desk.selected).toEqual(["me:2"]);
    expect(select.marquee).toBeUndefined();
    desk.shift = true;
    drag([-20, 80], [120, -20]);
    expect(desk.selected).toEqual(["me:2", "me:1"]);
  });
});

describe("changing what is selected", () => {
  test("dragging moves all of it, of every kind, once a frame", () => {
    const { desk, drag } = setUp();
    desk.select(["me:1", "me:2", "me:3", "me:4"]);
    drag([50, 25], [60, 20], [80, 35]);
    const [box, line, stroke, ellipse] = [...desk.board];
    expect(box).toMatchObject({ x: 30, y: 10, w: 100, h: 50 });
    expect(line).toMatchObject({ x: 230, y: 10, w: 100, h: 50 });
    expect(placedPoints(stroke as never)).toEqual([430, 10, 480, 35, 530, 60]);
    expect(stroke?.points, "[O4] points never change").toEqual([400, 0, 450, 25, 500, 50]);
    expect(ellipse).toMatchObject({ x: 630, y: 10 });
    expect(desk.pushed).toHaveLength(8);
  });

  test("an unselected element is selected and moved in one go", () => {
    const { desk, drag } = setUp();
    desk.select(["me:2"]);
    drag([50, 25], [60, 25]);
    expect(desk.selected).toEqual(["me:1"]);
    expect([desk.board.get("me:1")?.x, desk.board.get("me:2")?.x]).toEqual([10, 200]);
  });

  test("a corner scales, the opposite one stays; shift keeps the shape", () => {
    const { desk, drag } = setUp();
    desk.select(["me:1"]);
    drag([100, 50], [200, 75]);
    expect(desk.board.get("me:1")).toMatchObject({ x: 0, y: 0, w: 200, h: 75 });
    drag([0, 0], [100, 0]);
    expect(desk.board.get("me:1")).toMatchObject({ x: 100, y: 0, w: 100, h: 75 });
    desk.shift = true;
    drag([200, 75], [300, 75]);
    expect(desk.board.get("me:1")).toMatchObject({ x: 100, y: 0, w: 200, h: 150 });
  });

  test("nothing is scaled away or turned inside out", () => {
    const { desk, drag } = setUp();
    desk.select(["me:1"]);
    drag([100, 50], [-500, -500]);
    expect(desk.board.get("me:1")).toMatchObject({ x: 0, y: 0, w: 2, h: 1 });
  });

  test("the upper handle turns, shift by steps of 15°; a turned shape scales along its own axes", () => {
    const { desk, drag } = setUp();
    desk.select(["me:1"]);
    drag([50, -24], [99, 25]);
    expect(desk.board.get("me:1")).toMatchObject({ x: 0, y: 0, w: 100, h: 50, angle: 1.5708 });
    const corner = handlesOf(desk.selection, 1).find(({ name }) => name === "se");
    expect(corner?.at).toEqual({ x: expect.closeTo(25), y: expect.closeTo(75) });
    drag([25, 75], [25, 175]);
    expect(desk.board.get("me:1")).toMatchObject({ x: -50, y: 50, w: 200, h: 50 });
  });

  test("several turn together around their middle, and come back to where they were", () => {
    const { desk } = setUp();
    for (const element of [...desk.board]) {
      const there = { ...element, ...moved(element, turn(1, at(350, 25))) };
      const back = { ...there, ...moved(there as never, turn(-1, at(350, 25))) };
      const [was, is] = [boxOf(element), boxOf(back as never)];
      for (const side of ["left", "top", "right", "bottom"] as const)
        expect(Math.abs(is[side] - was[side])).toBeLessThan(0.6);
    }
  });

  test("a line is led by its ends", () => {
    const { desk, drag } = setUp();
    desk.select(["me:2"]);
    drag([300, 50], [220, 90]);
    expect(desk.board.get("me:2")).toMatchObject({ x: 200, y: 0, w: 20, h: 90 });
    drag([200, 0], [180, -10]);
    expect(desk.board.get("me:2")).toMatchObject({ x: 180, y: -10, w: 40, h: 100 });
  });

  test("cancelled, all lies where it lay; what somebody else removed meanwhile is left out", () => {
    const { desk, select } = setUp();
    desk.select(["me:1", "me:3"]);
    select.down(at(50, 25));
    select.move([at(90, 25)]);
    select.frame();
    desk.board.delete("me:1");
    desk.pushed.length = 0;
    select.cancel();
    select.up();
    expect(desk.pushed.map((draft) => draft.op === "update" && draft.element)).toEqual(["me:3"]);
    expect(placedPoints(desk.board.get("me:3") as never)).toEqual([400, 0, 450, 25, 500, 50]);
  });

  test("[O7] of an unknown kind only the place is moved, and it has no handles", () => {
    const desk = new FakeDesk();
    desk.board.set({ id: "a:1", by: "s", kind: "hologram", x: 10, y: 10, w: 50, h: 50, spin: 2 });
    const toolbox = new Toolbox(desk, () => {});
    toolbox.desk.select(["a:1"]);
    expect(handlesOf(toolbox.selection, 1)).toEqual([]);
    toolbox.down(at(30, 30));
    toolbox.move([at(50, 35)]);
    toolbox.up();
    expect(desk.board.get("a:1")).toMatchObject({ x: 30, y: 15, w: 50, h: 50, spin: 2 });
    toolbox.undo();
    expect(desk.board.get("a:1")).toMatchObject({ x: 10, y: 10 });
  });
});

describe("actions on what is selected", () => {
  const selected = () => {
    const { desk } = setUp();
    desk.select(["me:1", "me:2"]);
    return desk;
  };

  test("copies lie aside, on top, and are selected", () => {
    const desk = selected();
    duplicate(desk);
    expect(desk.selected).toEqual(["me:5", "me:6"]);
    expect(desk.pushed).toMatchObject([
      { op: "add", element: { kind: "rectangle", x: 24, y: 24, fill: "blue" } },
      { op: "add", element: { kind: "line", x: 224, y: 24 } },
    ]);
    expect(desk.pushed.some((draft) => draft.op === "add" && "id" in draft.element)).toBe(false);
  });

  test("[O10] to the front and to the back, in the order that they had", () => {
    const desk = selected();
    toFront(desk);
    expect([...desk.board].map(({ z }) => z)).toEqual([1, 2, undefined, undefined]);
    toBack(desk);
    expect([...desk.board].map(({ z }) => z)).toEqual([-2, -1, undefined, undefined]);
  });

  test("a nudge moves, a removal removes", () => {
    const desk = selected();
    nudge(desk, 1, -10);
    expect(desk.board.get("me:1")).toMatchObject({ x: 1, y: -10 });
    removeSelected(desk);
    expect([...desk.board].map(({ id }) => id)).toEqual(["me:3", "me:4"]);
    expect(desk.selected).toEqual([]);
  });

  test("a new look reaches what can wear it, and nothing is sent that is so already", () => {
    const desk = selected();
    restyle(desk, { color: "#2f9e44" });
    restyle(desk, { fill: "solid" });
    restyle(desk, { width: 4 });
    expect(desk.pushed.map((draft) => draft.op === "update" && [draft.element, draft.props])).toEqual([
      ["me:1", { color: "#2f9e44", fill: "#b2f2bb" }],
      ["me:2", { color: "#2f9e44" }],
      ["me:1", { fill: "#2f9e44" }],
    ]);
  });

  test("more copies than enter at once are the page's, moved and without the place that they had", async () => {
    const desk = new FakeDesk();
    const note = { id: "x:1", by: "s", kind: "note", x: 0, y: 0, w: 1, h: 1, z: 7 };
    await addCopies(desk, Array(2_000).fill(note), at(1, 1));
    expect([desk.pushed.length, desk.selected.length, desk.entered.length]).toEqual([2_000, 2_000, 0]);
    await addCopies(desk, Array(2_001).fill(note), at(1, 1));
    expect([desk.pushed.length, desk.entered[0]?.length]).toEqual([2_000, 2_001]);
    expect(desk.entered[0]?.[2_000]).toEqual({ id: "x:1", by: "s", kind: "note", x: 1, y: 1, w: 1, h: 1 });
  });

  test("[O10] copies of other boards lie on top here", () => {
    const desk = new FakeDesk();
    desk.board.topZ = 4;
    desk.refuses = true;
    addCopies(desk, Array(3).fill({ id: "x:1", by: "s", kind: "note", x: 0, y: 0, w: 1, h: 1 }), at(1, 1));
    expect(desk.selected).toEqual([]);
    desk.refuses = false;
    addCopies(desk, [{ id: "x:1", by: "s", kind: "note", x: 0, y: 0, w: 1, h: 1, z: -9 }], at(1, 1));
    expect(desk.pushed).toEqual([{ op: "add", element: { kind: "note", x: 1, y: 1, w: 1, h: 1, z: 4 } }]);
  });
});
