/** A stroke that was not touched for so long is no longer being drawn. */
export const QUIET_MS = 400;
/** More than these are not painted anew in every frame. */
export const MAX_LIVE = 64;

/** Which elements are just being drawn, by anybody. They are painted on a layer of their own, frame by frame. */
export class LiveElements {
  /** Time of the last touch, oldest first. */
  private readonly touchedAt = new Map<string, number>();

  get size(): number {
    return this.touchedAt.size;
  }

  has(id: string): boolean {
    return this.touchedAt.has(id);
  }

  touch(id: string, now: number): void {
    this.touchedAt.delete(id);
    this.touchedAt.set(id, now);
  }

  drop(id: string): void {
    this.touchedAt.delete(id);
  }

  clear(): void {
    this.touchedAt.clear();
  }

  /** Takes out and returns those that are quiet, and the oldest where there are too many. */
  settle(now: number): string[] {
    const settled: string[] = [];
    for (const [id, at] of this.touchedAt) {
      if (now - at < QUIET_MS && this.touchedAt.size <= MAX_LIVE) break;
      this.touchedAt.delete(id);
      settled.push(id);
    }
    return settled;
  }

  /** Milliseconds until the next one is quiet; undefined when none is live. */
  dueIn(now: number): number | undefined {
    for (const at of this.touchedAt.values()) return Math.max(0, at + QUIET_MS - now);
    return undefined;
  }

  [Symbol.iterator](): Iterator<string> {
    return this.touchedAt.keys();
  }
}
