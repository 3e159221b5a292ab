import { describe, expect, test } from "vitest";
import { apply, Board, type Touched } from "../../src/model/board";
import type { LogOp, Op } from "../../src/model/element";
import { BoardView } from "../../src/model/view";
import { randomFrom } from "../random";

/** A view with its pending list, and the log as the server would have it. */
function setUp() {
  const pending: Op[] = [];
  const log: LogOp[] = [];
  const seen: Touched[] = [];
  const view = new BoardView(pending, (touched) => seen.push(touched));
  const draw = (op: Op) => {
    pending.push(op);
    view.show(op);
  };
  const other = (op: LogOp) => {
    log.push(op);
    view.receive(op);
  };
  const ack = (count: number) => {
    const done = pending.splice(0, count);
    log.push(...done.map((op) => ({ ...op, by: "me" })));
    view.confirm(done, "me");
  };
  return { pending, log, seen, view, draw, other, ack };
}

function fold(log: Iterable<LogOp>) {
  const board = new Board();
  for (const op of log) apply(board, op);
  return [...board];
}

const stroke = (id: string, x = 0): Op => ({ op: "add", id, element: { kind: "stroke", points: [x, x] } });
const ids = (view: BoardView) => [...view].map((element) => element.id);

describe("what the person sees", () => {
  test("own ops show at once, and nothing changes when they are confirmed", () => {
    const { view, draw, ack, seen } = setUp();
    draw(stroke("me:1"));
    draw({ op: "grow", id: "me:2", element: "me:1", points: [1, 1] });
    expect(view.get("me:1")?.points).toEqual([0, 0, 1, 1]);
    const before = seen.length;
    ack(2);
    expect(view.get("me:1")?.points).toEqual([0, 0, 1, 1]);
    expect(seen.length).toBe(before);
  });

  test("another's element that got into the log first lies below a pending one", () => {
    const { view, draw, other } = setUp();
    draw(stroke("me:1"));
    other(stroke("b:1"));
    expect(ids(view)).toEqual(["b:1", "me:1"]);
  });

  test("another's clear takes what is confirmed and leaves what is pending", () => {
    const { view, draw, other, ack } = setUp();
    draw(stroke("me:1"));
    ack(1);
    draw({ op: "grow", id: "me:2", element: "me:1", points: [1, 1] });
    draw(stroke("me:3"));
    other({ op: "clear", id: "b:1" });
    expect(ids(view)).toEqual(["me:3"]);
  });

  test("a pending clear hides what others add before it is confirmed", () => {
    const { view, draw, other } = setUp();
    other(stroke("b:1"));
    draw({ op: "clear", id: "me:1" });
    draw(stroke("me:2"));
    other(stroke("b:2"));
    expect(ids(view)).toEqual(["me:2"]);
  });

  test("an op that is withdrawn is as if it had never been", () => {
    const { view, draw, other, pending } = setUp();
    other(stroke("b:1"));
    draw({ op: "remove", id: "me:1", elements: ["b:1"] });
    expect(ids(view)).toEqual([]);
    view.withdraw(pending.splice(0, 1));
    expect(ids(view)).toEqual(["b:1"]);
  });

  test("a fetched board replaces what was confirmed and keeps what is pending", () => {
    const { view, draw, other } = setUp();
    other(stroke("b:1"));
    draw(stroke("me:1"));
    view.load([{ id: "c:1", by: "s", kind: "stroke", points: [2, 2] }]);
    expect(ids(view)).toEqual(["c:1", "me:1"]);
  });
});

describe("[O10] what lies over what", () => {
  const at = (z: unknown, id = "b:1"): LogOp => ({ op: "update", id: "b:9", element: id, props: { z } });

  test("a higher z lies higher; of equal ones what came later", () => {
    const { view, other, draw } = setUp();
    for (const id of ["b:1", "b:2", "b:3"]) other(stroke(id));
    expect(view.topZ).toBe(0);
    other(at(2));
    other(at(-1, "b:3"));
    expect(ids(view)).toEqual(["b:3", "b:2", "b:1"]);
    expect(view.topZ).toBe(2);
    draw({ op: "add", id: "me:1", element: { kind: "stroke", points: [0, 0], z: 2 } });
    draw(stroke("me:2"));
    expect(ids(view)).toEqual(["b:3", "b:2", "me:2", "b:1", "me:1"]);
  });

  test("ranks go the same way, a pending z counts at once, and what is only pending has none", () => {
    const { view, other, draw, ack } = setUp();
    for (const id of ["b:1", "b:2", "b:3"]) other(stroke(id));
    draw({ op: "update", id: "me:1", element: "b:1", props: { z: 1 } });
    draw(stroke("me:2"));
    const ranked = () => ["b:1", "b:2", "b:3"].sort((a, b) => (view.rankOf(a) ?? 0) - (view.rankOf(b) ?? 0));
    expect(ranked()).toEqual(["b:2", "b:3", "b:1"]);
    expect(view.rankOf("me:2")).toBeUndefined();
    ack(2);
    expect(ranked()).toEqual(["b:2", "b:3", "b:1"]);
    expect(view.rankOf("me:2")).toBeLessThan(view.rankOf("b:1") ?? 0);
    expect(ids(view)).toEqual(["b:2", "b:3", "me:2", "b:1"]);
  });

  test("a fetched board has it, and a z of a newer version is none", () => {
    const { view, other } = setUp();
    view.load([
      { id: "b:1", by: "s", kind: "stroke", z: 7 },
      { id: "b:2", by: "s", kind: "stroke", z: "top" },
    ]);
    expect(ids(view)).toEqual(["b:2", "b:1"]);
    other(at(Number.NaN));
    expect(ids(view)).toEqual(["b:1", "b:2"]);
  });
});

describe("seeded: the view is the log, then the pending ops", () => {
  test.each(Array.from({ length: 60 }, (_, seed) => seed))("seed %i", (seed) => {
    const random = randomFrom(seed);
    const { view, draw, other, ack, log, pending } = setUp();
    const known: string[] = [];
    let n = 0;
    const pick = () => known[Math.floor(random() * known.length)] ?? "nobody:1";
    const anyOp = (client: string): Op => {
      n += 1;
      const id = `${client}:${n}`;
      const dice = random();
      if (dice < 0.4) {
        known.push(id);
        return stroke(id, n);
      }
      if (dice < 0.7) return { op: "grow", id, element: pick(), points: [n, n] };
      if (dice < 0.82) return { op: "update", id, element: pick(), props: { color: `c${n}` } };
      if (dice < 0.97) return { op: "remove", id, elements: [pick(), pick()] };
      return { op: "clear", id };
    };
    for (let step = 0; step < 150; step += 1) {
      const dice = random();
      if (dice < 0.4) draw(anyOp("me"));
      else if (dice < 0.75) other({ ...anyOp("b"), by: "b" });
      else if (dice < 0.95) ack(Math.floor(random() * (pending.length + 1)));
      else view.withdraw(pending.splice(Math.floor(random() * pending.length), 1));
      const expected = fold([...log, ...pending]);
      expect([...view].map(({ by: _by, ...rest }) => rest)).toEqual(
        expected.map(({ by: _by, ...rest }) => rest),
      );
      expect(view.size).toBe(expected.length);
    }
    ack(pending.length);
    expect([...view]).toEqual(fold(log));
  });
});
