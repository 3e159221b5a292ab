import { later } from "../sync/pause";
import type { Session } from "../sync/session";
import { type Status, statusOf } from "../sync/status";
import { writeFacts } from "./attributes";
import { CALM_MS, calmLoading, calmStatus, PATIENCE_MS } from "./calm";

interface Watcher {
  /** There may be something else to show. */
  changed(): void;
  /** Told once: this browser turns out not to keep what is unsaved. */
  endangered(): void;
}

/** How the session stands, for people: calmly; and for tests and scripts on `<html>`: at once. */
export class StandingShown {
  private unsavedSince: number | undefined;
  private loadingSince: number | undefined;
  private wasEndangered = false;

  constructor(
    private readonly session: Session,
    private readonly watcher: Watcher,
  ) {}

  get status(): Status {
    return calmStatus(statusOf(this.session.standing), msSince(this.unsavedSince));
  }

  get unsaved(): number {
    return this.status === "saved" ? 0 : this.session.standing.unsaved;
  }

  /** Whether closing the page loses nothing, as far as is known. */
  get isKept(): boolean {
    return this.session.standing.keeps;
  }

  /** Percent; undefined while there is nothing to show of it. */
  get loading(): number | undefined {
    return calmLoading(this.session.standing.loading, msSince(this.loadingSince));
  }

  /** Takes note of how it stands now. */
  look(): void {
    const { position, replica, standing } = this.session;
    const { unsaved, atRisk, keeps, loading } = standing;
    writeFacts(document.documentElement, { status: statusOf(standing), unsaved, atRisk, position, replica });
    this.unsavedSince = this.since(this.unsavedSince, unsaved > 0, CALM_MS);
    this.loadingSince = this.since(this.loadingSince, loading !== undefined, PATIENCE_MS);
    if (!keeps && this.unsaved > 0 && !this.wasEndangered) {
      this.wasEndangered = true;
      this.watcher.endangered();
    }
    this.watcher.changed();
  }

  /** Since when it is so; it is looked at again once that has lasted. */
  private since(before: number | undefined, isSo: boolean, calmMs: number): number | undefined {
    if (!isSo || before !== undefined) return isSo ? before : undefined;
    later(calmMs, () => this.look());
    return performance.now();
  }
}

function msSince(time: number | undefined): number {
  return time === undefined ? 0 : performance.now() - time;
}
