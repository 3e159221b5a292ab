import { MAX_REMOVE_IDS } from "../model/limits";

/** How many strokes back undo reaches. */
const MAX_KEPT = 1_000;

/** Own strokes in the order they were drawn, for undo. A stroke that had to go on in another element is one stroke. */
export class OwnStrokes {
  private readonly strokes: string[][] = [];

  note(id: string, continues: boolean): void {
    const last = this.strokes.at(-1);
    if (continues && last !== undefined && last.length < MAX_REMOVE_IDS) last.push(id);
    else this.strokes.push([id]);
    if (this.strokes.length > MAX_KEPT) this.strokes.shift();
  }

  /** The elements of the last stroke that is still there; empty when none is. */
  last(isThere: (id: string) => boolean): string[] {
    for (let last = this.strokes.at(-1); last !== undefined; last = this.strokes.at(-1)) {
      const there = last.filter(isThere);
      if (there.length > 0) return there;
      this.strokes.pop();
    }
    return [];
  }
}
