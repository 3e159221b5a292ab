import { IDBFactory } from "fake-indexeddb";
import "fake-indexeddb/auto";
import { beforeEach, describe, expect, test } from "vitest";
import type { Draft } from "../../src/model/element";
import { type Database, openDatabase } from "../../src/sync/database";
import { quietness } from "../../src/sync/locks";
import { Outbox } from "../../src/sync/outbox";
import { type Abandoned, OutboxStore } from "../../src/sync/outbox_store";
import { Browser, contents, HandClock, idle } from "./storage";

const stroke: Draft = { op: "add", element: { kind: "stroke", points: [0, 0] } };
const clear: Draft = { op: "clear" };
const DAY_MS = 24 * 3_600_000;

let browser: Browser;
let clock: HandClock;
let database: Database | undefined;

beforeEach(async () => {
  globalThis.indexedDB = new IDBFactory();
  browser = new Browser();
  clock = new HandClock();
  database = await openDatabase();
});

const identity = (client: string) => ({ client, secret: `secret-of-${client}` });
const store = (locks = browser.page()) => new OutboxStore(Promise.resolve(database), locks, clock);

/** A page with some ops that nobody has acknowledged. */
async function page(client: string, drafts: readonly Draft[], board = "lobby", locks = browser.page()) {
  const journal = store(locks).keep(board, identity(client), () => {});
  const outbox = new Outbox(client, journal);
  for (const draft of drafts) outbox.push(draft);
  await journal.flush();
  return { journal, outbox };
}

async function found(locks = browser.page(), board = "lobby"): Promise<Abandoned[]> {
  const all: Abandoned[] = [];
  await store(locks).look(board, (abandoned) => all.push(abandoned));
  await idle();
  return all;
}

const ids = (ops: Iterable<{ id: string }>) => [...ops].map(({ id }) => id);

describe("the journal", () => {
  test("an op is at risk until it is on the disk, also when it grew", async () => {
    const journal = store().keep("lobby", identity("a"), () => {});
    const outbox = new Outbox("a", journal);
    outbox.push(stroke);
    expect(journal.atRisk).toBe(1);
    await journal.flush();
    expect(journal.atRisk).toBe(0);
    outbox.push({ op: "grow", element: "a:1", points: [1, 1] });
    expect(journal.atRisk).toBe(1);
    await journal.flush();
    expect((await contents(database)).ops).toEqual([...outbox]);
  });

  test("it writes by itself, soon, and says when it has", async () => {
    let told = 0;
    const journal = store().keep("lobby", identity("a"), () => {
      told += 1;
    });
    new Outbox("a", journal).push(stroke);
    clock.pass(100);
    await idle();
    expect([told, journal.atRisk]).toEqual([1, 0]);
  });

  test("what is acknowledged at once never gets there", async () => {
    const { journal, outbox } = await page("a", []);
    outbox.push(stroke);
    outbox.settle(1);
    await journal.flush();
    expect(journal.atRisk).toBe(0);
    expect(await contents(database)).toEqual({ labels: [], ops: [] });
  });

  test("what is decided goes; with the last one the label goes too", async () => {
    const { journal, outbox } = await page("a", [stroke, clear, clear]);
    outbox.settle(1);
    outbox.reject(3);
    await journal.flush();
    expect(ids((await contents(database)).ops ?? [])).toEqual(["a:2"]);
    outbox.settle(2);
    await journal.flush();
    expect(await contents(database)).toEqual({ labels: [], ops: [] });
  });

  test("what is acknowledged while it is written goes too", async () => {
    const { journal, outbox } = await page("a", []);
    outbox.push(stroke);
    const written = journal.flush();
    await Promise.resolve();
    outbox.settle(1);
    await written;
    await journal.flush();
    expect(await contents(database)).toEqual({ labels: [], ops: [] });
  });

  test("a write that fails leaves its ops at risk, and is made up for", async () => {
    const { journal, outbox } = await page("a", [stroke]);
    const broken = database as unknown as { transaction?: unknown };
    broken.transaction = () => {
      throw new DOMException("full", "QuotaExceededError");
    };
    outbox.push(clear);
    expect(journal.keeps).toBe(true);
    await journal.flush();
    expect([journal.atRisk, journal.keeps]).toEqual([1, false]);
    delete broken.transaction;
    outbox.push(clear);
    await journal.flush();
    expect([journal.atRisk, journal.keeps]).toEqual([0, true]);
    expect(ids((await contents(database)).ops ?? [])).toEqual(["a:1", "a:2", "a:3"]);
  });

  test("where the database is denied everything unsaved is at risk, and nothing else happens", async () => {
    const denied = new OutboxStore(Promise.resolve(undefined), browser.page(), clock);
    const journal = denied.keep("lobby", identity("a"), () => {});
    const outbox = new Outbox("a", journal);
    outbox.push(stroke);
    outbox.push(clear);
    await journal.flush();
    expect([journal.atRisk, journal.keeps]).toEqual([2, false]);
    outbox.settle(2);
    expect(journal.atRisk).toBe(0);
    await denied.look("lobby", () => expect.unreachable());
  });

  test("a browser that denies the database yields none", async () => {
    globalThis.indexedDB = {
      open: () => {
        throw new DOMException("denied", "SecurityError");
      },
    } as unknown as IDBFactory;
    expect(await openDatabase()).toBeUndefined();
  });
});

describe("abandoned outboxes", () => {
  test("[B2] another page gets one with its secret, ids and order once its page is gone", async () => {
    await page("a", [stroke, ...Array.from({ length: 11 }, () => clear)]);
    browser.gone("a");
    const [abandoned] = await found();
    expect(abandoned?.identity).toEqual(identity("a"));
    expect(ids(abandoned?.ops ?? [])).toEqual(Array.from({ length: 12 }, (_, i) => `a:${i + 1}`));
    expect(abandoned?.old).toBe(false);
  });

  test("who looked while its page was there gets it when that closes", async () => {
    const { journal, outbox } = await page("a", [stroke]);
    const all: Abandoned[] = [];
    await store().look("lobby", (abandoned) => all.push(abandoned));
    outbox.push(clear);
    await journal.flush();
    await idle();
    expect(all).toEqual([]);
    browser.gone("a");
    await idle();
    expect(ids(all[0]?.ops ?? [])).toEqual(["a:1", "a:2"]);
  });

  test("only one page gets it", async () => {
    await page("a", [stroke]);
    browser.gone("a");
    expect(await found()).toHaveLength(1);
    expect(await found()).toHaveLength(0);
  });

  test("one that its page could still empty is nobody's", async () => {
    const { journal, outbox } = await page("a", [stroke]);
    const all: Abandoned[] = [];
    await store().look("lobby", (abandoned) => all.push(abandoned));
    outbox.settle(1);
    await journal.flush();
    browser.gone("a");
    await idle();
    expect(all).toEqual([]);
  });

  test("another board's are left alone; the oldest comes first", async () => {
    await page("c", [stroke], "attic");
    await page("b", [stroke]);
    clock.pass(1_000);
    await page("a", [stroke]);
    for (const client of ["a", "b", "c"]) browser.gone(client);
    expect((await found()).map(({ identity }) => identity.client)).toEqual(["b", "a"]);
  });

  test("released with something in it, it is the next page's; discarded, it is gone", async () => {
    await page("a", [stroke]);
    browser.gone("a");
    const [first] = await found();
    first?.release();
    const [second] = await found();
    second?.discard();
    await idle();
    expect(await found()).toEqual([]);
    expect(await contents(database)).toEqual({ labels: [], ops: [] });
  });

  test("it is old after a week, counted from its last change", async () => {
    const { journal, outbox } = await page("a", [stroke]);
    clock.pass(6 * DAY_MS);
    outbox.push(clear);
    await journal.flush();
    browser.gone("a");
    clock.pass(6 * DAY_MS);
    const [young] = await found();
    expect(young?.old).toBe(false);
    young?.release();
    clock.pass(2 * DAY_MS);
    expect((await found())[0]?.old).toBe(true);
  });
});

describe("without locks", () => {
  test("an outbox is abandoned when it was quiet for a minute", async () => {
    const locks = quietness(clock);
    const owner = store(locks).keep("lobby", identity("a"), () => {});
    const outbox = new Outbox("a", owner);
    clock.pass(0);
    outbox.push(stroke);
    await owner.flush();
    const all: Abandoned[] = [];
    await store(locks).look("lobby", (abandoned) => all.push(abandoned));
    clock.pass(30_000);
    outbox.push(clear);
    await owner.flush();
    clock.pass(30_000);
    await idle();
    expect(all).toEqual([]);
    clock.pass(30_000);
    await idle();
    expect(ids(all[0]?.ops ?? [])).toEqual(["a:1", "a:2"]);
  });
});
