import type { Status } from "../sync/status";

/** Saving is mostly done before anybody could read that it is going on. */
export const CALM_MS = 500;

/** A board that opens at once needs no sign that it is opening. */
export const PATIENCE_MS = 400;

/** The percent of a board to show as loaded; undefined while there is nothing to show. */
export function calmLoading(share: number | undefined, loadingForMs: number): number | undefined {
  return share === undefined || loadingForMs < PATIENCE_MS ? undefined : Math.round(100 * share);
}

/** What the pill shows: `saved` goes on being shown while the first unsaved op is younger than `CALM_MS`. */
export function calmStatus(status: Status, unsavedForMs: number): Status {
  return status === "unsaved" && unsavedForMs < CALM_MS ? "saved" : status;
}
