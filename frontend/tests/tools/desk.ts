import { apply, Board } from "../../src/model/board";
import type { Draft, Element, LogOp, Op } from "../../src/model/element";
import type { Look } from "../../src/model/style";
import type { Desk, Writing } from "../../src/tools/tool";

/** A board whose highest `z` the tests say. */
class FakeBoard extends Board {
  topZ = 0;
}

/** A desk whose board takes every draft at once, unless it `refuses`. */
export class FakeDesk implements Desk {
  readonly board = new FakeBoard();
  readonly pushed: Draft[] = [];
  readonly written: Writing[] = [];
  readonly lasers: ({ x: number; y: number } | undefined)[] = [];
  readonly done: string[] = [];
  readonly entered: (readonly Element[])[] = [];
  look: Look = { color: "red", width: 4, fill: "none", opacity: 1, size: 32 };
  faded: string[] = [];
  selected: string[] = [];
  pixel = 1;
  shift = false;
  refuses = false;
  private n = 0;

  get selection(): Element[] {
    return this.selected.flatMap((id) => this.board.get(id) ?? []);
  }

  push(draft: Draft): Op | undefined {
    if (this.refuses) return undefined;
    this.pushed.push(draft);
    this.n += 1;
    const op = { ...draft, id: `me:${this.n}` };
    apply(this.board, op);
    return op;
  }

  /** Somebody else's op. */
  other(op: Omit<LogOp, "id">, id = "you:1"): LogOp {
    const whole = { by: "you", ...op, id } as LogOp;
    apply(this.board, whole);
    return whole;
  }

  select(ids: Iterable<string>): void {
    this.selected = [...ids];
  }

  finished(id: string): void {
    this.done.push(id);
  }

  write(writing: Writing): void {
    this.written.push(writing);
  }

  laser(at: { x: number; y: number } | undefined): void {
    this.lasers.push(at);
  }

  async enter(copies: readonly Element[]): Promise<number> {
    this.entered.push(copies);
    return this.refuses ? 0 : copies.length;
  }

  fade(ids: ReadonlySet<string>): void {
    this.faded = [...ids];
  }

  points(id: string): number[] {
    return this.board.get(id)?.points as number[];
  }
}
