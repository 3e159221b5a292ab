import { describe, expect, test } from "vitest";
import { Action, type Change } from "../../src/tools/action";

const add = (id: string): Change => ({ did: "add", id });
const place = { below: [], above: [], turn: 1 };
const remove = (id: string): Change => ({ did: "remove", element: { id, by: "", kind: "note" }, place });
const update = (id: string, x: number): Change => ({ did: "update", id, before: { x: x - 1 }, after: { x } });

function noted(...changes: Change[]): Action {
  const action = new Action();
  for (const change of changes) action.note([change]);
  return action;
}

describe("an action", () => {
  test("keeps the order, and joins updates of one element: the first and the last count", () => {
    expect([...noted(update("a", 1), add("b"), update("a", 2), remove("c"), update("a", 3))]).toEqual([
      { did: "update", id: "a", before: { x: 0 }, after: { x: 3 } },
      add("b"),
      remove("c"),
    ]);
  });

  test("knows nothing of what was added and removed, and of what became of it between", () => {
    const action = noted(add("a"), add("b"), update("a", 1), remove("a"));
    expect([...action]).toEqual([add("b")]);
    action.note([remove("b")]);
    expect(action.isEmpty).toBe(true);
  });

  test("forgets what it removed when somebody else did so too", () => {
    const action = noted(add("a"), remove("b"), remove("c"));
    action.forgetRemoved(["a", "b"]);
    expect([...action]).toEqual([add("a"), remove("c")]);
    action.forgetRemoved("all");
    expect([...action]).toEqual([add("a")]);
  });

  test("looks at each change a few times, however many there are", () => {
    let looks = 0;
    const watched = (change: Change) =>
      new Proxy(change, {
        get: (target, name) => {
          looks += 1;
          return Reflect.get(target, name);
        },
      });
    const ids = Array.from({ length: 1_000 }, (_, i) => `a:${i}`);
    noted(
      ...ids.flatMap((id) =>
        [add(id), update(id, 1), update(id, 2), remove(id), remove(`of ${id}`)].map(watched),
      ),
    );
    expect(looks).toBeLessThan(ids.length * 5 * 20);
  });
});
