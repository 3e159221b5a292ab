import type { Point } from "../geometry/transform";

/** What came from a pointing device; places are CSS pixels of the stage. */
export interface Pointer extends Point {
  readonly id: number;
  readonly type: "mouse" | "pen" | "touch";
  /** 0 the left one, 1 the middle one, 5 a pen's eraser. */
  readonly button: number;
  /** 0 to 1; a mouse has always 0.5. */
  readonly pressure: number;
  /** The larger side of what touches, CSS pixels. */
  readonly contact: number;
}

/** What people do with pointers. */
export interface Hands {
  down(at: Pointer): void;
  move(along: readonly Pointer[]): void;
  up(): void;
  cancel(): void;
  /** Moves the board under the window. */
  pan(byX: number, byY: number): void;
  /** Zooms; what lies under `at` stays. */
  zoom(by: number, at: Point): void;
}

/** A finger that rests so long, or moves so far, draws; a second one that comes before that makes a pinch of both. */
const DECIDE_MS = 120;
const DECIDE_PX = 10;
/** Fingers are the hand that holds the pen while that is near, and for so long after. */
const PEN_NEAR_MS = 700;
/** What touches with more than this is no fingertip. */
const PALM_PX = 70;

type State =
  | { is: "idle" }
  /** One finger, and no knowing yet what it wants. */
  | { is: "waiting"; first: Pointer; moves: Pointer[]; since: number }
  | { is: "drawing"; id: number }
  /** One pointer moves the board. */
  | { is: "panning"; last: Pointer }
  | { is: "pinching"; a: Pointer; b: Pointer };

/**
 * Tells strokes from pans and pinches. Pure: pointers and the time come in, what the hands do goes out.
 *
 * - A mouse draws with its left button, and pans with the middle one, or with any while `holdsBoard` says so (space, hand).
 * - A pen draws. Whoever has used one draws with nothing else: a finger pans then, and near the pen it is a palm.
 * - A finger draws, two pan and pinch. A pointer that comes while another draws changes nothing.
 */
export class Gestures {
  private state: State = { is: "idle" };
  private penSeen = false;
  private penAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly hands: Hands,
    private readonly holdsBoard: () => boolean,
  ) {}

  get pans(): boolean {
    return this.state.is === "panning" || this.state.is === "pinching";
  }

  /** @returns whether the pointer is of interest from now on */
  down(pointer: Pointer, now: number): boolean {
    if (pointer.type === "pen") this.pen(now);
    if (this.isPalm(pointer, now)) return false;
    const { state } = this;
    if (pointer.type === "touch") return this.finger(pointer, now);
    if (state.is === "panning" && state.last.type === "touch" && pointer.type === "pen")
      this.state = { is: "idle" };
    if (this.state.is !== "idle") return false;
    if (pointer.button === 1 || this.holdsBoard()) this.state = { is: "panning", last: pointer };
    else if (pointer.button !== 0) return false;
    else this.draw(pointer);
    return true;
  }

  move(along: readonly Pointer[], now: number): void {
    const last = along.at(-1);
    if (last === undefined) return;
    if (last.type === "pen") this.pen(now);
    const { state } = this;
    if (state.is === "drawing" && state.id === last.id) this.hands.move(along);
    else if (state.is === "panning" && state.last.id === last.id) {
      this.hands.pan(last.x - state.last.x, last.y - state.last.y);
      state.last = last;
    } else if (state.is === "pinching") this.pinch(state, last);
    else if (state.is === "waiting" && state.first.id === last.id) {
      state.moves.push(...along);
      const way = Math.hypot(last.x - state.first.x, last.y - state.first.y);
      if (way > DECIDE_PX || now - state.since > DECIDE_MS) this.decide(state);
    }
  }

  up(id: number): void {
    const { state } = this;
    if (state.is === "waiting" && state.first.id === id) {
      this.decide(state);
      this.hands.up();
    } else if (state.is === "drawing" && state.id === id) this.hands.up();
    else if (state.is === "pinching" && (state.a.id === id || state.b.id === id)) {
      // The other finger, still there, goes on moving the board.
      this.state = { is: "panning", last: state.a.id === id ? state.b : state.a };
      return;
    } else if (state.is !== "panning" || state.last.id !== id) return;
    this.state = { is: "idle" };
  }

  /** The browser took the pointer away. */
  cancel(id: number): void {
    if (this.state.is === "drawing" && this.state.id === id) {
      this.state = { is: "idle" };
      this.hands.cancel();
    } else if (this.state.is === "waiting" && this.state.first.id === id) this.state = { is: "idle" };
    else this.up(id);
  }

  private finger(pointer: Pointer, now: number): boolean {
    const { state } = this;
    if (state.is === "waiting")
      this.state = { is: "pinching", a: state.moves.at(-1) ?? state.first, b: pointer };
    else if (state.is === "panning" && state.last.type === "touch")
      this.state = { is: "pinching", a: state.last, b: pointer };
    else if (state.is !== "idle") return false;
    else if (this.penSeen || this.holdsBoard()) this.state = { is: "panning", last: pointer };
    else this.state = { is: "waiting", first: pointer, moves: [], since: now };
    return true;
  }

  private pen(now: number): void {
    this.penSeen = true;
    this.penAt = now;
    // The finger that came just before the pen was the hand, about to write.
    if (this.state.is === "waiting") this.state = { is: "idle" };
  }

  private isPalm({ type, contact }: Pointer, now: number): boolean {
    return type === "touch" && (contact > PALM_PX || now - this.penAt < PEN_NEAR_MS);
  }

  private draw(pointer: Pointer): void {
    this.state = { is: "drawing", id: pointer.id };
    this.hands.down(pointer);
  }

  private decide({ first, moves }: State & { is: "waiting" }): void {
    this.draw(first);
    if (moves.length > 0) this.hands.move(moves);
  }

  private pinch(state: State & { is: "pinching" }, now: Pointer): void {
    const { a, b } = state;
    if (now.id !== a.id && now.id !== b.id) return;
    const [nextA, nextB] = now.id === a.id ? [now, b] : [a, now];
    const [before, after] = [middle(a, b), middle(nextA, nextB)];
    this.hands.pan(after.x - before.x, after.y - before.y);
    const by = distance(nextA, nextB) / distance(a, b);
    this.hands.zoom(by, after);
    this.state = { is: "pinching", a: nextA, b: nextB };
  }
}

function middle(a: Point, b: Point): Point {
  return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 };
}

function distance(a: Point, b: Point): number {
  return Math.max(1, Math.hypot(a.x - b.x, a.y - b.y));
}
