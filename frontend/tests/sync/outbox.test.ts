import { describe, expect, test } from "vitest";
import type { Draft } from "../../src/model/element";
import { Outbox } from "../../src/sync/outbox";

const stroke: Draft = { op: "add", element: { kind: "stroke", points: [0, 0] } };
const clear: Draft = { op: "clear" };
const ids = (ops: Iterable<{ id: string }>) => [...ops].map((op) => op.id);

function filled(count: number): Outbox {
  const outbox = new Outbox("me");
  for (let i = 0; i < count; i += 1) outbox.push(clear);
  return outbox;
}

describe("numbers and batches", () => {
  test("[L3] numbers rise from 1", () => {
    expect(ids(filled(3))).toEqual(["me:1", "me:2", "me:3"]);
  });

  test("[B5] a batch has at most 100 ops, and never the same one twice", () => {
    const outbox = filled(130);
    expect(outbox.take()).toHaveLength(100);
    expect(outbox.take()).toHaveLength(30);
    expect(outbox.take()).toHaveLength(0);
  });

  test("[E4] a batch stays well below the largest packet", () => {
    const outbox = new Outbox("me");
    const points = Array.from({ length: 5_000 }, (_, i) => i);
    for (let i = 0; i < 50; i += 1) outbox.push({ op: "add", element: { kind: "stroke", points } });
    const sizes = [];
    for (let batch = outbox.take(); batch.length > 0; batch = outbox.take())
      sizes.push(JSON.stringify(batch).length);
    expect(sizes.length).toBeGreaterThan(1);
    expect(Math.max(...sizes)).toBeLessThan(300_000);
  });

  test("only so many are in flight; the rest goes when room is made", () => {
    const outbox = filled(600);
    let sent = 0;
    for (let batch = outbox.take(); batch.length > 0; batch = outbox.take()) sent += batch.length;
    expect(sent).toBe(500);
    outbox.settle(100);
    expect(outbox.take()).toHaveLength(100);
    expect(outbox.take()).toHaveLength(0);
  });

  test("it is full at a bound, and refuses then", () => {
    const outbox = filled(10_000);
    expect(outbox.full).toBe(true);
    expect(outbox.push(clear)).toBeUndefined();
    outbox.settle(1);
    expect(outbox.push(clear)?.id).toBe("me:10001");
  });
});

describe("answers", () => {
  test("[B6] an ack settles everything up to its number", () => {
    const outbox = filled(5);
    outbox.take();
    expect(ids(outbox.settle(3))).toEqual(["me:1", "me:2", "me:3"]);
    expect(ids(outbox)).toEqual(["me:4", "me:5"]);
    expect(outbox.settle(2)).toEqual([]);
  });

  test("[B3] after a reconnect everything above the server's last goes again", () => {
    const outbox = filled(5);
    outbox.take();
    outbox.reconnected(2);
    expect(ids(outbox.take())).toEqual(["me:3", "me:4", "me:5"]);
    expect(outbox.size).toBe(5);
  });

  test("[B7] retry: the op and all after it go again", () => {
    const outbox = filled(5);
    outbox.take();
    outbox.settle(1);
    outbox.rewind(3);
    outbox.rewind(4);
    expect(ids(outbox.take())).toEqual(["me:3", "me:4", "me:5"]);
  });

  test("[B7] no retry: the op is out, the others stay in flight", () => {
    const outbox = filled(3);
    outbox.take();
    expect(outbox.reject(2)?.id).toBe("me:2");
    expect(outbox.reject(2)).toBeUndefined();
    expect(ids(outbox)).toEqual(["me:1", "me:3"]);
    expect(outbox.take()).toEqual([]);
  });
});

describe("merging", () => {
  test("new points of a stroke that still waits join it", () => {
    const outbox = new Outbox("me");
    outbox.push(stroke);
    const shown = outbox.push({ op: "grow", element: "me:1", points: [1, 1] });
    outbox.push({ op: "grow", element: "me:1", points: [2, 2] });
    expect(shown).toEqual({ op: "grow", id: "me:1", element: "me:1", points: [1, 1] });
    expect(outbox.take()).toEqual([
      { op: "add", id: "me:1", element: { kind: "stroke", points: [0, 0, 1, 1, 2, 2] } },
    ]);
  });

  test("[L3] an op that left the page never changes again, also after a reconnect", () => {
    const outbox = new Outbox("me");
    outbox.push(stroke);
    outbox.take();
    outbox.reconnected(0);
    outbox.push({ op: "grow", element: "me:1", points: [1, 1] });
    outbox.push({ op: "grow", element: "me:1", points: [2, 2] });
    expect(outbox.take()).toEqual([
      { op: "add", id: "me:1", element: { kind: "stroke", points: [0, 0] } },
      { op: "grow", id: "me:2", element: "me:1", points: [1, 1, 2, 2] },
    ]);
  });

  test("updates of an element that wait are one, also over updates of others", () => {
    const outbox = new Outbox("me");
    const update = (element: string, props: object): Draft => ({
      op: "update",
      element,
      props: { ...props },
    });
    outbox.push(update("a:1", { x: 1, y: 1 }));
    outbox.push(update("a:2", { x: 5 }));
    expect(outbox.push(update("a:1", { x: 2 }))?.id).toBe("me:1");
    expect([...outbox]).toEqual([
      { ...update("a:1", { x: 2, y: 1 }), id: "me:1" },
      { ...update("a:2", { x: 5 }), id: "me:2" },
    ]);
    outbox.push({ op: "remove", elements: ["a:9"] });
    expect(outbox.push(update("a:1", { x: 3 }))?.id).toBe("me:4");
    outbox.take();
    expect(outbox.push(update("a:1", { x: 4 }))?.id).toBe("me:5");
  });

  test("[O3] what is merged keeps a pressure for each point", () => {
    const outbox = new Outbox("me");
    outbox.push({ op: "add", element: { kind: "stroke", points: [0, 0], pressures: [0.5] } });
    outbox.push({ op: "grow", element: "me:1", points: [1, 1], pressures: [0.6] });
    expect([...outbox]).toMatchObject([{ element: { points: [0, 0, 1, 1], pressures: [0.5, 0.6] } }]);
    outbox.take();
    outbox.push({ op: "grow", element: "me:1", points: [2, 2], pressures: [0.7] });
    outbox.push({ op: "grow", element: "me:1", points: [3, 3], pressures: [0.8] });
    expect([...outbox][1]).toMatchObject({ points: [2, 2, 3, 3], pressures: [0.7, 0.8] });
  });

  test("another op between two of a stroke keeps them apart", () => {
    const outbox = new Outbox("me");
    outbox.push(stroke);
    outbox.push(clear);
    outbox.push({ op: "grow", element: "me:1", points: [1, 1] });
    expect(outbox.size).toBe(3);
  });

  test("[O8] a merged op stays below what the server takes", () => {
    const outbox = new Outbox("me");
    outbox.push(stroke);
    const points = Array.from({ length: 600 }, (_, i) => i + 0.5);
    for (let i = 0; i < 60; i += 1) outbox.push({ op: "grow", element: "me:1", points });
    for (const op of outbox) expect(JSON.stringify(op).length).toBeLessThan(65_536);
  });
});
