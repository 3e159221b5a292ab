import { describe, expect, test } from "vitest";
import { type Box, overlap } from "../../src/geometry/box";
import { boxOf } from "../../src/geometry/shape";
import type { Op } from "../../src/model/element";
import { BoardView } from "../../src/model/view";
import { Settled } from "../../src/render/settled";
import { randomFrom } from "../random";

const SEEN: Box = { left: 0, top: 0, right: 12, bottom: 2 };
const cell = (x: number): Box => ({ left: x, top: 0, right: x + 1, bottom: 1 });

/** A canvas of twelve cells in a row; each remembers what was painted on it, bottom to top. */
class FakeLayer {
  cells: string[][] = Array.from({ length: 12 }, () => []);
  repaints = 0;
  private clip: readonly Box[] | undefined;

  repaint(places: readonly Box[], paint: (context: CanvasRenderingContext2D) => void): void {
    this.repaints += 1;
    this.clip = places;
    this.cells = this.cells.map((ids, x) => (this.clipped(x) ? [] : ids));
    this.paint(paint);
    this.clip = undefined;
  }

  paint(paint: (context: CanvasRenderingContext2D) => void): void {
    paint(this as unknown as CanvasRenderingContext2D);
  }

  ink(id: string, box: Box): void {
    this.cells.forEach((ids, x) => {
      if (overlap(box, cell(x)) && (this.clip === undefined || this.clipped(x))) ids.push(id);
    });
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
  const layer = new FakeLayer();
  const settled = new Settled(layer, view);
  const away = new Set<string>();
  settled.reset(SEEN);
  const repair = () =>
    settled.repair(
      SEEN,
      (id) => away.has(id),
      (_, element) => layer.ink(element.id, boxOf(element)),
    );
  const wanted = () =>
    layer.cells.map((_, x) =>
      [...view]
        .filter((element) => !away.has(element.id) && overlap(boxOf(element), cell(x)))
        .map(({ id }) => id),
    );
  return { pending, view, layer, settled, away, repair, wanted };
}

describe("the settled layer", () => {
  test("puts what belongs on top there, without painting anything anew", () => {
    const { view, layer, settled, repair } = setUp();
    view.receive(block("a:1", 0, 3));
    repair();
    view.receive(block("b:1", 2, 3));
    view.receive(block("b:2", 2, 2));
    settled.take(["b:2", "b:1"]);
    repair();
    expect(layer.repaints).toBe(1);
    expect(layer.cells[2]).toEqual(["a:1", "b:1", "b:2"]);
  });

  test("paints in order what settles below something that is there", () => {
    const { view, layer, settled, repair, away } = setUp();
    view.receive(block("a:1", 0, 3));
    away.add("a:1");
    view.receive(block("b:1", 2, 3));
    repair();
    away.clear();
    settled.take(["a:1"]);
    repair();
    expect(layer.cells[2]).toEqual(["a:1", "b:1"]);
  });

  test("paints in order what settles in the frame in which everything is painted anew", () => {
    const { view, layer, settled, repair } = setUp();
    view.receive(block("a:1", 0, 3));
    view.receive(block("b:1", 2, 3));
    settled.reset(SEEN);
    settled.take(["a:1"]);
    repair();
    expect(layer.cells[2]).toEqual(["a:1", "b:1"]);
  });

  test.each(Array.from({ length: 60 }, (_, seed) => seed))(
    "always shows the board's order: seed %i",
    (seed) => {
      const random = randomFrom(seed);
      const { pending, view, settled, away, repair, layer, wanted } = setUp();
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
        } else if (dice < 0.8) {
          for (const id of some()) {
            if (away.has(id)) continue;
            settled.lift(id);
            away.add(id);
          }
        } else if (dice < 0.83) settled.reset(SEEN);
        else {
          const quiet = [...away].filter((id) => view.get(id) !== undefined && random() < 0.7);
          for (const id of quiet) away.delete(id);
          if (quiet.length > 0) settled.take(quiet);
        }
        repair();
        expect(layer.cells).toEqual(wanted());
      }
    },
  );
});
