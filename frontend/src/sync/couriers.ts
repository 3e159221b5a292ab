import type { Op } from "../model/element";
import { Courier, type Errand, type Outside } from "./courier";
import type { Abandoned, OutboxStore } from "./outbox_store";

/** Old changes, and what may be done with them. */
export interface Offer {
  readonly count: number;
  /** When they were made: milliseconds since 1970. */
  readonly changedAt: number;
  send(): void;
  discard(): void;
}

/** What the session says to its couriers, and what it is told of them. */
export interface Errands extends Errand {
  /** These are pending from now on. */
  adopt(ops: readonly Op[]): void;
  /** These are so old that the person should say whether they are still wanted. */
  offered(offer: Offer): void;
}

/** The abandoned outboxes that this page takes over. One after the other is sent, so that they stay in their order. */
export class Couriers {
  private readonly waiting: Courier[] = [];
  private going = false;

  constructor(
    private readonly board: string,
    private readonly outside: Outside & { readonly outboxes?: OutboxStore },
    private readonly errands: Errands,
  ) {}

  get unsaved(): number {
    return this.waiting.reduce((sum, { outbox }) => sum + outbox.changes, 0);
  }

  *pending(): Generator<Op> {
    for (const { outbox } of this.waiting) yield* outbox;
  }

  /** Looks for what other pages have left, now or later on. */
  look(): void {
    void this.outside.outboxes?.look(this.board, (abandoned) => this.found(abandoned));
  }

  /** The session follows its board. */
  start(): void {
    this.going = true;
    this.waiting[0]?.start();
  }

  stop(): void {
    this.going = false;
    for (const courier of this.waiting) courier.stop();
  }

  /** The log has this client's ops up to n. */
  settle(client: string, n: number): void {
    this.waiting.find((courier) => courier.client === client)?.settle(n);
  }

  private found(abandoned: Abandoned): void {
    const { ops, changedAt, old } = abandoned;
    const send = () => this.take(abandoned);
    if (old) this.errands.offered({ count: ops.length, changedAt, send, discard: () => abandoned.discard() });
    else send();
  }

  private take(abandoned: Abandoned): void {
    const courier = new Courier(this.board, abandoned, this.outside, this.errands, () => this.done(courier));
    this.waiting.push(courier);
    this.errands.adopt(abandoned.ops);
    if (this.going) this.start();
  }

  private done(courier: Courier): void {
    this.waiting.splice(this.waiting.indexOf(courier), 1);
    if (this.going) this.start();
  }
}
