import type { Session } from "../sync/session";
import { type Status, statusOf } from "../sync/status";
import { writeFacts } from "./attributes";
import { CALM_MS, calmLoading, calmStatus, PATIENCE_MS } from "./calm";
import { later } from "./world";

/** How the session stands, for people: calmly; and for tests and scripts on `<html>`: at once. */
export class StandingShown {
  private unsavedSince: number | undefined;
  private loadingSince: number | undefined;

  /** @param changed told when there may be something else to show */
  constructor(
    private readonly session: Session,
    private readonly changed: () => void,
  ) {}

  get status(): Status {
    return calmStatus(statusOf(this.session.standing), msSince(this.unsavedSince));
  }

  get unsaved(): number {
    return this.status === "saved" ? 0 : this.session.standing.unsaved;
  }

  /** Percent; undefined while there is nothing to show of it. */
  get loading(): number | undefined {
    return calmLoading(this.session.standing.loading, msSince(this.loadingSince));
  }

  /** Takes note of how it stands now. */
  look(): void {
    const { position, replica, standing } = this.session;
    const { unsaved, atRisk, loading } = standing;
    writeFacts(document.documentElement, { status: statusOf(standing), unsaved, atRisk, position, replica });
    this.unsavedSince = this.since(this.unsavedSince, unsaved > 0, CALM_MS);
    this.loadingSince = this.since(this.loadingSince, loading !== undefined, PATIENCE_MS);
    this.changed();
  }

  /** Since when it is so; it is looked at again once that has lasted. */
  private since(before: number | undefined, isSo: boolean, calmMs: number): number | undefined {
    if (!isSo || before !== undefined) return isSo ? before : undefined;
    later(calmMs, this.changed);
    return performance.now();
  }
}

function msSince(time: number | undefined): number {
  return time === undefined ? 0 : performance.now() - time;
}
