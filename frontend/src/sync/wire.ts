import type { Element, LogOp, Op } from "../model/element";

/** The events of namespace `/board` (SPEC.md B1–B10, P, D4). */

export interface Credentials {
  readonly board: string;
  readonly secret: string;
  readonly position: string;
  /** Proves the session that an earlier connection had (R1). */
  readonly pid?: string | undefined;
  /** The newest one heard. */
  readonly offset?: string | undefined;
}

export interface Welcome {
  readonly sid: string;
  readonly client: string;
  readonly replica: string;
  readonly color: string;
  readonly width: number;
  readonly name: string;
  readonly tool: string;
  readonly last: number;
}

/** A typed error (E1); `n` is the op that it is about. */
export interface Rejection {
  readonly code: string;
  readonly message: string;
  readonly retry: boolean;
  readonly n?: number;
}

/** What `GET /api/boards/{board}` answers (B8). */
export interface FetchedBoard {
  readonly position: string;
  readonly elements: readonly Element[];
}

/** What the server keeps of a session for its person (B10). */
export interface Kept {
  readonly color: string;
  readonly width: number;
  readonly name: string;
  readonly tool: string;
}

/** Who is here, or has left (P3). */
export type News = Readonly<Record<string, { readonly name: string; readonly color: string } | null>>;

/** Where people point, with a 1 if with a laser (P2). */
export type Cursors = Readonly<Record<string, readonly number[]>>;

/** What may happen on a link. Offsets come as the server sent them. */
export interface LinkEvents {
  welcome(welcome: Welcome): void;
  op(op: LogOp, offset: unknown): void;
  ack(n: number, offset: unknown): void;
  rejected(rejection: Rejection): void;
  resync(): void;
  people(news: News): void;
  cursors(cursors: Cursors): void;
  /** The replica leaves; from that time on the page may move to another one. */
  drain(slotMs: number): void;
  /** The connection is gone; the link tries again by itself. */
  lost(): void;
  /** The server refused us for good. */
  refused(rejection: Rejection): void;
}

/** One way to the server, which connects again by itself until it is closed. */
export interface Link {
  /** The secret of the session that it has, or had last; undefined before the first connect. */
  readonly pid: string | undefined;
  ops(ops: readonly Op[]): void;
  session(change: Partial<Kept>): void;
  cursor(at: { x: number; y: number; laser?: boolean }): void;
  /** Does not wait any longer if it waits to try again. */
  hurry(): void;
  close(): void;
}

/** Opens a link; `credentials` are asked for anew at every connect. */
export type OpenLink = (credentials: () => Credentials, events: LinkEvents) => Link;

/**
 * Gets a board. Rejects with a `Refused` when asking again would not help, with any other error when it may.
 *
 * @param progress told, as it arrives, which share of it is here: 0 to 1, or always 0 while that cannot be known
 */
export type FetchBoard = (board: string, progress: (share: number) => void) => Promise<FetchedBoard>;

export class Refused extends Error {
  constructor(readonly rejection: Rejection) {
    super(rejection.message);
  }
}
