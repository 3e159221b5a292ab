import type { Point } from "../geometry/transform";
import type { Touched } from "../model/board";
import type { Draft, LogOp, Op } from "../model/element";
import { clientOf, numberOf } from "../model/opid";
import { BoardView } from "../model/view";
import { backoff } from "./backoff";
import { Couriers, type Errands, type Offer } from "./couriers";
import type { Identity } from "./identity";
import type { Journal } from "./journal";
import { move } from "./move";
import { Outbox } from "./outbox";
import type { OutboxStore } from "./outbox_store";
import { People } from "./people";
import { Progress } from "./position";
import { Sender } from "./sender";
import { OFFLINE_AFTER_MS, type Standing } from "./status";
import {
  type Cursors,
  type GetSnapshot,
  type Kept,
  type Link,
  type LinkEvents,
  type News,
  type OpenLink,
  Refused,
  type Rejection,
  type Welcome,
} from "./wire";

type State = "loading" | "connecting" | "joined" | "refused";

const LEGAL: Record<State, readonly State[]> = {
  loading: ["loading", "connecting", "refused"],
  connecting: ["joined", "loading", "connecting", "refused"],
  joined: ["connecting", "loading", "refused"],
  refused: [],
};

/** SPEC.md B1. The server would refuse any other; known here, nothing is drawn that nobody will have. */
const BOARD_NAME = /^[A-Za-z0-9_-]{1,64}$/;

/** What the rest of the page is told. */
export interface SessionEvents {
  /** The board may look different there. */
  changed(touched: Touched): void;
  /** Another session's op of the log, before it is applied. */
  heard?(op: LogOp): void;
  /** `standing` or `position` may answer something else now. */
  standing(): void;
  /** What the server keeps for us, from an earlier stay. */
  kept(kept: Kept): void;
  /** Somebody came, changed, left or points elsewhere. */
  people(): void;
  /** The server refused something for good, or the outbox is full (code `outbox_full`). */
  rejected(rejection: Rejection): void;
  /** An earlier page's changes are so old that the person should say whether they are still wanted. */
  offered(offer: Offer): void;
}

/** The world outside, so that a test can hold it still. */
export interface Outside {
  readonly openLink: OpenLink;
  readonly getSnapshot: GetSnapshot;
  /** Where outboxes outlive their pages; without it they do not. */
  readonly outboxes?: OutboxStore;
  now(): number;
  /** Calls back after that time; returns what calls it off. */
  later(ms: number, call: () => void): () => void;
  random(): number;
}

/**
 * This page's stay on a board: gets the board, follows its log, and brings its own ops into it.
 *
 * Joining: `loading` (the board over HTTP) → `connecting` → `joined` at the server's welcome. A lost connection goes back to
 * `connecting` and resumes from the position seen; a resync goes back to `loading`. Own ops wait in the outbox through all of it;
 * what closed pages left waiting is brought by couriers.
 *
 * Source: SPEC.md B1–B10.
 */
export class Session {
  readonly view: BoardView;
  /** Who else is here, and oneself. */
  readonly others = new People();
  replica = "";
  private state: State = "loading";
  private readonly journal: Journal | undefined;
  private readonly outbox: Outbox;
  private readonly sender: Sender;
  private readonly couriers: Couriers;
  private readonly progress = new Progress();
  private readonly again: ReturnType<typeof backoff>;
  private link: Link | undefined;
  sid = "";
  /** Why the server will not have us. */
  private refusal: Rejection | undefined;
  private kept: Partial<Kept> = {};
  private wasWelcome = false;
  private online = true;
  private lostAt: number;
  /** The snapshot was not yet followed by a welcome. */
  private fresh = true;
  /** The highest own n whose op is in the confirmed board, as far as this page put it there. */
  private settledN = 0;
  /** Calls off the pause that a failed GET made us take. */
  private endPause: (() => void) | undefined;
  /** Calls off a move to another connection, planned or begun. */
  private endMove: (() => void) | undefined;

  constructor(
    readonly board: string,
    private readonly identity: Identity,
    private readonly outside: Outside,
    private readonly events: SessionEvents,
  ) {
    this.journal = outside.outboxes?.keep(board, identity, () => events.standing());
    this.outbox = new Outbox(identity.client, this.journal);
    this.sender = new Sender(this.outbox, outside);
    this.couriers = new Couriers(board, outside, this.errand());
    const pending = { [Symbol.iterator]: () => this.pending() };
    this.view = new BoardView(pending, (touched) => events.changed(touched));
    this.again = backoff(300, 5_000, () => outside.random());
    this.lostAt = outside.now();
    outside.later(OFFLINE_AFTER_MS, () => events.standing());
  }

  get standing(): Standing {
    return {
      joined: this.state === "joined",
      refused: this.state === "refused",
      online: this.online,
      lostForMs: this.outside.now() - this.lostAt,
      unsaved: this.outbox.changes + this.couriers.unsaved,
      atRisk: this.journal?.atRisk ?? this.outbox.size,
    };
  }

  get position(): string {
    return this.progress.position;
  }

  get client(): string {
    return this.identity.client;
  }

  /** Gets the board and connects. Called again it starts over, keeping what is unsaved. */
  async load(): Promise<void> {
    if (!BOARD_NAME.test(this.board)) {
      this.refused({ code: "bad_board", message: "There is no such board.", retry: false });
      return;
    }
    this.lose();
    if (!this.become("loading")) return;
    this.pause(undefined);
    this.link?.close();
    this.link = undefined;
    this.couriers.look();
    try {
      const { position, elements } = await this.outside.getSnapshot(this.board);
      this.progress.reset(position);
      this.fresh = true;
      this.settledN = 0;
      this.view.load(elements);
    } catch (error) {
      if (error instanceof Refused) this.refused(error.rejection);
      else this.pause(this.again.next(), () => void this.load());
      return;
    }
    this.again.reset();
    this.become("connecting");
    this.link = this.outside.openLink(() => this.credentials(), this);
  }

  /** Shows a draft at once and sends it as soon as may be. Undefined: the outbox is full, or the server will not have us. */
  push(draft: Draft): Op | undefined {
    if (this.refusal !== undefined) {
      this.events.rejected(this.refusal);
      return undefined;
    }
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

  /** Makes what is unsaved as safe as can be, at once: the page may be about to go. */
  hide(): void {
    void this.journal?.flush();
  }

  /** Lets the server keep this for us. */
  keep(change: Partial<Kept>): void {
    const news = differing(change, this.kept);
    this.kept = { ...this.kept, ...change };
    if (news !== undefined && this.state === "joined") this.link?.session(news);
  }

  /** Shows the others where we point. */
  point(at: Point, laser: boolean): void {
    if (this.state === "joined") this.link?.cursor(laser ? { ...at, laser } : at);
  }

  /** The browser says whether it has a network. */
  setOnline(online: boolean): void {
    this.online = online;
    if (online && this.state === "loading" && this.endPause !== undefined) void this.load();
    else if (online && this.state === "connecting") this.link?.hurry();
    this.events.standing();
  }

  // What the link tells.

  welcome({ sid, replica, last, color, width, name, tool }: Welcome): void {
    if (!this.become("joined")) return;
    this.sid = sid;
    const kept = { color, width, name, tool };
    this.replica = replica;
    // Behind a snapshot, an op up to `last` is either in it or about to come as an `op` event.
    if (this.fresh) this.view.withdraw(this.outbox.settle(last));
    this.fresh = false;
    // What was chosen here meanwhile is newer than what the server has.
    const news = differing(this.kept, kept);
    if (news !== undefined) this.link?.session(news);
    if (!this.wasWelcome) this.events.kept({ ...kept, ...this.kept });
    this.wasWelcome = true;
    this.kept = { ...kept, ...this.kept };
    this.sender.start(this.link, last);
    this.couriers.start();
    this.couriers.look();
    this.events.standing();
  }

  op(op: LogOp, offset: unknown): void {
    if (this.state !== "joined" || !this.progress.advance(offset)) return;
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

  ack(n: number, offset: unknown): void {
    if (this.state !== "joined") return;
    this.progress.advance(offset);
    this.settledN = Math.max(this.settledN, n);
    this.view.confirm(this.outbox.settle(n), this.sid);
    this.sender.acknowledged();
    this.events.standing();
  }

  rejected(rejection: Rejection): void {
    if (!this.sender.isFinal(rejection, (ops) => this.view.withdraw(ops))) return;
    this.events.rejected(rejection);
    this.events.standing();
  }

  people(news: News): void {
    this.others.tell(news, this.outside.now());
    this.events.people();
  }

  cursors(cursors: Cursors): void {
    this.others.move(cursors, this.outside.now());
    this.events.people();
  }

  resync(): void {
    void this.load();
  }

  drain(slotMs: number): void {
    if (this.state !== "joined") return;
    this.endMove?.();
    // The slots of all pages are spread out already.
    this.endMove = this.outside.later(slotMs, () => this.move());
  }

  lost(): void {
    this.lose();
    this.become("connecting");
    this.events.standing();
  }

  refused(rejection: Rejection): void {
    if (rejection.code === "bad_position") {
      this.resync();
      return;
    }
    this.lose();
    this.become("refused");
    this.refusal = rejection;
    this.link?.close();
    this.events.rejected(rejection);
    this.events.standing();
  }

  /** What waits, in the order in which it was drawn: other pages' first. */
  private *pending(): Iterator<Op> {
    yield* this.couriers.pending();
    yield* this.outbox;
  }

  /** What couriers may know and tell. */
  private errand(): Errands {
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

  private credentials() {
    const { resumeFrom, offset } = this.progress;
    const { secret } = this.identity;
    return { board: this.board, secret, position: resumeFrom, pid: this.link?.pid, offset };
  }

  private move(): void {
    const open = (events: LinkEvents) => this.outside.openLink(() => this.credentials(), events);
    this.endMove = move(open, this.outside.later, this, (link) => {
      this.endMove = undefined;
      this.link?.close();
      this.link = link;
      this.become("connecting");
    });
  }

  private lose(): void {
    this.endMove?.();
    this.endMove = undefined;
    this.sender.stop();
    this.couriers.stop();
    if (this.state !== "joined") return;
    this.lostAt = this.outside.now();
    this.outside.later(OFFLINE_AFTER_MS, () => this.events.standing());
  }

  /** Ends the present pause and, given a time, starts another one. */
  private pause(ms: number | undefined, then: () => void = () => {}): void {
    this.endPause?.();
    this.endPause = undefined;
    if (ms === undefined) return;
    this.endPause = this.outside.later(ms, () => {
      this.endPause = undefined;
      then();
    });
  }

  private become(state: State): boolean {
    if (!LEGAL[this.state].includes(state)) return false;
    this.state = state;
    return true;
  }
}

/** What of a change is one; undefined when nothing is. */
function differing(change: Partial<Kept>, kept: Partial<Kept>): Partial<Kept> | undefined {
  const news = Object.entries(change).filter(([key, value]) => kept[key as keyof Kept] !== value);
  return news.length === 0 ? undefined : Object.fromEntries(news);
}
