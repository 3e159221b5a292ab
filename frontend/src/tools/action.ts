import type { Removed } from "./places";

export type Props = Readonly<Record<string, unknown>>;

/** One change of ours, as far as taking it back needs it. */
export type Change =
  | { readonly did: "add"; readonly id: string }
  | ({ readonly did: "remove" } & Removed)
  | Update;

export interface Update {
  readonly did: "update";
  readonly id: string;
  readonly before: Props;
  readonly after: Props;
}

/**
 * What is taken back together, in the order in which it was done. An import has as many changes as a board has elements: so to
 * note one never looks at the others.
 */
export class Action implements Iterable<Change> {
  /** By what they are about, so that one is found again; the order is that of the first. */
  private readonly changes = new Map<string, Change>();

  get isEmpty(): boolean {
    return this.changes.size === 0;
  }

  [Symbol.iterator](): Iterator<Change> {
    return this.changes.values();
  }

  /** Joins updates of one element: they are taken back together. What was added and removed at once was never there. */
  note(changes: readonly Change[]): void {
    for (const change of changes) {
      if (change.did === "update") this.join(change);
      else if (change.did === "add") this.changes.set(`add ${change.id}`, change);
      else if (this.changes.delete(`add ${change.element.id}`))
        this.changes.delete(`update ${change.element.id}`);
      else this.changes.set(`remove ${change.element.id}`, change);
    }
  }

  /** Forgets that we removed these, or everything. */
  forgetRemoved(ids: readonly string[] | "all"): void {
    const removed = (change: Change) => (change.did === "remove" ? [change.element.id] : []);
    for (const id of ids === "all" ? [...this].flatMap(removed) : ids) this.changes.delete(`remove ${id}`);
  }

  private join(update: Update): void {
    const key = `update ${update.id}`;
    const earlier = this.changes.get(key);
    if (earlier?.did !== "update") this.changes.set(key, update);
    else
      this.changes.set(key, {
        ...earlier,
        before: { ...update.before, ...earlier.before },
        after: { ...earlier.after, ...update.after },
      });
  }
}
