import type { Database } from "../../src/sync/database";
import type { Clock } from "../../src/sync/journal";
import type { Locks } from "../../src/sync/locks";

/** Locks of one browser, whose pages are the objects made from it. */
export class Browser {
  private readonly queues = new Map<string, (() => void)[]>();

  page(): Locks {
    return { exclusive: true, hold: (client) => this.hold(client) };
  }

  private hold(client: string): Promise<() => void> {
    return new Promise((resolve) => {
      const queue = this.queues.get(client) ?? [];
      this.queues.set(client, queue);
      const turn = () =>
        resolve(() => {
          queue.shift();
          queue[0]?.();
        });
      queue.push(turn);
      if (queue.length === 1) turn();
    });
  }

  /** The page that holds this outbox is gone. */
  gone(client: string): void {
    const queue = this.queues.get(client);
    queue?.shift();
    queue?.[0]?.();
  }
}

/** A clock that a test turns on. */
export class HandClock implements Clock {
  ms = 1_000_000_000_000;
  private timers: { at: number; call: () => void }[] = [];

  today(): number {
    return this.ms;
  }

  later(ms: number, call: () => void): () => void {
    const timer = { at: this.ms + ms, call };
    this.timers.push(timer);
    return () => {
      this.timers = this.timers.filter((other) => other !== timer);
    };
  }

  pass(ms: number): void {
    this.ms += ms;
    const due = this.timers.filter(({ at }) => at <= this.ms);
    this.timers = this.timers.filter(({ at }) => at > this.ms);
    for (const { call } of due) call();
  }
}

/** Everything in the database, for a test to look at. */
export async function contents(database: Database | undefined) {
  return { labels: await database?.getAll("outboxes"), ops: await database?.getAll("ops") };
}

/** Lets what is under way in the database come to its end. */
export async function idle(): Promise<void> {
  for (let i = 0; i < 20; i += 1) await new Promise((resolve) => setTimeout(resolve));
}
