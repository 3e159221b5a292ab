import type { Op } from "../model/element";
import { Courier, type Errand, type Outside } from "./courier";
import type { Abandoned } from "./outbox_store";

/** The abandoned outboxes that this page has taken over. One after the other is sent, so that they stay in their order. */
export class Couriers {
  private readonly waiting: Courier[] = [];
  private going = false;

  constructor(
    private readonly outside: Outside,
    private readonly errand: Errand,
  ) {}

  get unsaved(): number {
    return this.waiting.reduce((sum, { outbox }) => sum + outbox.size, 0);
  }

  *pending(): Generator<Op> {
    for (const { outbox } of this.waiting) yield* outbox;
  }

  /** It waits until `start` is called (again). */
  add(abandoned: Abandoned): void {
    const courier = new Courier(abandoned, this.outside, this.errand, () => this.done(courier));
    this.waiting.push(courier);
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

  private done(courier: Courier): void {
    this.waiting.splice(this.waiting.indexOf(courier), 1);
    if (this.going) this.start();
  }
}
