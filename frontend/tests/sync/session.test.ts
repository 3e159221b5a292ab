import { describe, expect, test } from "vitest";
import type { LogOp } from "../../src/model/element";
import { Refused } from "../../src/sync/wire";
import { Bench, foreign, joined, settled, stroke } from "./bench";

describe("joining", () => {
  test("[B8] the board comes first, then the connection from its position", async () => {
    const bench = new Bench();
    bench.boards = [{ position: "3-7", elements: [{ id: "b:1", by: "s2", kind: "stroke", points: [1, 1] }] }];
    expect(bench.status).toBe("reconnecting");
    await bench.session.load();
    expect(bench.ids).toEqual(["b:1"]);
    expect(bench.credentials()).toMatchObject({
      board: "lobby",
      secret: "secret-of-me-0000000",
      position: "3-7",
    });
    bench.welcome();
    expect(bench.status).toBe("saved");
    expect(bench.session.replica).toBe("one");
    expect(bench.session.position).toBe("3-7");
  });

  test("a board that cannot be had is asked for again", async () => {
    const bench = new Bench();
    bench.boards = [new Error("no"), new Error("no")];
    await bench.session.load();
    await bench.pass(300);
    expect(bench.links).toBe(0);
    await bench.pass(600);
    expect(bench.links).toBe(1);
  });

  test("a network that comes back ends the wait", async () => {
    const bench = new Bench();
    bench.boards = [new Error("no")];
    await bench.session.load();
    bench.session.setOnline(false);
    expect(bench.status).toBe("offline");
    bench.session.setOnline(true);
    await settled();
    expect(bench.links).toBe(1);
    bench.server.lost();
    bench.session.setOnline(true);
    expect(bench.hurried).toBe(1);
  });

  test("[E2] a board that is refused is not asked for again", async () => {
    const bench = new Bench();
    bench.boards = [new Refused({ code: "bad_board", message: "no such name", retry: false })];
    await bench.session.load();
    await bench.pass(60_000);
    expect(bench.links).toBe(0);
    expect(bench.status).toBe("gone");
    expect(bench.told.map(({ code }) => code)).toEqual(["bad_board"]);
    expect(bench.session.push(stroke)).toBeUndefined();
    expect(bench.told).toHaveLength(2);
  });

  test("what is drawn before the welcome is sent after it", async () => {
    const bench = new Bench();
    const op = bench.session.push(stroke);
    await bench.session.load();
    expect(bench.ids).toEqual([op?.id]);
    expect(bench.sent).toEqual([]);
    bench.welcome();
    expect(bench.sent).toEqual([[op]]);
  });
});

describe("following the log", () => {
  test("[B4] ops of others show, and none twice", async () => {
    const bench = await joined();
    bench.server.op(foreign(1), "1-1-0");
    bench.server.op(foreign(2), "1-1-1");
    bench.server.op(foreign(2), "1-1-1");
    expect(bench.ids).toEqual(["b:1", "b:2"]);
    expect(bench.session.position).toBe("1-1");
  });

  test("[B6] an ack saves, in the log's order", async () => {
    const bench = await joined();
    const mine = bench.session.push(stroke);
    expect(bench.status).toBe("unsaved");
    bench.server.op(foreign(1), "1-1-0");
    bench.server.ack(1, "1-2-0");
    bench.server.op(foreign(2), "1-3-0");
    expect(bench.ids).toEqual(["b:1", mine?.id, "b:2"]);
    expect(bench.session.view.get("me:1")?.by).toBe("s1");
    expect(bench.status).toBe("saved");
    expect(bench.session.position).toBe("1-3");
  });

  test("[B1] a broken connection resumes behind the last complete commit", async () => {
    const bench = await joined();
    bench.server.op(foreign(1), "1-1-0");
    bench.server.op(foreign(2), "1-2-0");
    bench.server.lost();
    expect(bench.credentials().position).toBe("1-1");
    bench.welcome();
    bench.server.op(foreign(2), "1-2-0");
    bench.server.op(foreign(3), "1-2-1");
    expect(bench.ids).toEqual(["b:1", "b:2", "b:3"]);
  });

  test("[B9] resync gets the board anew, connects anew, and keeps what is unsaved", async () => {
    const bench = await joined();
    bench.server.op(foreign(1), "1-1-0");
    bench.session.push(stroke);
    bench.boards = [{ position: "2-0", elements: [] }];
    bench.server.resync();
    await settled();
    expect([bench.links, bench.closed]).toEqual([2, 1]);
    expect(bench.credentials().position).toBe("2-0");
    bench.welcome();
    expect(bench.ids).toEqual(["me:1"]);
    expect(bench.sent).toHaveLength(2);
  });

  test("[B9] a position that the server cannot read is a resync too", async () => {
    const bench = await joined();
    bench.server.refused({ code: "bad_position", message: "", retry: false });
    await settled();
    expect(bench.links).toBe(2);
  });
});

describe("own ops over a broken connection", () => {
  test("[B3] what the log lacks is sent again, what it has comes as an op", async () => {
    const bench = await joined();
    bench.session.push(stroke);
    bench.session.push({ op: "grow", element: "me:1", points: [1, 1] });
    bench.session.push({ op: "grow", element: "me:1", points: [2, 2] });
    bench.server.lost();
    expect(bench.status).toBe("reconnecting");
    bench.welcome({ sid: "s9", last: 2 });
    expect(bench.sent.at(-1)?.map((op) => op.id)).toEqual(["me:3"]);
    bench.server.op({ ...(bench.sent[0]?.[0] as LogOp), by: "s1" }, "1-1-0");
    bench.server.op({ op: "grow", id: "me:2", by: "s1", element: "me:1", points: [1, 1] }, "1-1-1");
    expect(bench.session.standing.unsaved).toBe(1);
    bench.server.ack(3, "1-2-0");
    expect(bench.session.view.get("me:1")).toEqual({
      id: "me:1",
      by: "s1",
      kind: "stroke",
      points: [0, 0, 1, 1, 2, 2],
    });
    expect(bench.status).toBe("saved");
  });

  test("[L3] an op that was in the log and is acknowledged again is applied once", async () => {
    const bench = await joined();
    bench.session.push(stroke);
    bench.session.push({ op: "grow", element: "me:1", points: [1, 1] });
    bench.server.lost();
    bench.welcome({ last: 0 });
    bench.server.ack(2, "1-1-1");
    bench.server.op({ op: "grow", id: "me:2", by: "s1", element: "me:1", points: [1, 1] }, "1-2-0");
    expect(bench.session.view.get("me:1")?.points).toEqual([0, 0, 1, 1]);
  });

  test("behind a fetched board, what the log has is dropped: it is in there or on its way", async () => {
    const bench = await joined();
    bench.session.push(stroke);
    bench.session.push({ op: "grow", element: "me:1", points: [1, 1] });
    bench.boards = [
      { position: "1-1", elements: [{ id: "me:1", by: "s1", kind: "stroke", points: [0, 0] }] },
    ];
    bench.server.resync();
    await settled();
    bench.welcome({ last: 2 });
    bench.server.op({ op: "grow", id: "me:2", by: "s1", element: "me:1", points: [1, 1] }, "1-2-0");
    expect(bench.session.view.get("me:1")?.points).toEqual([0, 0, 1, 1]);
    expect(bench.status).toBe("saved");
  });

  test("a connection that stays away is offline", async () => {
    const bench = await joined();
    await bench.pass(60_000);
    bench.server.lost();
    expect(bench.status).toBe("reconnecting");
    await bench.pass(10_000);
    expect(bench.status).toBe("offline");
  });
});

describe("what is changed in every frame", () => {
  const move = (x: number) => ({ op: "update", element: "b:1", props: { x } }) as const;

  test("shows at once, and goes gathered a moment later", async () => {
    const bench = await joined();
    bench.server.op({ op: "add", id: "b:1", by: "s2", element: { kind: "note", x: 0 } }, "1-1-0");
    for (const x of [1, 2, 3]) bench.session.push(move(x));
    expect(bench.session.view.get("b:1")?.x).toBe(3);
    expect(bench.sent).toEqual([]);
    await bench.pass(100);
    expect(bench.sent).toEqual([[{ ...move(3), id: "me:1" }]]);
    bench.session.push(move(4));
    bench.session.push(stroke);
    expect(bench.sent.flat().map(({ id }) => id)).toEqual(["me:1", "me:2", "me:3"]);
  });
});

describe("rejections", () => {
  test("[B7] final: the op is rolled back and the person is told", async () => {
    const bench = await joined();
    bench.session.push(stroke);
    bench.server.rejected({ code: "board_full", message: "full", retry: false, n: 1 });
    expect(bench.ids).toEqual([]);
    expect(bench.status).toBe("saved");
    expect(bench.told.map(({ code }) => code)).toEqual(["board_full"]);
  });

  test("[B7] retry: all from it on goes again after a pause, nothing before", async () => {
    const bench = await joined();
    bench.session.push(stroke);
    bench.session.push({ op: "clear" });
    bench.server.rejected({ code: "busy", message: "later", retry: true, n: 1 });
    bench.server.rejected({ code: "busy", message: "later", retry: true, n: 2 });
    bench.session.push(stroke);
    expect(bench.sent).toHaveLength(2);
    await bench.pass(300);
    expect(bench.sent.slice(2).map((ops) => ops.map((op) => op.id))).toEqual([["me:1", "me:2", "me:3"]]);
    expect(bench.told).toEqual([]);
  });
});

describe("colour and width", () => {
  test("[B3] the first welcome gives them, a later one gets ours", async () => {
    const bench = await joined();
    expect(bench.adopted).toEqual([{ color: "black", width: 4, name: "", tool: "" }]);
    bench.session.keep({ color: "red", width: 8 });
    expect(bench.styles).toEqual([{ color: "red", width: 8 }]);
    bench.server.lost();
    bench.session.keep({ color: "blue", width: 8 });
    bench.welcome({ color: "red", width: 8 });
    expect(bench.styles).toEqual([{ color: "red", width: 8 }, { color: "blue" }]);
    expect(bench.adopted).toHaveLength(1);
  });
});

describe("moving away from a replica that drains", () => {
  /** A page that was told to move in a second, and has begun to. */
  async function moving(): Promise<Bench> {
    const bench = await joined();
    bench.server.op(foreign(1), "1-1-0");
    bench.server.drain(1_000);
    await bench.pass(999);
    expect(bench.links).toBe(1);
    await bench.pass(1);
    expect(bench.links).toBe(2);
    return bench;
  }

  test("[D4] [R1] it goes on over the first link until the second is welcome, which proves its session", async () => {
    const bench = await moving();
    const [first, second] = bench.opened;
    expect(second?.credentials()).toMatchObject({ pid: "pid-1", offset: "1-1-0", position: "1-0" });
    bench.session.push(stroke);
    first?.events.op(foreign(2), "1-2-0");
    expect(first?.sent).toHaveLength(1);
    expect([bench.status, first?.closed]).toEqual(["unsaved", false]);
    bench.welcome({ replica: "two" });
    expect([bench.status, bench.session.replica, first?.closed]).toEqual(["unsaved", "two", true]);
    expect(bench.credentials().pid).toBe("pid-2");
  });

  test("[L3] what the first link sent and did not confirm goes over the second; what comes twice counts once", async () => {
    const bench = await moving();
    bench.session.push(stroke);
    bench.session.push({ op: "clear" });
    bench.opened[0]?.events.ack(1, "1-2-0");
    bench.welcome({ last: 1 });
    expect(bench.opened[1]?.sent.flat().map(({ id }) => id)).toEqual(["me:2"]);
    bench.server.ack(1, "1-2-0");
    bench.server.op(foreign(2), "1-2-1");
    expect(bench.ids).toEqual([]);
    bench.server.ack(2, "1-3-0");
    expect([bench.status, bench.ids]).toEqual(["saved", []]);
    bench.server.op(foreign(3), "1-4-0");
    expect(bench.ids).toEqual(["b:3"]);
  });

  test("a second link that fails does no harm: it tries again for a while, then is given up", async () => {
    const bench = await moving();
    const [first, second] = bench.opened;
    second?.events.lost();
    expect(bench.status).toBe("saved");
    await bench.pass(5_000);
    expect([second?.closed, first?.closed]).toEqual([true, false]);
    bench.session.push(stroke);
    expect(first?.sent).toHaveLength(1);
  });

  test("[E2] a second link that is refused is given up", async () => {
    const bench = await moving();
    bench.server.refused({ code: "bad_secret", message: "", retry: false });
    expect(bench.opened.map(({ closed }) => closed)).toEqual([false, true]);
    expect([bench.status, bench.told]).toEqual(["saved", []]);
  });

  test("a first link that is closed before comes back by itself, and there is no other then", async () => {
    const bench = await moving();
    const [first, second] = bench.opened;
    first?.events.lost();
    expect([bench.status, first?.closed, second?.closed]).toEqual(["reconnecting", false, true]);
    await bench.pass(5_000);
    expect(bench.links).toBe(2);
  });

  test("a link that is lost before the slot begins is no reason to move", async () => {
    const bench = await joined();
    bench.server.drain(1_000);
    bench.server.lost();
    bench.welcome();
    await bench.pass(1_000);
    expect(bench.links).toBe(1);
  });
});

describe("what is unsaved", () => {
  test("is counted as people count: a stroke and what it grew by are one", async () => {
    const bench = await joined();
    const op = bench.session.push(stroke);
    for (let x = 1; x < 40; x += 1) {
      bench.session.push({ op: "grow", element: op?.id ?? "", points: [x, x] });
    }
    bench.session.push({ op: "remove", elements: ["b:1"] });
    expect(bench.session.standing.unsaved).toBe(2);
    bench.server.ack(1, "1-1-0");
    expect(bench.session.standing.unsaved).toBe(2);
    bench.server.ack(100, "1-1-50");
    expect(bench.session.standing.unsaved).toBe(0);
  });
});

test("[B1] a board of an impossible name is refused before anything is drawn on it", async () => {
  const bench = new Bench("me", undefined, "a b");
  await bench.session.load();
  expect(bench.status).toBe("gone");
  expect(bench.links).toBe(0);
  expect(bench.session.push(stroke)).toBeUndefined();
  expect(bench.told.map(({ code }) => code)).toEqual(["bad_board", "bad_board"]);
});
