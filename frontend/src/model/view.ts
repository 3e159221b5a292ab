import { apply, Board, type Touched, touchedBy } from "./board";
import { type Element, type LogOp, type Op, zOf } from "./element";
import { MAX_ELEMENTS } from "./limits";
import { Overlay } from "./overlay";

/** More than the adds of any board: a rank is a `z` and, within it, the order of the adds. */
const ARRIVALS = 2 ** 32;

/**
 * What the person sees: the board as the log has it, and on top of it their own ops that are still on the way.
 *
 * At any moment it equals the fold of the confirmed ops followed by the pending ones. Because acks come in the log's
 * order (SPEC.md B6), that is also what the log will say once the pending ops are in it, unless another's op gets in
 * between. An op costs what it touches; only one that meets a pending op makes the pending ones fold again.
 */
export class BoardView {
  private confirmed = new Board();
  private overlay = new Overlay(this.confirmed);
  /** Every id that a pending op looks at, and how many do. */
  private readonly contested = new Map<string, number>();
  private contestedAll = false;
  /** Some element has, or had, a `z`: the order of the adds alone is not the order of the layers. */
  private layered = false;

  /**
   * @param pending own ops that are not confirmed, in their order; read anew at each fold
   * @param changed told what may look different now
   */
  constructor(
    private readonly pending: Iterable<Op>,
    private readonly changed: (touched: Touched) => void,
  ) {}

  get size(): number {
    return this.overlay.size;
  }

  get(id: string): Element | undefined {
    return this.overlay.get(id);
  }

  /** Higher the higher an element lies among the confirmed ones (O10); undefined while it is only pending. */
  rankOf(id: string): number | undefined {
    const arrival = this.confirmed.rankOf(id);
    if (!this.layered) return arrival;
    const element = arrival === undefined ? undefined : this.overlay.get(id);
    return arrival === undefined || element === undefined ? arrival : zOf(element) * ARRIVALS + arrival;
  }

  /** The highest `z` there is, at least 0. */
  get topZ(): number {
    let top = 0;
    if (this.layered) for (const element of this.overlay) top = Math.max(top, zOf(element));
    return top;
  }

  /** Bottom to top (O10). */
  [Symbol.iterator](): Iterator<Element> {
    if (this.layered) return [...this.overlay].sort((a, b) => zOf(a) - zOf(b))[Symbol.iterator]();
    const untouched = this.contested.size === 0 && !this.contestedAll;
    return untouched ? this.confirmed[Symbol.iterator]() : this.overlay[Symbol.iterator]();
  }

  /** Starts again from a board that was fetched; pending ops stay on top. */
  load(elements: Iterable<Element>): void {
    this.confirmed = new Board(elements);
    this.overlay = new Overlay(this.confirmed);
    for (const element of this.confirmed) this.layered ||= zOf(element) !== 0;
    this.refold();
    this.changed("all");
  }

  /** Shows an own op before it is confirmed. It must be the last of the pending ones, or be merged into one after which none touches the same. */
  show(op: Op): void {
    this.notice(op);
    this.contest(op);
    apply(this.overlay, op);
    this.changed(touchedBy(op));
  }

  /** Applies the log's next op: another's, or an own one that is no longer pending. */
  receive(op: LogOp): void {
    this.notice(op);
    const touched = touchedBy(op);
    const meets = this.meetsPending(touched);
    apply(this.confirmed, op);
    if (meets) this.refold();
    this.changed(touched);
  }

  /** The log has these own ops now; they are no longer pending. Nothing looks different. */
  confirm(ops: readonly Op[], by: string): void {
    const settles = ops.every((op) => op.op === "add" && this.contested.get(op.id) === 1);
    for (const op of ops) apply(this.confirmed, { ...op, by });
    if (!settles || this.contestedAll) this.refold();
    else for (const op of ops) this.settle(op.id);
  }

  /** These ops of an earlier page are pending too now, beneath what is pending already. */
  adopt(ops: readonly Op[]): void {
    this.withdraw(ops);
  }

  /** These own ops are no longer pending, without being confirmed. */
  withdraw(ops: readonly Op[]): void {
    this.refold();
    for (const op of ops) this.changed(touchedBy(op));
  }

  /** What was added lies in the confirmed board now, and no other pending op looks at it: all others stay as they are. */
  private settle(id: string): void {
    this.overlay.settle(id);
    this.contested.delete(id);
  }

  private meetsPending(touched: Touched): boolean {
    if (this.contested.size === 0 && !this.contestedAll) return false;
    // Near the limit, whether a pending `add` still fits depends on every other element.
    if (touched === "all" || this.contestedAll || this.confirmed.size + this.contested.size >= MAX_ELEMENTS)
      return true;
    return touched.some((id) => this.contested.has(id));
  }

  private refold(): void {
    this.overlay.reset();
    this.contested.clear();
    this.contestedAll = false;
    for (const op of this.pending) {
      this.notice(op);
      this.contest(op);
      apply(this.overlay, op);
    }
  }

  private notice(op: LogOp): void {
    const set = op.op === "add" ? op.element : op.op === "update" ? op.props : undefined;
    this.layered ||= typeof set === "object" && set !== null && "z" in set;
  }

  private contest(op: Op): void {
    const touched = touchedBy(op);
    if (touched === "all") this.contestedAll = true;
    else for (const id of touched) this.contested.set(id, 1 + (this.contested.get(id) ?? 0));
  }
}
