import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Element } from "../../src/model/element";
import { MAX_ELEMENTS } from "../../src/model/limits";
import type { Session } from "../../src/sync/session";
import { History } from "../../src/tools/history";
import { attempt } from "../../src/ui/attempt";
import { Entrance } from "../../src/ui/entrance";
import { strings } from "../../src/ui/strings";
import { FakeDesk } from "../tools/desk";

const notes = (count: number): Element[] => Array(count).fill({ id: "", by: "", kind: "note", x: 0, y: 0 });

/** An entrance, the desk behind it, and what was said. */
function setUp() {
  const desk = new FakeDesk();
  const history = new History(desk.board, (draft) => desk.push(draft));
  const said: string[] = [];
  const standing = { unsaved: 0 };
  const session = { view: desk.board, standing } as unknown as Session;
  const say = (sentence: string) => void said.push(sentence);
  const entrance = new Entrance({ session, toolbox: { history, desk, isBusy: false }, say });
  return { desk, history, entrance, said, standing };
}

/** Whether the browser would ask before it closes the page. */
const asks = () => !window.dispatchEvent(new Event("beforeunload", { cancelable: true }));

beforeEach(() => {
  vi.stubGlobal("window", new EventTarget());
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("many copies", () => {
  test("all come in, are selected and are one action; meanwhile no other crowd may", async () => {
    const { desk, history, entrance, said } = setUp();
    const entering = entrance.enterCopies(notes(12_000));
    expect(asks()).toBe(true);
    expect(entrance.admits(notes(1))).toBe(false);
    expect(said).toEqual([strings.many.adding(12_000), strings.many.busy]);
    await vi.runAllTimersAsync();
    await entering;
    expect([desk.board.size, desk.selected.length]).toEqual([12_000, 12_000]);
    expect(said.at(-1)).toBe(strings.many.added(12_000, 12_000));
    expect([asks(), entrance.admits(notes(1))]).toEqual([false, true]);
    history.undo();
    expect(desk.board.size).toBe(0);
  });

  test("none of them comes in where they do not find room", async () => {
    const { desk, entrance, said } = setUp();
    await entrance.enterCopies(notes(MAX_ELEMENTS + 1));
    expect([desk.board.size, said]).toEqual([0, [strings.many.full(MAX_ELEMENTS + 1)]]);
  });

  test("are spoken of again only when more are in", async () => {
    const { desk, entrance, said, standing } = setUp();
    const entering = entrance.enterCopies(notes(5_000));
    standing.unsaved = 2_000;
    await vi.advanceTimersByTimeAsync(60_000);
    expect([desk.board.size, said]).toEqual([2_000, [strings.many.adding(5_000)]]);
    standing.unsaved = 0;
    await vi.runAllTimersAsync();
    await entering;
    expect(said).toEqual([
      strings.many.adding(5_000),
      strings.many.adding(5_000),
      strings.many.added(5_000, 5_000),
    ]);
  });

  test("leave nothing behind when something breaks but a sentence", async () => {
    const { desk, entrance, said } = setUp();
    const logged = vi.spyOn(console, "error").mockImplementation(() => {});
    vi.spyOn(desk, "push").mockImplementation(() => {
      throw new Error("broken");
    });
    await entrance.enterCopies(notes(1));
    expect([said, asks(), entrance.admits([])]).toEqual([[strings.failed], false, true]);
    expect(logged).toHaveBeenCalledTimes(1);
    logged.mockRestore();
  });
});

test("what fails is told and logged, and what does not fail is not", async () => {
  const logged = vi.spyOn(console, "error").mockImplementation(() => {});
  const say = vi.fn();
  await attempt(async () => {}, say);
  expect([say.mock.calls, logged.mock.calls]).toEqual([[], []]);
  const error = new Error("no");
  await attempt(() => Promise.reject(error), say);
  expect([say.mock.calls, logged.mock.calls]).toEqual([[[strings.failed]], [[error]]]);
  logged.mockRestore();
});
