import { remember, remembered } from "./habits";

/** So many of them are remembered, the newest ones. */
const MOST = 300;

/** The sessions that this browser has had on any board, by public id: what they drew is one's own, also after a reload. */
export class OwnSessions {
  private sids = new Set(listed());

  has(sid: string): boolean {
    return this.sids.has(sid);
  }

  /** Takes note of a session that the server has given us. */
  add(sid: string): void {
    if (sid === "" || this.sids.has(sid)) return;
    this.sids = new Set([...listed(), sid]); // other pages may have added theirs
    remember("sessions", [...this.sids].slice(-MOST).join(" "));
  }
}

function listed(): readonly string[] {
  return remembered("sessions")
    .split(" ")
    .filter((sid) => sid !== "");
}
