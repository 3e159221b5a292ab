import { type Box, overlap } from "../geometry/box";
import type { Transform } from "../geometry/transform";

/** Dots lie so many board pixels apart at 100 %, and never nearer or farther on the screen than half and double of it. */
const GRID = 24;

/** Lays the dots of the paper so that they move with the board. */
export function layGrid(stage: HTMLElement, { scale, dx, dy }: Transform): void {
  const step = GRID * scale * 2 ** -Math.round(Math.log2(scale));
  stage.style.backgroundSize = `${step}px ${step}px`;
  stage.style.backgroundPosition = `${dx % step}px ${dy % step}px`;
}

/** Whether there is a drawing of which nothing is seen. */
export function isLost(extent: Box | undefined, seen: Box): boolean {
  return extent !== undefined && !overlap(extent, seen);
}
