import type { Status } from "../sync/status";

/** Saving is mostly done before anybody could read that it is going on. */
export const CALM_MS = 500;

/** What the pill shows: `saved` goes on being shown while the first unsaved op is younger than `CALM_MS`. */
export function calmStatus(status: Status, unsavedForMs: number): Status {
  return status === "unsaved" && unsavedForMs < CALM_MS ? "saved" : status;
}
