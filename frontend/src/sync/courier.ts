import type { Op } from "../model/element";
import { Outbox } from "./outbox";
import type { Abandoned } from "./outbox_store";
import { type Later, Pause } from "./pause";
import { Sender } from "./sender";
import type { Credentials, Link, LinkEvents, OpenLink, Rejection } from "./wire";

const AGAIN_AFTER_MS = 2_000;

export interface Outside extends Later {
  readonly openLink: OpenLink;
  random(): number;
}

/** What the session says to its couriers, and what they tell it. */
export interface Errand {
  /** Where the session is in the log; a courier follows the board from there, not from its beginning. */
  readonly resumeFrom: string;
  /** Whether the session has seen everything up to there. */
  reached(offset: unknown): boolean;
  /** These are no longer pending. */
  withdraw(ops: readonly Op[]): void;
  rejected(rejection: Rejection): void;
}

/**
 * Brings an abandoned outbox into the log: over a connection of its own, since its ops carry the client of its secret.
 *
 * The session sees these ops come like another's, and takes each out of the outbox then; so the picture never lacks one.
 * A courier settles only what the session has passed already, since that comes no more.
 */
export class Courier implements LinkEvents {
  readonly outbox: Outbox;
  private readonly sender: Sender;
  private link: Link | undefined;
  private readonly pause: Pause;
  private finished = false;

  /** @param done called once, when nothing is left to do */
  constructor(
    private readonly board: string,
    private readonly abandoned: Abandoned,
    private readonly outside: Outside,
    private readonly errand: Errand,
    private readonly done: () => void,
  ) {
    this.outbox = new Outbox(abandoned.identity.client, abandoned.journal, abandoned.ops);
    this.sender = new Sender(this.outbox, outside);
    this.pause = new Pause(outside);
  }

  get client(): string {
    return this.abandoned.identity.client;
  }

  start(): void {
    if (this.link === undefined && !this.finished)
      this.link = this.outside.openLink(() => this.credentials(), this);
  }

  stop(): void {
    this.sender.stop();
    this.pause.end();
    this.link?.close();
    this.link = undefined;
  }

  /** The log has what is up to n. */
  settle(n: number): void {
    const ops = this.outbox.settle(n);
    if (ops.length > 0) this.errand.withdraw(ops);
    if (this.outbox.size === 0) this.finish();
  }

  // What the link tells.

  /** Sends also what `last` says is in the log: the answer tells where, and so whether the session has it yet. */
  welcome(): void {
    this.sender.start(this.link, 0);
  }

  op(): void {}
  people(): void {}
  cursors(): void {}

  ack(n: number, offset: unknown): void {
    if (this.errand.reached(offset)) this.settle(n);
    if (!this.finished) this.sender.acknowledged();
  }

  rejected(rejection: Rejection): void {
    if (!this.sender.isFinal(rejection, (ops) => this.errand.withdraw(ops))) return;
    this.errand.rejected(rejection);
    if (this.outbox.size === 0) this.finish();
  }

  /** The session is about to be told the same. */
  resync(): void {
    this.stop();
    this.pause.begin(AGAIN_AFTER_MS, () => this.start());
  }

  /** It has little to do and nothing to show: it waits until it is closed, and comes back. */
  drain(): void {}

  lost(): void {
    this.sender.stop();
  }

  /** The server will not have this client: its ops stay where they are kept. */
  refused(): void {
    this.finish();
    this.errand.withdraw([...this.outbox]);
  }

  private finish(): void {
    if (this.finished) return;
    this.finished = true;
    this.stop();
    void this.abandoned.journal.flush().then(() => this.abandoned.release());
    this.done();
  }

  private credentials(): Credentials {
    return {
      board: this.board,
      secret: this.abandoned.identity.secret,
      position: this.errand.resumeFrom,
    };
  }
}
