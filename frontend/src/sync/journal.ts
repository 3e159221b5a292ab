import type { Op } from "../model/element";
import type { Database, Label } from "./database";
import type { Keeper } from "./outbox";
import { type Later, Pause } from "./pause";

/** Most ops are in the log sooner than this, and then cost the disk nothing. */
const WRITE_AFTER_MS = 100;

/** The world outside, so that a test can hold it still. */
export interface Clock extends Later {
  /** Milliseconds since 1970. */
  today(): number;
}

/**
 * Keeps one outbox in the database: changes are gathered, then written in one transaction, one transaction at a time. So
 * what is on the disk is always what the outbox was at some moment not long ago.
 *
 * A write that fails is tried again with the next change; what it held is `atRisk` until then.
 */
export class Journal implements Keeper {
  /** What the disk does not have: an op by its number, or null where one is to go. */
  private readonly changes = new Map<number, Op | null>();
  private writing: ReadonlyMap<number, Op | null> = new Map();
  /** The numbers of ops that the disk does not have as they are now. */
  private readonly unwritten = new Set<number>();
  private last: Promise<void> = Promise.resolve();
  private readonly pause: Pause;
  /** The last write was done, or there was none yet. */
  keeps = true;

  /**
   * @param ready the database, once the outbox is ours to write; undefined when there is none
   * @param changed told when `atRisk` may answer something else
   * @param kept the numbers of the ops that are on the disk
   */
  constructor(
    private readonly label: Omit<Label, "changedAt">,
    private readonly ready: Promise<Database | undefined>,
    private readonly clock: Clock,
    private readonly changed: () => void,
    private kept: ReadonlySet<number> = new Set(),
  ) {
    this.pause = new Pause(clock);
  }

  /** Ops that would be gone if the page were closed now. */
  get atRisk(): number {
    return this.unwritten.size;
  }

  put(n: number, op: Op): void {
    this.changes.set(n, op);
    this.unwritten.add(n);
    this.writeSoon();
  }

  drop(n: number): void {
    this.unwritten.delete(n);
    if (this.kept.has(n) || this.writing.has(n)) this.changes.set(n, null);
    else this.changes.delete(n);
    if (this.changes.size > 0) this.writeSoon();
  }

  /** Writes what has changed, without waiting for more. */
  flush(): Promise<void> {
    this.pause.end();
    this.last = this.last.then(() => this.write());
    return this.last;
  }

  private writeSoon(): void {
    if (!this.pause.isOn) this.pause.begin(WRITE_AFTER_MS, () => void this.flush());
  }

  private async write(): Promise<void> {
    const database = await this.ready;
    if (this.changes.size === 0) return;
    if (database === undefined) {
      this.keeps = false;
      this.changed();
      return;
    }
    const batch = new Map(this.changes);
    this.writing = batch;
    this.changes.clear();
    try {
      this.kept = await this.store(database, batch);
      this.keeps = true;
      for (const n of batch.keys()) if (!this.changes.has(n)) this.unwritten.delete(n);
    } catch {
      this.keeps = false;
      for (const [n, op] of batch) if (!this.changes.has(n)) this.changes.set(n, op);
    }
    this.writing = new Map();
    this.changed();
  }

  private async store(database: Database, batch: ReadonlyMap<number, Op | null>): Promise<Set<number>> {
    const { client } = this.label;
    const kept = new Set(this.kept);
    const transaction = database.transaction(["outboxes", "ops"], "readwrite");
    const [outboxes, ops] = [transaction.objectStore("outboxes"), transaction.objectStore("ops")];
    const requests: Promise<unknown>[] = [];
    let added = false;
    for (const [n, op] of batch) {
      if (op === null) kept.delete(n);
      else kept.add(n);
      added ||= op !== null;
      requests.push(op === null ? ops.delete([client, n]) : ops.put(op, [client, n]));
    }
    if (kept.size === 0) requests.push(outboxes.delete(client));
    else if (added) requests.push(outboxes.put({ ...this.label, changedAt: this.clock.today() }));
    await Promise.all([...requests, transaction.done]);
    return kept;
  }
}
