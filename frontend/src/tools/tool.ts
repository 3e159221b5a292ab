import type { Point } from "../geometry/transform";
import type { Draft, Element, Op } from "../model/element";
import type { Style } from "../model/style";

/** What a tool does with a pointer. Points are board pixels. */
export interface Tool {
  down(at: Point): void;
  move(along: readonly Point[]): void;
  up(): void;
  /** Gives up what is under way. */
  cancel(): void;
  /** Once before each painted frame. */
  frame(): void;
}

/** What a tool works on. */
export interface Desk {
  readonly board: Iterable<Element> & { get(id: string): Element | undefined };
  readonly style: Style;
  /** Board pixels a CSS pixel. */
  readonly pixel: number;
  /** Shows a draft and sends it. Undefined: it is not taken. */
  push(draft: Draft): Op | undefined;
  /** Notes a stroke of ours for undo; one that `continues` another is undone with it. */
  drew(id: string, continues: boolean): void;
  /** Shows elements as about to go. */
  fade(ids: ReadonlySet<string>): void;
}
