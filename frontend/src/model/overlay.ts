import type { Elements } from "./board";
import type { Element } from "./element";

/**
 * Changes laid over a board without touching it. Its cost follows the number of changes, never the size of the board,
 * so it can be thrown away and folded again at any time.
 */
export class Overlay implements Elements {
  /** Elements of the base that look different (a new object) or are gone (null). */
  private readonly changed = new Map<string, Element | null>();
  private readonly added = new Map<string, Element>();
  private gone = 0;
  private baseHidden = false;

  constructor(private readonly base: Elements & Iterable<Element>) {}

  get size(): number {
    return this.added.size + (this.baseHidden ? 0 : this.base.size - this.gone);
  }

  get(id: string): Element | undefined {
    return this.added.get(id) ?? this.fromBase(id);
  }

  set(element: Element): void {
    const { id } = element;
    if (!this.added.has(id) && this.fromBase(id) !== undefined) this.changed.set(id, element);
    else this.added.set(id, element);
  }

  delete(id: string): void {
    if (this.added.delete(id) || this.fromBase(id) === undefined) return;
    this.changed.set(id, null);
    this.gone += 1;
  }

  clear(): void {
    this.reset();
    this.baseHidden = true;
  }

  /** The base has what was added here, in its place. */
  settle(id: string): void {
    this.added.delete(id);
  }

  /** Takes all changes off again. */
  reset(): void {
    this.changed.clear();
    this.added.clear();
    this.gone = 0;
    this.baseHidden = false;
  }

  /** In the order of their adds. */
  *[Symbol.iterator](): Iterator<Element> {
    if (!this.baseHidden) {
      for (const element of this.base) {
        const now = this.changed.get(element.id);
        if (now !== null) yield now ?? element;
      }
    }
    yield* this.added.values();
  }

  private fromBase(id: string): Element | undefined {
    if (this.baseHidden) return undefined;
    const now = this.changed.get(id);
    return now === null ? undefined : (now ?? this.base.get(id));
  }
}
