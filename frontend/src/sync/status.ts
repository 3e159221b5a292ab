/** How the page stands to the server, in one word. */
export type Status = "saved" | "unsaved" | "reconnecting" | "offline" | "gone";

/** A connection that was lost for longer than this is not merely being replaced. */
export const OFFLINE_AFTER_MS = 10_000;

export interface Standing {
  /** The server said welcome and the connection holds. */
  readonly joined: boolean;
  /** The server will not have us; there is no point in waiting. */
  readonly refused: boolean;
  /** Which share of the board has come, 0 to 1; undefined once it is here. */
  readonly loading: number | undefined;
  /** What the browser says of its network. */
  readonly online: boolean;
  readonly lostForMs: number;
  /** Changes, as people count them, that the log has not confirmed; those taken over from other pages included. */
  readonly unsaved: number;
  /** Ops that would be gone if the page were closed now. */
  readonly atRisk: number;
  /** This browser keeps what is unsaved, as far as is known: not in some private windows, nor on a full disk. */
  readonly keeps: boolean;
}

export function statusOf({
  joined,
  refused,
  online,
  lostForMs,
  unsaved,
}: Omit<Standing, "atRisk" | "keeps" | "loading">): Status {
  if (joined) return unsaved > 0 ? "unsaved" : "saved";
  if (refused) return "gone";
  return !online || lostForMs >= OFFLINE_AFTER_MS ? "offline" : "reconnecting";
}
