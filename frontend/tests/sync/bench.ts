import type { Draft, LogOp, Op } from "../../src/model/element";
import type { Offer } from "../../src/sync/couriers";
import type { OutboxStore } from "../../src/sync/outbox_store";
import { Session } from "../../src/sync/session";
import { type Status, statusOf } from "../../src/sync/status";
import type {
  Credentials,
  FetchedBoard,
  Kept,
  Link,
  LinkEvents,
  Rejection,
  Welcome,
} from "../../src/sync/wire";

export const stroke: Draft = { op: "add", element: { kind: "stroke", points: [0, 0] } };
export const foreign = (n: number): LogOp => ({
  op: "add",
  id: `b:${n}`,
  by: "s2",
  element: { kind: "stroke", points: [n, n] },
});

/** What the server sees of one link. */
export interface Opened {
  readonly credentials: () => Credentials;
  readonly events: LinkEvents;
  readonly sent: Op[][];
  closed: boolean;
}

/** A session whose server, clock and network are this object. */
export class Bench {
  readonly opened: Opened[] = [];
  readonly offers: Offer[] = [];
  readonly sent: Op[][] = [];
  readonly styles: Partial<Kept>[] = [];
  readonly told: Rejection[] = [];
  readonly adopted: Kept[] = [];
  readonly timers: { at: number; call: () => void }[] = [];
  boards: (FetchedBoard | Error)[] = [];
  links = 0;
  closed = 0;
  hurried = 0;
  now = 0;
  server!: LinkEvents;
  credentials!: () => Credentials;

  readonly session: Session;

  constructor(
    client = "me",
    readonly outboxes?: OutboxStore,
    board = "lobby",
  ) {
    const identity = { secret: `secret-of-${client}-0000000`, client };
    const outside = {
      ...(outboxes && { outboxes }),
      now: () => this.now,
      random: () => 0,
      later: (ms: number, call: () => void) => {
        const timer = { at: this.now + ms, call };
        this.timers.push(timer);
        return () => {
          timer.call = () => {};
        };
      },
      fetchBoard: async () => {
        const next = this.boards.shift() ?? { position: "1-0", elements: [] };
        if (next instanceof Error) throw next;
        return next;
      },
      openLink: (credentials: () => Credentials, events: LinkEvents) => this.open(credentials, events),
    };
    this.session = new Session(board, identity, outside, {
      changed: () => {},
      standing: () => {},
      kept: (kept) => void this.adopted.push(kept),
      people: () => {},
      rejected: (rejection) => void this.told.push(rejection),
      offered: (offer) => void this.offers.push(offer),
    });
  }

  get status(): Status {
    return statusOf(this.session.standing);
  }

  get ids(): string[] {
    return [...this.session.view].map((element) => element.id);
  }

  welcome(change: Partial<Welcome> = {}): void {
    const first = {
      sid: "s1",
      client: "me",
      replica: "one",
      color: "black",
      width: 4,
      name: "",
      tool: "",
      last: 0,
    };
    this.server.welcome({ ...first, ...change });
  }

  private open(credentials: () => Credentials, events: LinkEvents): Link {
    const opened: Opened = { credentials, events, sent: [], closed: false };
    this.opened.push(opened);
    this.links += 1;
    this.credentials = credentials;
    this.server = events;
    return {
      pid: `pid-${this.links}`,
      ops: (ops) => {
        opened.sent.push([...ops]);
        this.sent.push([...ops]);
      },
      session: (change) => void this.styles.push(change),
      cursor: () => {},
      hurry: () => {
        this.hurried += 1;
      },
      close: () => {
        opened.closed = true;
        this.closed += 1;
      },
    };
  }

  async pass(ms: number): Promise<void> {
    this.now += ms;
    for (const timer of this.timers.filter(({ at }) => at <= this.now)) {
      this.timers.splice(this.timers.indexOf(timer), 1);
      timer.call();
    }
    await settled();
  }
}

export async function settled(): Promise<void> {
  for (let i = 0; i < 10; i += 1) await Promise.resolve();
}

export async function joined(): Promise<Bench> {
  const bench = new Bench();
  await bench.session.load();
  bench.welcome();
  return bench;
}
