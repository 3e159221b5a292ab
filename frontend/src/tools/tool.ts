import type { Point } from "../geometry/transform";
import type { Draft, Element, Op } from "../model/element";
import type { Look } from "../model/style";

/** Where a pointer is, board pixels. */
export interface Touch extends Point {
  /** How hard a pen presses, 0 to 1; undefined for what cannot tell. */
  readonly pressure?: number;
}

/** What a tool does with a pointer. */
export interface Tool {
  down(at: Touch): void;
  move(along: readonly Touch[]): void;
  up(): void;
  /** Gives up what is under way. */
  cancel(): void;
  /** Once before each painted frame. */
  frame(): void;
}

/** The board as tools see it: bottom to top. */
export interface Scene extends Iterable<Element> {
  /** The highest `z` there is, at least 0. */
  readonly topZ: number;
  get(id: string): Element | undefined;
}

/** A text to be written: into an element that is there, or into a new one. */
export type Writing = { readonly id: string } | { readonly kind: "text" | "note"; readonly at: Point };

/** What the page lets tools do. */
export interface Page {
  readonly board: Scene;
  readonly look: Look;
  /** Board pixels a CSS pixel. */
  readonly pixel: number;
  /** The shift key is held. */
  readonly shift: boolean;
  /** Shows a draft and sends it. Undefined: it is not taken. */
  push(draft: Draft): Op | undefined;
  /** Adds elements that are too many for one go, on top of all, and selects them; resolves with how many are in. */
  enter(copies: readonly Element[]): Promise<number>;
  /** Shows elements as about to go. */
  fade(ids: ReadonlySet<string>): void;
  /** Lets the person write. */
  write(writing: Writing): void;
  /** Shows the others, and us, where a laser points; undefined: nowhere. */
  laser(at: Point | undefined): void;
}

/** What a tool works on: the page, and what the tools share. */
export interface Desk extends Page {
  readonly selection: readonly Element[];
  select(ids: Iterable<string>): void;
  /** An element is done; people go on with it, not with another one like it. */
  finished(id: string): void;
}
