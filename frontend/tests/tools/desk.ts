import { apply, Board } from "../../src/model/board";
import type { Draft, Op } from "../../src/model/element";
import type { Desk } from "../../src/tools/tool";

/** A desk whose board takes every draft at once, unless it `refuses`. */
export class FakeDesk implements Desk {
  readonly board = new Board();
  readonly pushed: Draft[] = [];
  readonly drawn: [id: string, continues: boolean][] = [];
  readonly style = { color: "red", width: 4 };
  faded: string[] = [];
  pixel = 1;
  refuses = false;

  push(draft: Draft): Op | undefined {
    if (this.refuses) return undefined;
    this.pushed.push(draft);
    const op = { ...draft, id: `me:${this.pushed.length}` };
    apply(this.board, op);
    return op;
  }

  drew(id: string, continues: boolean): void {
    this.drawn.push([id, continues]);
  }

  fade(ids: ReadonlySet<string>): void {
    this.faded = [...ids];
  }

  points(id: string): number[] {
    return this.board.get(id)?.points as number[];
  }
}
