import type { Status } from "../sync/status";

export interface Facts {
  readonly status: Status;
  readonly unsaved: number;
  readonly atRisk: number;
  readonly position: string;
  readonly replica: string;
}

/**
 * Writes the facts of the session on `<html>`, at once and without the pill's calm, so that a test or a script can wait
 * for them: `data-status` (saved, unsaved, reconnecting, offline, gone), `data-unsaved` (changes not confirmed), `data-at-risk`
 * (ops that would be gone if the page were closed now), `data-position` (`<epoch>-<n>` of the newest op seen),
 * `data-replica` (the server that answered last; empty before the first).
 */
export function writeFacts(root: HTMLElement, { status, unsaved, atRisk, position, replica }: Facts): void {
  const { dataset } = root;
  dataset.status = status;
  dataset.unsaved = String(unsaved);
  dataset.atRisk = String(atRisk);
  dataset.position = position;
  dataset.replica = replica;
}
