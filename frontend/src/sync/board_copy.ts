import type { Touched } from "../model/board";
import type { Draft, LogOp, Op } from "../model/element";
import { clientOf, numberOf } from "../model/opid";
import { BoardView } from "../model/view";
import { Couriers, type Errands, type Offer } from "./couriers";
import type { Identity } from "./identity";
import type { Journal } from "./journal";
import { Outbox } from "./outbox";
import type { OutboxStore } from "./outbox_store";
import type { Later } from "./pause";
import { Progress } from "./position";
import { Sender } from "./sender";
import type { FetchedBoard, Link, OpenLink, Rejection } from "./wire";

/** What a copy tells. */
export interface CopyEvents {
  /** The board may look different there. */
  changed(touched: Touched): void;
  /** Another session's op of the log, before it is applied. */
  heard?(op: LogOp): void;
  /** What is unsaved, at risk or seen of the log may be something else now. */
  standing(): void;
  /** The server refused something for good, or the outbox is full (code `outbox_full`). */
  rejected(rejection: Rejection): void;
  /** An earlier page's changes are so old that the person should say whether they are still wanted. */
  offered(offer: Offer): void;
}

/** The world outside, so that a test can hold it still. */
export interface CopyOutside extends Later {
  readonly openLink: OpenLink;
  /** Where outboxes outlive their pages; without it they do not. */
  readonly outboxes?: OutboxStore;
  random(): number;
}

/**
 * This page's copy of a board: what it has seen of the log, and on top of it the ops that are on their way there: its own, in the
 * outbox, and those that closed pages left, with couriers.
 *
 * It knows no connection but the link that it is given to send over.
 *
 * Source: SPEC.md B3–B7, L3.
 */
export class BoardCopy {
  readonly view: BoardView;
  readonly progress = new Progress();
  private readonly journal: Journal | undefined;
  private readonly outbox: Outbox;
  private readonly sender: Sender;
  private readonly couriers: Couriers;
  /** The board that was fetched is not yet followed by a welcome. */
  private fresh = true;
  /** The highest own n whose op is in the confirmed board, as far as this page put it there. */
  private settledN = 0;

  constructor(
    board: string,
    private readonly identity: Identity,
    outside: CopyOutside,
    private readonly events: CopyEvents,
  ) {
    this.journal = outside.outboxes?.keep(board, identity, () => events.standing());
    this.outbox = new Outbox(identity.client, this.journal);
    this.sender = new Sender(this.outbox, outside);
    this.couriers = new Couriers(board, outside, this.errands());
    const pending = { [Symbol.iterator]: () => this.pending() };
    this.view = new BoardView(pending, (touched) => events.changed(touched));
  }

  get unsaved(): number {
    return this.outbox.changes + this.couriers.unsaved;
  }

  get atRisk(): number {
    return this.journal?.atRisk ?? this.outbox.size;
  }

  get keeps(): boolean {
    return this.journal?.keeps ?? false;
  }

  /** Starts again from a board that was fetched; what is unsaved stays on top. */
  load({ position, elements }: FetchedBoard): void {
    this.progress.reset(position);
    this.fresh = true;
    this.settledN = 0;
    this.view.load(elements);
  }

  /** Looks for what closed pages have left. */
  look(): void {
    this.couriers.look();
  }

  /** Sends over this link from now on; the log already has own ops up to `last`. */
  follow(link: Link | undefined, last: number): void {
    // Behind a fetched board, an op up to `last` is either in it or about to come as an `op` event.
    if (this.fresh) this.view.withdraw(this.outbox.settle(last));
    this.fresh = false;
    this.sender.start(link, last);
    this.couriers.start();
    this.couriers.look();
  }

  /** The link is gone: nothing is sent until the next one. */
  rest(): void {
    this.sender.stop();
    this.couriers.stop();
  }

  /** Makes what is unsaved as safe as can be, at once. */
  flush(): void {
    void this.journal?.flush();
  }

  /** Shows a draft at once and sends it as soon as may be. Undefined: the outbox is full. */
  push(draft: Draft): Op | undefined {
    const op = this.outbox.push(draft);
    if (op === undefined) {
      this.events.rejected({ code: "outbox_full", message: "Too much is unsaved.", retry: true });
      return undefined;
    }
    this.view.show(op);
    if (draft.op === "update") this.sender.gather();
    else this.sender.flush();
    this.events.standing();
    return op;
  }

  /** The log's next op. */
  receive(op: LogOp, offset: unknown): void {
    if (!this.progress.advance(offset)) return;
    if (clientOf(op.id) === this.identity.client) {
      const n = numberOf(op.id);
      if (n <= this.settledN) return;
      this.settledN = n;
      this.view.withdraw(this.outbox.settle(n));
    } else {
      this.couriers.settle(clientOf(op.id), numberOf(op.id));
      this.events.heard?.(op);
    }
    this.view.receive(op);
    this.events.standing();
  }

  /** The log has our ops up to n; `by` is who we are in it. */
  confirm(n: number, offset: unknown, by: string): void {
    this.progress.advance(offset);
    this.settledN = Math.max(this.settledN, n);
    this.view.confirm(this.outbox.settle(n), by);
    this.sender.acknowledged();
    this.events.standing();
  }

  reject(rejection: Rejection): void {
    if (!this.sender.isFinal(rejection, (ops) => this.view.withdraw(ops))) return;
    this.events.rejected(rejection);
    this.events.standing();
  }

  /** What waits, in the order in which it was drawn: other pages' first. */
  private *pending(): Iterator<Op> {
    yield* this.couriers.pending();
    yield* this.outbox;
  }

  /** What couriers may know and tell. */
  private errands(): Errands {
    const { progress, events } = this;
    return {
      get resumeFrom() {
        return progress.resumeFrom;
      },
      reached: (offset) => progress.reached(offset),
      withdraw: (ops) => {
        this.view.withdraw(ops);
        events.standing();
      },
      adopt: (ops) => {
        this.view.adopt(ops);
        events.standing();
      },
      rejected: (rejection) => events.rejected(rejection),
      offered: (offer) => events.offered(offer),
    };
  }
}
