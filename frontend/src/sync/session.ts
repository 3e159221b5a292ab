import type { Point } from "../geometry/transform";
import type { Draft, LogOp, Op } from "../model/element";
import type { BoardView } from "../model/view";
import { backoff } from "./backoff";
import { BoardCopy, type CopyEvents, type CopyOutside } from "./board_copy";
import type { Identity } from "./identity";
import { Keeping } from "./keeping";
import { move } from "./move";
import { Pause } from "./pause";
import { People } from "./people";
import { OFFLINE_AFTER_MS, type Standing } from "./status";
import {
  type Cursors,
  type FetchBoard,
  type Kept,
  type Link,
  type LinkEvents,
  type News,
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
export interface SessionEvents extends CopyEvents {
  /** What the server keeps for us, from an earlier stay. */
  kept(kept: Kept): void;
  /** Somebody came, changed, left or points elsewhere. */
  people(): void;
}

/** The world outside, so that a test can hold it still. */
export interface Outside extends CopyOutside {
  readonly fetchBoard: FetchBoard;
  now(): number;
}

/**
 * This page's stay on a board: gets the board, connects, and comes back; what goes over the connection it hands to those whom it
 * concerns.
 *
 * Joining: `loading` (the board over HTTP) → `connecting` → `joined` at the server's welcome. A lost connection goes back to
 * `connecting` and resumes from the position seen; a resync goes back to `loading`. Own ops wait in the copy's outbox through all of it.
 *
 * Source: SPEC.md B1–B10.
 */
export class Session implements LinkEvents {
  /** Who else is here, and oneself. */
  readonly others = new People();
  /** Empty until the first welcome. */
  replica = "";
  sid = "";
  private state: State = "loading";
  private readonly copy: BoardCopy;
  private readonly keeping: Keeping;
  private readonly again: ReturnType<typeof backoff>;
  /** After a GET that failed. */
  private readonly pause: Pause;
  private link: Link | undefined;
  /** Why the server will not have us. */
  private refusal: Rejection | undefined;
  private online = true;
  /** Which share of the board is here while it is loading, 0 to 1. */
  private loaded = 0;
  private lostAt: number;
  /** Calls off a move to another connection, planned or begun. */
  private endMove: (() => void) | undefined;

  constructor(
    readonly board: string,
    private readonly identity: Identity,
    private readonly outside: Outside,
    private readonly events: SessionEvents,
  ) {
    this.copy = new BoardCopy(board, identity, outside, events);
    this.keeping = new Keeping(
      (news) => {
        if (this.state === "joined") this.link?.session(news);
      },
      (kept) => events.kept(kept),
    );
    this.again = backoff(300, 5_000, () => outside.random());
    this.pause = new Pause(outside);
    this.lostAt = outside.now();
    outside.later(OFFLINE_AFTER_MS, () => events.standing());
  }

  get view(): BoardView {
    return this.copy.view;
  }

  get standing(): Standing {
    return {
      joined: this.state === "joined",
      refused: this.state === "refused",
      online: this.online,
      loading: this.state === "loading" ? this.loaded : undefined,
      lostForMs: this.outside.now() - this.lostAt,
      unsaved: this.copy.unsaved,
      atRisk: this.copy.atRisk,
      keeps: this.copy.keeps,
    };
  }

  get position(): string {
    return this.copy.progress.position;
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
    this.loading(0);
    this.pause.end();
    this.link?.close();
    this.link = undefined;
    this.copy.look();
    try {
      this.copy.load(await this.outside.fetchBoard(this.board, (share) => this.loading(share)));
    } catch (error) {
      if (error instanceof Refused) this.refused(error.rejection);
      else this.pause.begin(this.again.next(), () => void this.load());
      return;
    }
    this.again.reset();
    this.become("connecting");
    this.link = this.outside.openLink(() => this.credentials(), this);
  }

  /** Shows a draft at once and sends it as soon as may be. Undefined: the outbox is full, or the server will not have us. */
  push(draft: Draft): Op | undefined {
    if (this.refusal === undefined) return this.copy.push(draft);
    this.events.rejected(this.refusal);
    return undefined;
  }

  /** Makes what is unsaved as safe as can be, at once: the page may be about to go. */
  hide(): void {
    this.copy.flush();
  }

  /** Lets the server keep this for us. */
  keep(change: Partial<Kept>): void {
    this.keeping.choose(change);
  }

  /** Shows the others where we point. */
  point(at: Point, laser: boolean): void {
    if (this.state === "joined") this.link?.cursor(laser ? { ...at, laser } : at);
  }

  /** The browser says whether it has a network. */
  setOnline(online: boolean): void {
    this.online = online;
    if (online && this.state === "loading" && this.pause.isOn) void this.load();
    else if (online && this.state === "connecting") this.link?.hurry();
    this.events.standing();
  }

  // What the link tells.

  welcome({ sid, replica, last, color, width, name, tool }: Welcome): void {
    if (!this.become("joined")) return;
    this.sid = sid;
    this.replica = replica;
    this.keeping.welcome({ color, width, name, tool });
    this.copy.follow(this.link, last);
    this.events.standing();
  }

  op(op: LogOp, offset: unknown): void {
    if (this.state === "joined") this.copy.receive(op, offset);
  }

  ack(n: number, offset: unknown): void {
    if (this.state === "joined") this.copy.confirm(n, offset, this.sid);
  }

  rejected(rejection: Rejection): void {
    this.copy.reject(rejection);
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

  private loading(share: number): void {
    this.loaded = share;
    this.events.standing();
  }

  private credentials() {
    const { resumeFrom, offset } = this.copy.progress;
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
    this.copy.rest();
    if (this.state !== "joined") return;
    this.lostAt = this.outside.now();
    this.outside.later(OFFLINE_AFTER_MS, () => this.events.standing());
  }

  private become(state: State): boolean {
    if (!LEGAL[this.state].includes(state)) return false;
    this.state = state;
    return true;
  }
}
