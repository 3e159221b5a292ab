import type { Op } from "../model/element";
import { backoff } from "./backoff";
import type { Outbox } from "./outbox";
import { type Later, Pause } from "./pause";
import type { Link, Rejection } from "./wire";

interface Outside extends Later {
  random(): number;
}

/** How long an update waits for others of the same element (or a millisecond an op that waits, if that is more). */
const HOLD_MS = 40;

/** Sends what is in an outbox over a link that has said welcome. Source: SPEC.md B3, B5, B7. */
export class Sender {
  private link: Link | undefined;
  private readonly again: ReturnType<typeof backoff>;
  /** That the server made us take. */
  private readonly pause: Pause;
  /** In which updates gather. */
  private readonly hold: Pause;

  constructor(
    private readonly outbox: Outbox,
    outside: Outside,
  ) {
    this.pause = new Pause(outside);
    this.hold = new Pause(outside);
    this.again = backoff(300, 5_000, () => outside.random());
  }

  /** Sends over this link from now on; the log already has what is up to `last`. */
  start(link: Link | undefined, last: number): void {
    this.stop();
    this.link = link;
    this.outbox.reconnected(last);
    this.flush();
  }

  stop(): void {
    this.link = undefined;
    this.pause.end();
    this.hold.end();
  }

  /** Sends soon: what is moved and typed changes in every frame, and the others need not hear of each. */
  gather(): void {
    if (this.link === undefined || this.hold.isOn) return;
    this.hold.begin(Math.max(HOLD_MS, this.outbox.size), () => this.flush());
  }

  /** The log took something: there may be room for more. */
  acknowledged(): void {
    this.again.reset();
    if (!this.hold.isOn) this.flush();
  }

  /**
   * The server did not take something. What it never will is out of the outbox, and given to `withdraw`; what it cannot take
   * now is sent again, and all after it.
   */
  isFinal({ retry, n }: Rejection, withdraw: (ops: readonly Op[]) => void): boolean {
    if (retry) {
      this.putOff(n ?? 0);
      return false;
    }
    const op = n === undefined ? undefined : this.outbox.reject(n);
    if (op !== undefined) withdraw([op]);
    this.flush();
    return true;
  }

  private putOff(n: number): void {
    this.outbox.rewind(n);
    if (!this.pause.isOn) this.pause.begin(this.again.next(), () => this.flush());
  }

  flush(): void {
    this.hold.end();
    if (this.link === undefined || this.pause.isOn) return;
    for (let batch = this.outbox.take(); batch.length > 0; batch = this.outbox.take()) this.link.ops(batch);
  }
}
