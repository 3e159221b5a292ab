import { openDatabase } from "../sync/database";
import { fetchBoard } from "../sync/fetch_board";
import { openLink } from "../sync/link";
import { quietness, webLocks } from "../sync/locks";
import { OutboxStore } from "../sync/outbox_store";
import { later } from "../sync/pause";
import type { Outside } from "../sync/session";

/** What the page needs of the browser and the network, and what tests hold still. */

export function randomBytes(into: Uint8Array<ArrayBuffer>): void {
  crypto.getRandomValues(into);
}

export function worldOutside(): Outside {
  const clock = { today: () => Date.now(), later };
  // Web Locks are for secure contexts only: a page over plain HTTP has none, whatever the types say.
  const locks = "locks" in navigator ? webLocks(navigator.locks) : quietness(clock);
  const outboxes = new OutboxStore(openDatabase(), locks, clock);
  return { openLink, fetchBoard, outboxes, now: () => performance.now(), random: Math.random, later };
}
