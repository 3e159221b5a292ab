import type { Clock } from "./journal";

/**
 * The right to an outbox: only who holds it sends and changes what is in it.
 *
 * `hold` resolves, once nobody else has the right, with what gives it back. It ends with the page by itself.
 *
 * @param changedAt when the outbox last changed (milliseconds since 1970); 0 for one that nobody else can know
 */
export interface Locks {
  /** Nobody else can have the right at the same time. */
  readonly exclusive: boolean;
  hold(client: string, changedAt: number): Promise<() => void>;
}

/** How long an outbox must have been quiet to count as abandoned where pages cannot lock. */
const QUIET_MS = 60_000;

export function webLocks(locks: LockManager): Locks {
  return {
    exclusive: true,
    hold: (client) =>
      new Promise((resolve, reject) => {
        const held = () => new Promise<void>((release) => resolve(release));
        locks.request(`whiteboard:outbox:${client}`, held).catch(reject);
      }),
  };
}

/**
 * For pages over plain HTTP, which have no Web Locks: an outbox is free when it was quiet for a minute.
 *
 * Its page may still be there, only offline. That both then send the same ops does no harm, the log takes an id once
 * (SPEC.md L3). Harm would come of an op that still changes: the log might keep its beginning only. Ops change while
 * somebody draws a stroke, and then the outbox is not quiet.
 */
export function quietness(clock: Clock): Locks {
  return {
    exclusive: false,
    hold: (_client, changedAt) =>
      new Promise((resolve) => {
        const free = changedAt === 0 ? 0 : changedAt + QUIET_MS - clock.today();
        clock.later(Math.max(0, Math.min(free, QUIET_MS)), () => resolve(() => {}));
      }),
  };
}
