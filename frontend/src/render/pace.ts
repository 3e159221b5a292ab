/** A frame may take so long (ms) while something moves, and so long while a person merely waits. */
const MOVING_MS = 19;
const WAITING_MS = 60;
const LEAST = 300;
const MOST = 400_000;

/**
 * How much to paint in a frame, in points. What canvas calls cost is seen only once the next frame comes, so the amount is
 * found out: a little more after each frame that came in time, half after one that was late.
 */
export class Pace {
  private moving = 4_000;
  private waiting = 30_000;

  /** @param gapMs between the last two frames; undefined when nothing was painted in the first */
  next(gapMs: number | undefined, isMoving: boolean): number {
    if (gapMs !== undefined) {
      if (isMoving) this.moving = adapted(this.moving, gapMs <= MOVING_MS, 1.04);
      else this.waiting = adapted(this.waiting, gapMs <= WAITING_MS, 1.5);
    }
    return isMoving ? this.moving : this.waiting;
  }
}

function adapted(points: number, inTime: boolean, faster: number): number {
  return Math.max(LEAST, Math.min(MOST, inTime ? points * faster : points / 2));
}
