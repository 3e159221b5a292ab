import type { Session } from "../sync/session";
import { type Status, statusOf } from "../sync/status";
import { writeFacts } from "./attributes";
import { CALM_MS, calmStatus } from "./calm";
import { later } from "./world";

/** How the session stands, for people: calmly; and for tests and scripts on `<html>`: at once. */
export class StandingShown {
  private unsavedSince: number | undefined;

  /** @param changed told when there may be something else to show */
  constructor(
    private readonly session: Session,
    private readonly changed: () => void,
  ) {}

  get status(): Status {
    const unsavedForMs = this.unsavedSince === undefined ? 0 : performance.now() - this.unsavedSince;
    return calmStatus(statusOf(this.session.standing), unsavedForMs);
  }

  get unsaved(): number {
    return this.status === "saved" ? 0 : this.session.standing.unsaved;
  }

  /** Takes note of how it stands now. */
  look(): void {
    const { position, replica, standing } = this.session;
    const { unsaved, atRisk } = standing;
    writeFacts(document.documentElement, { status: statusOf(standing), unsaved, atRisk, position, replica });
    if (unsaved === 0) this.unsavedSince = undefined;
    else if (this.unsavedSince === undefined) {
      this.unsavedSince = performance.now();
      later(CALM_MS, this.changed);
    }
    this.changed();
  }
}
