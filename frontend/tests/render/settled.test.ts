import { describe, expect, test } from "vitest";
import { type Box, overlap } from "../../src/geometry/box";
import { boxOf } from "../../src/geometry/shape";
import type { Transform } from "../../src/geometry/transform";
import type { Op } from "../../src/model/element";
import { BoardView } from "../../src/model/view";
import { Settled } from "../../src/render/settled";
import { TILE_PX } from "../../src/render/tiles";
import { randomFrom } from "../random";

/** Twelve board pixels in a row, on three tiles. */
const WIDTH = 12;
const VIEW: Transform = { scale: TILE_PX / 4, dx: 0, dy: 0 };
const SIZE = { width: WIDTH * VIEW.scale, height: 2 * VIEW.scale };
const cell = (x: number): Box => ({ left: x, top: 0, right: x + 1, bottom: 1 });

/** A tile's canvas; each of its cells remembers what was painted on it, bottom to top. */
class FakeSurface {
  readonly canvas = this as unknown as CanvasImageSource;
  readonly cells = new Map<number, string[]>();
  private clip: readonly Box[] | undefined;

  constructor(
    first: number,
    private readonly seen: { repaints: number },
  ) {
    for (let x = first; x < first + 4; x += 1) this.cells.set(x, []);
  }

  repaint(places: readonly Box[], paint: (context: CanvasRenderingContext2D) => void): void {
    this.seen.repaints += 1;
    this.clip = places;
    for (const x of this.cells.keys()) if (this.clipped(x)) this.cells.set(x, []);
    this.paint(paint);
    this.clip = undefined;
  }

  paint(paint: (context: CanvasRenderingContext2D) => void): void {
    paint(this as unknown as CanvasRenderingContext2D);
  }

  ink(id: string, box: Box): void {
    for (const [x, ids] of this.cells)
      if (overlap(box, cell(x)) && (this.clip === undefined || this.clipped(x))) ids.push(id);
  }

  private clipped(x: number): boolean {
    return this.clip?.some((place) => overlap(place, cell(x))) ?? false;
  }
}

/** An element of an unknown kind, for the box it gives: whole cells. */
const block = (id: string, x: number, w: number): Op => ({
  op: "add",
  id,
  element: { kind: "block", x, y: 0, w, h: 1 },
});

function setUp() {
  const pending: Op[] = [];
  const view = new BoardView(pending, () => {});
  const seen = { repaints: 0, made: 0 };
  const make = (_: number, { dx }: Transform) => {
    seen.made += 1;
    return new FakeSurface((-4 * dx) / TILE_PX, seen);
  };
  const settled = new Settled(make, view);
  const away = new Set<string>();
  const screen = new Map<number, FakeSurface>();
  const elsewhere = (id: string) => away.has(id);
  const reset = () => settled.reset(elsewhere);
  const step = (now: number, points: number, reach = 0) => {
    const done = settled.paint(now, reach, { left: points }, (surface, element) =>
      (surface as unknown as FakeSurface).ink(element.id, boxOf(element)),
    );
    for (const { image, left } of settled.show()) screen.set(left, image as unknown as FakeSurface);
    return done;
  };
  const repair = (points = 1_000) => {
    for (let i = 0; !step(0, points); i += 1) if (i > 1_000) throw new Error("never done");
  };
  const cells = () =>
    Array.from({ length: WIDTH }, (_, x) => screen.get(Math.floor(x / 4) * TILE_PX)?.cells.get(x));
  const wanted = () =>
    Array.from({ length: WIDTH }, (_, x) =>
      [...view]
        .filter((element) => !away.has(element.id) && overlap(boxOf(element), cell(x)))
        .map(({ id }) => id),
    );
  settled.look(VIEW, SIZE, Number.NEGATIVE_INFINITY);
  reset();
  return { pending, view, seen, settled, away, repair, step, reset, cells, wanted };
}

describe("the settled layer", () => {
  test("puts what belongs on top there, without painting anything anew", () => {
    const { view, seen, settled, repair, reset, cells } = setUp();
    view.receive(block("a:1", 0, 3));
    reset();
    repair();
    view.receive(block("b:1", 2, 3));
    view.receive(block("b:2", 2, 2));
    settled.take(["b:2", "b:1"]);
    repair();
    expect(seen.repaints).toBe(0);
    expect(cells()[2]).toEqual(["a:1", "b:1", "b:2"]);
  });

  test("paints in order what settles below something that is there", () => {
    const { view, settled, repair, reset, cells, away } = setUp();
    view.receive(block("a:1", 0, 3));
    away.add("a:1");
    view.receive(block("b:1", 2, 3));
    reset();
    repair();
    away.clear();
    settled.take(["a:1"]);
    repair();
    expect(cells()[2]).toEqual(["a:1", "b:1"]);
  });

  test("paints in order what settles in the frame in which everything is painted anew", () => {
    const { view, settled, repair, reset, cells } = setUp();
    view.receive(block("a:1", 0, 3));
    view.receive(block("b:1", 2, 3));
    reset();
    settled.take(["a:1"]);
    repair();
    expect(cells()[2]).toEqual(["a:1", "b:1"]);
  });

  test.each(Array.from({ length: 60 }, (_, seed) => seed))(
    "always shows the board's order: seed %i",
    (seed) => {
      const random = randomFrom(seed);
      const { pending, view, settled, away, repair, reset, cells, wanted } = setUp();
      reset();
      let n = 0;
      const some = (): string[] => [...view].map(({ id }) => id).filter(() => random() < 0.3);
      for (let step = 0; step < 120; step += 1) {
        const dice = random();
        n += 1;
        const x = Math.floor(random() * 10);
        if (dice < 0.3) {
          view.receive(block(`b:${n}`, x, 1 + Math.floor(random() * 3)));
          away.add(`b:${n}`);
        } else if (dice < 0.5) {
          const op = block(`me:${n}`, x, 2);
          pending.push(op);
          view.show(op);
          away.add(op.id);
        } else if (dice < 0.6) view.confirm(pending.splice(0, Math.ceil(random() * pending.length)), "s");
        else if (dice < 0.7) {
          const elements = some().slice(0, 2);
          for (const id of elements) settled.lift(id);
          view.receive({ op: "remove", id: `b:${n}`, elements });
          settled.take(elements.filter((id) => !away.has(id))); // what is pending is still there
        } else if (dice < 0.8) {
          for (const id of some()) {
            if (away.has(id)) continue;
            settled.lift(id);
            away.add(id);
          }
        } else if (dice < 0.83) reset();
        else {
          const quiet = [...away].filter((id) => view.get(id) !== undefined && random() < 0.7);
          for (const id of quiet) away.delete(id);
          if (quiet.length > 0) settled.take(quiet);
        }
        repair(1 + Math.floor(30 * random()));
        expect(cells()).toEqual(wanted());
      }
    },
  );

  test("what is zoomed is shown stretched until it is painted sharply", () => {
    const { view, settled, repair, reset, step } = setUp();
    view.receive(block("a:1", 0, 3));
    reset();
    repair();
    settled.look({ ...VIEW, scale: 1.5 * VIEW.scale }, SIZE, 1_000);
    expect(step(1_000, 1_000)).toBe(false);
    settled.look({ ...VIEW, scale: 1.5 * VIEW.scale, dx: 10 }, SIZE, 1_050);
    settled.paint(1_050, 0, { left: 0 }, () => {});
    expect(settled.show().map(({ left, width }) => [left, width])).toContainEqual([10, 1.5 * TILE_PX]);
    expect(step(1_200, 1_000)).toBe(true);
  });

  test("is painted anew when thin ink is of another width, at the same scale of the device", () => {
    const { view, seen, repair, reset, step } = setUp();
    view.receive(block("a:1", 0, 3));
    reset();
    repair();
    expect(step(0, 1_000)).toBe(true);
    const made = seen.made;
    expect(step(0, 1_000, 1)).toBe(true);
    expect(seen.made).toBe(2 * made);
  });

  test("is painted anew when one zooms away and right back: some of it may be of the scale between", () => {
    const { view, seen, settled, repair, reset, step } = setUp();
    view.receive(block("a:1", 0, 3));
    reset();
    repair();
    const whole = seen.made;
    settled.look({ ...VIEW, scale: 1.25 * VIEW.scale }, SIZE, 1_000);
    step(1_000, 1_000, 0.8);
    settled.look(VIEW, SIZE, 1_050);
    expect(step(1_050, 1_000)).toBe(false);
    const before = seen.made;
    expect(step(1_200, 1_000)).toBe(true);
    expect(seen.made).toBe(before + whole);
  });

  test("what lies far out of view costs nothing", () => {
    const { view, repair, reset, settled } = setUp();
    const painted: string[] = [];
    view.receive(block("a:1", 0, 1));
    view.receive(block("a:2", 900, 1));
    reset();
    settled.paint(0, 0, { left: 1_000 }, (_, element) => void painted.push(element.id));
    repair();
    expect(new Set(painted)).toEqual(new Set(["a:1"]));
  });
});
