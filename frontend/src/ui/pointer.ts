import type { Point } from "../geometry/transform";

/** Nobody sees more than this. */
const EVERY_MS = 40;

/** Tells the others where we point: when it has changed, and not more often than they could see. */
export class Pointer {
  private told: Point | undefined;
  private toldLaser = false;
  private toldAt = Number.NEGATIVE_INFINITY;

  constructor(private readonly send: (at: Point, laser: boolean) => void) {}

  tell(at: Point | undefined, laser: boolean, now: number): void {
    if (at === undefined || now - this.toldAt < EVERY_MS) return;
    const isSame = this.told?.x === at.x && this.told.y === at.y && this.toldLaser === laser;
    if (isSame) return;
    this.told = at;
    this.toldLaser = laser;
    this.toldAt = now;
    this.send({ x: Math.round(at.x * 10) / 10, y: Math.round(at.y * 10) / 10 }, laser);
  }
}
