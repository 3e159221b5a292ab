import type { Element, LogOp } from "./element";
import { MAX_ELEMENTS, MAX_STROKE_POINTS } from "./limits";
import { clientOf } from "./opid";

/**
 * The fold of a board's log: the same ops give the same board as `domain/board.py` does.
 *
 * Both are held together by `tests/vectors/board.json`. Elements are never changed in place, so an element that is
 * still the same object still looks the same.
 *
 * Source: SPEC.md O1–O9.
 */

/** Elements in the order of their adds, as far as the fold needs them. */
export interface Elements {
  readonly size: number;
  get(id: string): Element | undefined;
  /** Replaces the element of this id where it lies, or puts a new one behind all. */
  set(element: Element): void;
  delete(id: string): void;
  clear(): void;
}

/** What an op may have changed: ids, or the whole board. */
export type Touched = readonly string[] | "all";

/** Applies one op of the log. An op that does not fit changes nothing and never throws (O7). */
export function apply(board: Elements, op: LogOp): void {
  if (op.op === "add") add(board, op);
  else if (op.op === "grow") grow(board, op);
  else if (op.op === "update") update(board, op);
  else if (op.op === "remove") for (const id of idsIn(op.elements)) board.delete(id);
  else if (op.op === "clear") board.clear();
}

/** The elements that `apply` looks at for this op. */
export function touchedBy(op: LogOp): Touched {
  switch (op.op) {
    case "add":
      return [op.id];
    case "grow":
    case "update":
      return idsIn([op.element]);
    case "remove":
      return idsIn(op.elements);
    case "clear":
      return "all";
    default:
      return [];
  }
}

function add(board: Elements, op: LogOp): void {
  const element = op.element;
  if (!isObject(element) || typeof element.kind !== "string") return;
  if (board.get(op.id) !== undefined || board.size >= MAX_ELEMENTS) return;
  if (Array.isArray(element.points) && tooMany(element.points.length)) return;
  board.set({ ...element, kind: element.kind, id: op.id, by: op.by ?? "" });
}

function grow(board: Elements, op: LogOp): void {
  const element = typeof op.element === "string" ? board.get(op.element) : undefined;
  if (element === undefined || clientOf(op.id) !== clientOf(element.id)) return;
  if (!Array.isArray(element.points) || !Array.isArray(op.points)) return;
  if (tooMany(element.points.length + op.points.length)) return;
  const grown = { ...element, points: element.points.concat(op.points) };
  const tells = Array.isArray(element.pressures) && Array.isArray(op.pressures);
  board.set(tells ? { ...grown, pressures: (element.pressures as unknown[]).concat(op.pressures) } : grown);
}

function update(board: Elements, op: LogOp): void {
  const element = typeof op.element === "string" ? board.get(op.element) : undefined;
  if (element === undefined || !isObject(op.props)) return;
  const { id: _id, kind: _kind, by: _by, points: _points, pressures: _pressures, ...props } = op.props;
  board.set({ ...element, ...props });
}

function tooMany(numbers: number): boolean {
  return numbers > 2 * MAX_STROKE_POINTS;
}

function idsIn(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((id) => typeof id === "string") : [];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A board as it lies in memory: a map that keeps the order in which elements came. */
export class Board implements Elements {
  private readonly byId = new Map<string, Element>();
  private readonly ranks = new Map<string, number>();
  private nextRank = 1;

  constructor(elements: Iterable<Element> = []) {
    for (const element of elements) this.set(element);
  }

  get size(): number {
    return this.byId.size;
  }

  get(id: string): Element | undefined {
    return this.byId.get(id);
  }

  /** A number that is higher the later the element came; undefined when it is not there. */
  rankOf(id: string): number | undefined {
    return this.ranks.get(id);
  }

  set(element: Element): void {
    const { id } = element;
    if (!this.byId.has(id)) {
      this.ranks.set(id, this.nextRank);
      this.nextRank += 1;
    }
    this.byId.set(id, element);
  }

  delete(id: string): void {
    this.byId.delete(id);
    this.ranks.delete(id);
  }

  clear(): void {
    this.byId.clear();
    this.ranks.clear();
  }

  /** In the order of their adds. */
  [Symbol.iterator](): Iterator<Element> {
    return this.byId.values();
  }
}
