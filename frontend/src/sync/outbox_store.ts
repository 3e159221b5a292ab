import type { Op } from "../model/element";
import { numberOf } from "../model/opid";
import { type Database, type Label, opsOf } from "./database";
import type { Identity } from "./identity";
import { type Clock, Journal } from "./journal";
import type { Locks } from "./locks";

/** What nobody sent for so long is no longer sent unasked: the board has gone on. */
const OLD_MS = 7 * 24 * 3_600_000;

/** An outbox that another page left behind, now ours. */
export interface Abandoned {
  readonly identity: Identity;
  /** In the order of their numbers; at least one. */
  readonly ops: readonly Op[];
  readonly journal: Journal;
  /** When the last one was drawn: milliseconds since 1970. */
  readonly changedAt: number;
  readonly old: boolean;
  /** Gives it up; what is still in it is the next page's. */
  release(): void;
  /** Deletes what is in it, and gives it up. */
  discard(): void;
}

/**
 * The outboxes of this browser's pages. Each page has one of its own, under a secret of its own, and a lock on it; one whose
 * lock is free and that is not empty was abandoned: its page was closed, was reloaded or crashed.
 */
export class OutboxStore {
  /** Ours, or waited for. */
  private readonly known = new Set<string>();

  constructor(
    private readonly database: Promise<Database | undefined>,
    private readonly locks: Locks,
    private readonly clock: Clock,
  ) {}

  /** Begins to keep a new outbox. Nothing of it is written before it is locked: else another page might take it over. */
  keep(board: string, { client, secret }: Identity, changed: () => void): Journal {
    this.known.add(client);
    const locked = this.locks.hold(client, 0).then(
      () => this.database,
      () => undefined,
    );
    return new Journal({ client, secret, board }, locked, this.clock, changed);
  }

  /** Looks for other outboxes of the board, and hands each over as soon as nobody has it. */
  async look(board: string, found: (abandoned: Abandoned) => void): Promise<void> {
    const database = await this.database;
    const labels = (await database?.getAllFromIndex("outboxes", "board", board).catch(() => [])) ?? [];
    for (const label of labels.sort((a, b) => a.changedAt - b.changedAt)) {
      if (database === undefined || this.known.has(label.client)) continue;
      this.known.add(label.client);
      this.take(database, label)
        .then((abandoned) => abandoned && found(abandoned))
        .catch(() => this.known.delete(label.client)); // the disk or the lock failed: whoever looks next may try
    }
  }

  private async take(database: Database, seen: Label): Promise<Abandoned | undefined> {
    const { client } = seen;
    const release = await this.locks.hold(client, seen.changedAt);
    const transaction = database.transaction(["outboxes", "ops"]);
    const [label, ops] = await Promise.all([
      transaction.objectStore("outboxes").get(client),
      transaction.objectStore("ops").getAll(opsOf(client)),
    ]);
    if (label === undefined || ops.length === 0) {
      release();
      this.known.delete(client);
      return undefined;
    }
    const { secret, board, changedAt } = label;
    if (!this.locks.exclusive && changedAt !== seen.changedAt) return this.take(database, label);
    const numbers = new Set(ops.map(({ id }) => numberOf(id)));
    const ready = Promise.resolve(database);
    const journal = new Journal({ client, secret, board }, ready, this.clock, () => {}, numbers);
    return {
      identity: { client, secret },
      ops,
      journal,
      changedAt,
      // A clock may have been set meanwhile: what seems to come from the future is of an unknown age.
      old: Math.abs(this.clock.today() - changedAt) > OLD_MS,
      release,
      discard: () => {
        for (const n of numbers) journal.drop(n);
        void journal.flush().then(release);
      },
    };
  }
}
