import { describe, expect, test } from "vitest";
import { Laser, Writer } from "../../src/tools/pointers";
import { Shaper } from "../../src/tools/shaper";
import { FakeDesk } from "./desk";

const at = (x: number, y: number) => ({ x, y });

function drag(desk: FakeDesk, kind: ConstructorParameters<typeof Shaper>[1], ...way: [number, number][]) {
  const shaper = new Shaper(desk, kind);
  const [start = [0, 0], ...rest] = way;
  shaper.down(at(...start));
  for (const point of rest) {
    shaper.move([at(...point)]);
    shaper.frame();
  }
  return shaper;
}

describe("dragging out a shape", () => {
  test("is seen while it happens: an add, then updates of its place, and it is done when lifted", () => {
    const desk = new FakeDesk();
    const shaper = drag(desk, "rectangle", [10, 20], [40, 80], [5, 10]);
    shaper.frame();
    expect(desk.done).toEqual([]);
    shaper.up();
    expect(desk.pushed).toEqual([
      { op: "add", element: { kind: "rectangle", x: 10, y: 20, w: 30, h: 60, color: "red", width: 4 } },
      { op: "update", element: "me:1", props: { x: 5, y: 10, w: 5, h: 10 } },
    ]);
    expect(desk.done).toEqual(["me:1"]);
  });

  test("a line keeps its direction", () => {
    const desk = new FakeDesk();
    drag(desk, "arrow", [50, 50], [20, 90]).up();
    expect(desk.board.get("me:1")).toMatchObject({ kind: "arrow", x: 50, y: 50, w: -30, h: 40 });
  });

  test("a click makes none; on a far away board neither", () => {
    const desk = new FakeDesk();
    desk.pixel = 10;
    drag(desk, "ellipse", [50, 50], [80, 50]).up();
    expect(desk.pushed).toEqual([]);
    expect(desk.done).toEqual([]);
  });

  test("shift makes squares, and lines of 15° steps", () => {
    const desk = new FakeDesk();
    desk.shift = true;
    drag(desk, "rectangle", [0, 0], [-30, 80]).up();
    drag(desk, "line", [0, 0], [100, 9]).up();
    expect(desk.board.get("me:1")).toMatchObject({ x: -80, y: 0, w: 80, h: 80 });
    expect(desk.board.get("me:2")).toMatchObject({ x: 0, y: 0, w: 100.4, h: 0 });
  });

  test("a chosen fill is the colour, or its light tint", () => {
    const desk = new FakeDesk();
    desk.look = { ...desk.look, color: "#1971c2", fill: "tint" };
    drag(desk, "diamond", [0, 0], [30, 30]).up();
    desk.look = { ...desk.look, fill: "solid" };
    drag(desk, "diamond", [0, 0], [30, 30]).up();
    drag(desk, "line", [0, 0], [30, 30]).up();
    expect([...desk.board].map(({ fill }) => fill)).toEqual(["#a5d8ff", "#1971c2", undefined]);
  });

  test("cancelled it takes its shape away again; what somebody else removed is not removed twice", () => {
    const desk = new FakeDesk();
    drag(desk, "line", [0, 0], [30, 30]).cancel();
    expect(desk.board.size).toBe(0);
    const shaper = drag(desk, "line", [0, 0], [30, 30]);
    desk.board.clear();
    const before = desk.pushed.length;
    shaper.move([at(90, 90)]);
    shaper.frame();
    shaper.cancel();
    shaper.up();
    expect(desk.pushed).toHaveLength(before);
  });

  test("[O8] stays within the board's bounds", () => {
    const desk = new FakeDesk();
    drag(desk, "rectangle", [-3e6, 0], [3e6, 10]).up();
    expect(desk.board.get("me:1")).toMatchObject({ x: -1e6, w: 1e6 });
  });
});

describe("tools that draw nothing", () => {
  test("the laser is told once a frame while it is down, and that it has gone", () => {
    const desk = new FakeDesk();
    const laser = new Laser(desk);
    laser.move([at(1, 1)]);
    laser.frame();
    laser.down(at(2, 2));
    laser.frame();
    laser.frame();
    laser.move([at(3, 3), at(4, 4)]);
    laser.frame();
    laser.up();
    expect(desk.lasers).toEqual([at(2, 2), at(4, 4), undefined]);
    expect(desk.pushed).toEqual([]);
  });

  test("text and notes are written where the press ends", () => {
    const desk = new FakeDesk();
    for (const kind of ["text", "note"] as const) {
      const writer = new Writer(desk, kind);
      writer.up();
      writer.down(at(1, 1));
      writer.move([at(5, 5)]);
      writer.up();
      writer.down(at(1, 1));
      writer.cancel();
      writer.up();
    }
    expect(desk.written).toEqual([
      { kind: "text", at: at(5, 5) },
      { kind: "note", at: at(5, 5) },
    ]);
  });
});
