import { tenth } from "../geometry/change";
import type { Point } from "../geometry/transform";
import { dressed } from "./look";
import type { Desk, Tool } from "./tool";

/** Points nearer than this to the last one (CSS pixels) do not change what is seen. */
const STEP = 0.7;
/**
 * A stroke of so many points goes on in another one, half a minute after it was begun. The server would take five times as
 * many; but what is being drawn is inked anew in each frame, and frames must not get longer the longer a hand draws.
 */
export const FULL = 2_000;
/** Numbers in one op; a frame seldom brings more than some dozens. */
export const MAX_NUMBERS = 4_000;

type State = { is: "idle" } | { is: "drawing"; element: string | undefined; points: number; fresh: number[] };

/**
 * Draws with ink or a highlighter. New points are gathered and leave once a frame: the first ones as a new stroke, later ones as its growth. A stroke
 * that is full, or that somebody erased meanwhile, goes on in a new one.
 */
export class Pen implements Tool {
  private state: State = { is: "idle" };
  private last: Point = { x: 0, y: 0 };

  constructor(
    private readonly desk: Desk,
    private readonly kind: "stroke" | "highlighter" = "stroke",
  ) {}

  down(at: Point): void {
    this.last = rounded(at);
    this.state = { is: "drawing", element: undefined, points: 0, fresh: [this.last.x, this.last.y] };
  }

  move(along: readonly Point[]): void {
    if (this.state.is !== "drawing") return;
    const step = STEP * this.desk.pixel;
    for (const point of along) {
      const next = rounded(point);
      if (Math.hypot(next.x - this.last.x, next.y - this.last.y) < step) continue;
      this.state.fresh.push(next.x, next.y);
      this.last = next;
    }
  }

  up(): void {
    this.frame();
    this.state = { is: "idle" };
  }

  /** What was drawn stays; undo is there for the rest. */
  cancel(): void {
    this.up();
  }

  frame(): void {
    while (this.state.is === "drawing" && this.state.fresh.length > 0) this.send(this.state);
  }

  private send(state: State & { is: "drawing" }): void {
    if (state.element === undefined || this.desk.board.get(state.element) === undefined) {
      this.begin(state);
      return;
    }
    const room = 2 * (FULL - state.points);
    if (room <= 0) {
      state.fresh.unshift(...endOf(this.desk, state.element));
      this.begin(state);
      return;
    }
    const points = state.fresh.splice(0, Math.min(room, MAX_NUMBERS));
    if (this.desk.push({ op: "grow", element: state.element, points }) === undefined)
      this.state = { is: "idle" };
    state.points += points.length / 2;
  }

  private begin(state: State & { is: "drawing" }): void {
    const points = state.fresh.splice(0, MAX_NUMBERS);
    const { board, look } = this.desk;
    const op = this.desk.push({ op: "add", element: dressed(this.kind, { points }, look, board.topZ) });
    if (op === undefined) {
      this.state = { is: "idle" };
      return;
    }
    state.element = op.id;
    state.points = points.length / 2;
  }
}

/** The last point of a stroke, so that its continuation has no gap. */
function endOf(desk: Desk, id: string): number[] {
  const points = desk.board.get(id)?.points;
  return Array.isArray(points) ? points.slice(-2) : [];
}

function rounded({ x, y }: Point): Point {
  return { x: tenth(x), y: tenth(y) };
}
