import type { Point } from "../geometry/transform";
import type { Cursors, News } from "./wire";

/** Who was not told of for so long is gone (SPEC.md P3). */
const FORGET_MS = 30_000;
/** A cursor that has rested so long is no longer shown. */
const REST_MS = 8_000;

/** Somebody on the board. */
export interface Person {
  readonly sid: string;
  /** Empty for one who has not said it. */
  readonly name: string;
  readonly color: string;
}

/** Where somebody points, in board pixels. */
export interface Cursor extends Person {
  readonly at: Point;
  readonly laser: boolean;
}

interface Known extends Person {
  heardAt: number;
}

/** Who is here, as far as one was told; and who was, so that what they drew can be named. Source: SPEC.md P1–P4. */
export class People {
  private readonly known = new Map<string, Known>();
  private readonly pointed = new Map<string, { at: Point; laser: boolean; movedAt: number }>();

  /** Those who are here, in the order in which they were met. */
  here(now: number): Person[] {
    return [...this.known.values()].filter(({ heardAt }) => now - heardAt < FORGET_MS);
  }

  cursors(now: number): Cursor[] {
    return this.here(now).flatMap(({ sid, name, color }) => {
      const cursor = this.pointed.get(sid);
      if (cursor === undefined || now - cursor.movedAt > REST_MS) return [];
      return [{ sid, name, color, at: cursor.at, laser: cursor.laser }];
    });
  }

  /** What somebody was called; undefined for one who was not met. */
  nameOf(sid: string): string | undefined {
    return this.known.get(sid)?.name;
  }

  tell(news: News, now: number): void {
    for (const [sid, person] of Object.entries(news)) {
      const before = this.known.get(sid);
      if (person !== null) this.known.set(sid, { sid, ...person, heardAt: now });
      else if (before !== undefined) before.heardAt = Number.NEGATIVE_INFINITY;
    }
  }

  move(cursors: Cursors, now: number): void {
    for (const [sid, [x = 0, y = 0, laser]] of Object.entries(cursors)) {
      this.pointed.set(sid, { at: { x, y }, laser: laser === 1, movedAt: now });
    }
  }
}
