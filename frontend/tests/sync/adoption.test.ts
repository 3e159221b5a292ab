import { IDBFactory } from "fake-indexeddb";
import "fake-indexeddb/auto";
import { beforeEach, describe, expect, test } from "vitest";
import type { Draft, LogOp } from "../../src/model/element";
import { type Database, openDatabase } from "../../src/sync/database";
import { Outbox } from "../../src/sync/outbox";
import { OutboxStore } from "../../src/sync/outbox_store";
import { Bench, foreign, stroke } from "./bench";
import { Browser, contents, HandClock, idle } from "./storage";

const DAY_MS = 24 * 3_600_000;
const clear: Draft = { op: "clear" };

let browser: Browser;
let clock: HandClock;
let database: Database | undefined;

beforeEach(async () => {
  globalThis.indexedDB = new IDBFactory();
  browser = new Browser();
  clock = new HandClock();
  database = await openDatabase();
});

const store = () => new OutboxStore(Promise.resolve(database), browser.page(), clock);

/** What a page left that was closed. */
async function left(client: string, ...drafts: Draft[]): Promise<LogOp[]> {
  const journal = store().keep("lobby", { client, secret: `secret-of-${client}` }, () => {});
  const outbox = new Outbox(client, journal);
  for (const draft of drafts) outbox.push(draft);
  await journal.flush();
  browser.gone(client);
  return [...outbox].map((op) => ({ ...op, by: `session-of-${client}` }));
}

/** A page that has joined; `opened[0]` is its own link, those behind it are its couriers'. */
async function opened(): Promise<Bench> {
  const bench = new Bench("me", store());
  await bench.session.load();
  await idle();
  bench.opened[0]?.events.welcome(welcome("me"));
  return bench;
}

const welcome = (client: string, last = 0) => ({
  sid: `session-of-${client}`,
  client,
  replica: "one",
  color: "black",
  width: 4,
  name: "",
  tool: "",
  last,
});

describe("what a closed page left", () => {
  test("[B2] [L3] is shown and counted at once, and sent under its own secret and ids, from where the page is", async () => {
    const [add, grow] = await left("old", stroke, { op: "grow", element: "x:1", points: [1, 1] });
    const bench = new Bench("me", store());
    await bench.session.load();
    await idle();
    expect(bench.ids).toEqual(["old:1"]);
    expect(bench.session.standing).toMatchObject({ unsaved: 2, atRisk: 0 });
    expect(bench.opened).toHaveLength(1);
    bench.opened[0]?.events.welcome(welcome("me"));
    const courier = bench.opened[1];
    expect(courier?.credentials()).toEqual({ board: "lobby", secret: "secret-of-old", position: "1-0" });
    courier?.events.welcome(welcome("old"));
    expect(courier?.sent.flat().map(({ id }) => id)).toEqual([add?.id, grow?.id]);
  });

  test("[B4] [B6] is saved when the page sees it come, or had passed it; then nothing of it is kept", async () => {
    const ops = await left("old", stroke, clear, stroke);
    const bench = await opened();
    const [own, courier] = bench.opened;
    courier?.events.welcome(welcome("old"));
    courier?.events.ack(2, "1-1-1");
    expect(bench.session.standing.unsaved).toBe(3);
    own?.events.op(ops[0] as LogOp, "1-1-0");
    own?.events.op(ops[1] as LogOp, "1-1-1");
    expect(bench.session.standing.unsaved).toBe(1);
    own?.events.op(ops[2] as LogOp, "1-2-0");
    expect(bench.status).toBe("saved");
    expect(bench.ids).toEqual(["old:3"]);
    expect(courier?.closed).toBe(true);
    await idle();
    expect(await contents(database)).toEqual({ labels: [], ops: [] });
  });

  test("[L3] what the log had before is settled by its answer, once the page has come so far", async () => {
    const [first] = await left("old", stroke, stroke);
    const bench = await opened();
    bench.opened[1]?.events.welcome(welcome("old", 1));
    bench.opened[1]?.events.ack(1, "1-3-0");
    expect(bench.session.standing.unsaved).toBe(2);
    bench.opened[0]?.events.op(first as LogOp, "1-3-0");
    expect(bench.session.standing.unsaved).toBe(1);
    bench.opened[1]?.events.ack(2, "1-3-0");
    expect(bench.status).toBe("saved");
  });

  test("[B1] with the page's connection its courier's goes, and comes", async () => {
    await left("old", stroke);
    const bench = await opened();
    bench.opened[1]?.events.welcome(welcome("old"));
    bench.opened[0]?.events.op(foreign(1), "1-1-0");
    bench.opened[0]?.events.op(foreign(2), "1-2-0");
    bench.opened[0]?.events.lost();
    expect(bench.opened[1]?.closed).toBe(true);
    bench.opened[0]?.events.welcome(welcome("me"));
    expect(bench.opened[2]?.credentials().position).toBe("1-1");
    bench.opened[2]?.events.welcome(welcome("old"));
    expect(bench.opened[2]?.sent.flat().map(({ id }) => id)).toEqual(["old:1"]);
  });

  test("[B7] a rejected op goes, a busy server is asked again", async () => {
    await left("old", stroke, clear);
    const bench = await opened();
    const courier = bench.opened[1];
    courier?.events.welcome(welcome("old"));
    courier?.events.rejected({ code: "board_full", message: "", retry: false, n: 1 });
    expect(bench.told.map(({ code }) => code)).toEqual(["board_full"]);
    courier?.events.rejected({ code: "busy", message: "", retry: true, n: 2 });
    await bench.pass(300);
    expect(courier?.sent.map((ops) => ops.map(({ id }) => id))).toEqual([["old:1", "old:2"], ["old:2"]]);
  });

  test("several go one after the other, beside the page's own", async () => {
    await left("one", stroke);
    clock.pass(1);
    await left("two", stroke);
    const bench = await opened();
    bench.session.push(stroke);
    expect(bench.ids).toEqual(["one:1", "two:1", "me:1"]);
    expect(bench.opened).toHaveLength(2);
    bench.opened[1]?.events.ack(1, "1-0-0");
    expect(bench.opened[2]?.credentials().secret).toBe("secret-of-two");
    bench.opened[2]?.events.ack(1, "1-0-0");
    expect(bench.session.standing.unsaved).toBe(1);
    expect(bench.opened[0]?.sent.flat().map(({ id }) => id)).toEqual(["me:1"]);
  });

  test("[E2] a client that is refused keeps its ops, and the next one has its turn", async () => {
    await left("one", stroke);
    clock.pass(1);
    await left("two", stroke);
    const bench = await opened();
    bench.opened[1]?.events.refused({ code: "bad_secret", message: "", retry: false });
    expect(bench.ids).toEqual(["two:1"]);
    expect(bench.opened[2]?.credentials().secret).toBe("secret-of-two");
    expect((await contents(database)).labels).toHaveLength(2);
  });
});

describe("what was left long ago", () => {
  test("is offered, and sent when the person wants it", async () => {
    await left("old", stroke);
    clock.pass(8 * DAY_MS);
    const bench = await opened();
    expect(bench.ids).toEqual([]);
    expect(bench.status).toBe("saved");
    expect(bench.offers).toMatchObject([{ count: 1, changedAt: clock.ms - 8 * DAY_MS }]);
    bench.offers[0]?.send();
    expect(bench.ids).toEqual(["old:1"]);
    bench.opened[1]?.events.welcome(welcome("old"));
    expect(bench.opened[1]?.sent.flat().map(({ id }) => id)).toEqual(["old:1"]);
  });

  test("is offered, too, when the clock was years ahead: nobody knows how old it is", async () => {
    clock.pass(3_650 * DAY_MS);
    await left("old", stroke);
    clock.pass(-3_650 * DAY_MS);
    const bench = await opened();
    expect(bench.offers).toHaveLength(1);
    bench.offers[0]?.send();
    expect(bench.ids).toEqual(["old:1"]);
  });

  test("is deleted when the person does not", async () => {
    await left("old", stroke);
    clock.pass(8 * DAY_MS);
    const bench = await opened();
    bench.offers[0]?.discard();
    await idle();
    expect(bench.opened).toHaveLength(1);
    expect(await contents(database)).toEqual({ labels: [], ops: [] });
  });
});
