import { tenth } from "../geometry/change";
import { dressed } from "./look";
import type { Desk, Tool, Touch } from "./tool";

/** Points nearer than this to the last one (CSS pixels) do not change what is seen. */
const STEP = 0.7;
/**
 * A stroke of so many points goes on in another one, half a minute after it was begun. The server would take five times as
 * many; but what is being drawn is inked anew in each frame, and frames must not get longer the longer a hand draws.
 */
export const FULL = 2_000;
/** Numbers in one op; a frame seldom brings more than some dozens. */
export const MAX_NUMBERS = 4_000;

type State =
  | { is: "idle" }
  | {
      is: "drawing";
      element: string | undefined;
      points: number;
      /** Not sent yet: points, and how hard the pen pressed at each, if it tells. */
      fresh: number[];
      presses: number[] | undefined;
    };

/**
 * Draws with ink or a highlighter. New points are gathered and leave once a frame: the first ones as a new stroke, later ones as its growth. A stroke
 * that is full, or that somebody erased meanwhile, goes on in a new one.
 */
export class Pen implements Tool {
  private state: State = { is: "idle" };
  private last: Touch = { x: 0, y: 0 };

  constructor(
    private readonly desk: Desk,
    private readonly kind: "stroke" | "highlighter" = "stroke",
  ) {}

  down(at: Touch): void {
    this.last = rounded(at);
    const { x, y, pressure } = this.last;
    const presses = pressure === undefined || this.kind === "highlighter" ? undefined : [pressure];
    this.state = { is: "drawing", element: undefined, points: 0, fresh: [x, y], presses };
  }

  move(along: readonly Touch[]): void {
    if (this.state.is !== "drawing") return;
    const step = STEP * this.desk.pixel;
    for (const point of along) {
      const next = rounded(point);
      if (Math.hypot(next.x - this.last.x, next.y - this.last.y) < step) continue;
      this.state.fresh.push(next.x, next.y);
      this.state.presses?.push(next.pressure ?? 0.5);
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
      const { points, pressures } = endOf(this.desk, state.element);
      state.fresh.unshift(...points);
      state.presses?.unshift(...pressures);
      this.begin(state);
      return;
    }
    const part = taken(state, Math.min(room, MAX_NUMBERS));
    if (this.desk.push({ op: "grow", element: state.element, ...part }) === undefined)
      this.state = { is: "idle" };
    state.points += part.points.length / 2;
  }

  private begin(state: State & { is: "drawing" }): void {
    const part = taken(state, MAX_NUMBERS);
    const { board, look } = this.desk;
    const op = this.desk.push({ op: "add", element: dressed(this.kind, part, look, board.topZ) });
    if (op === undefined) {
      this.state = { is: "idle" };
      return;
    }
    state.element = op.id;
    state.points = part.points.length / 2;
  }
}

type Part = { readonly points: number[]; readonly pressures?: number[] };

/** Takes the first of what was not sent yet. */
function taken({ fresh, presses }: State & { is: "drawing" }, numbers: number): Part {
  const points = fresh.splice(0, numbers);
  return presses === undefined ? { points } : { points, pressures: presses.splice(0, points.length / 2) };
}

/** The last point of a stroke, so that its continuation has no gap. */
function endOf(desk: Desk, id: string): Required<Part> {
  const end = desk.board.get(id);
  return {
    points: Array.isArray(end?.points) ? end.points.slice(-2) : [],
    pressures: Array.isArray(end?.pressures) ? end.pressures.slice(-1) : [],
  };
}

/** Finer than this nobody presses, and fewer digits travel. */
const PRESSES = 100;

function rounded({ x, y, pressure }: Touch): Touch {
  const place = { x: tenth(x), y: tenth(y) };
  return pressure === undefined ? place : { ...place, pressure: Math.round(pressure * PRESSES) / PRESSES };
}
