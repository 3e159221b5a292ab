import { type Draft, type Element, type Op, pointsOf } from "../model/element";
import { copyOnto } from "./history";

/**
 * What enters at once, in elements and in numbers of their points; then others get a turn: the frame, the person, the network. Large,
 * since each slice makes the page paint anew what it covers.
 */
const SLICE = 2_000;
const SLICE_NUMBERS = 500_000;
/** More wait while so many changes are unsaved: the outbox has room for this, a slice, and what is drawn meanwhile. */
const MAX_UNSAVED = 500;

/** What an entry needs of the board. */
interface Board {
  /** The highest `z` there is, at least 0. */
  readonly topZ: number;
  /** Changes that the log does not have yet. */
  readonly unsaved: number;
  /** Takes a draft as part of one action; undefined: not taken, as when the action was taken back meanwhile. */
  push(draft: Draft): Op | undefined;
}

/** The way of many elements into a board: as new ones, on top of all and in their order, a slice at a time. */
export class Entry {
  /** The ids of those that are in. */
  readonly ids: string[] = [];

  constructor(
    private readonly elements: readonly Element[],
    private readonly board: Board,
  ) {}

  /** Whether it takes one step. */
  get isShort(): boolean {
    return this.slice().length === this.elements.length;
  }

  /** Brings the next slice, if there is room for it. `stopped`: no more will be taken. */
  step(): "going" | "done" | "stopped" {
    if (this.board.unsaved >= MAX_UNSAVED) return "going";
    const { topZ } = this.board;
    for (const element of this.slice()) {
      const id = copyOnto((draft) => this.board.push(draft), topZ > 0 ? { ...element, z: topZ } : element);
      if (id === undefined) return "stopped";
      this.ids.push(id);
    }
    return this.ids.length < this.elements.length ? "going" : "done";
  }

  private slice(): readonly Element[] {
    const next = this.elements.slice(this.ids.length, this.ids.length + SLICE);
    let numbers = 0;
    const end = next.findIndex((element) => {
      numbers += pointsOf(element)?.length ?? 0;
      return numbers > SLICE_NUMBERS;
    });
    return end === -1 ? next : next.slice(0, Math.max(1, end));
  }
}
