import { between, tenth } from "../geometry/change";
import type { Point } from "../geometry/transform";
import { dressed } from "./look";
import type { Desk, Tool } from "./tool";

/** Below this (CSS pixels) a press is a click, and no shape. */
const SMALLEST = 4;
/** What shift turns a line by. */
const STEP = Math.PI / 12;

type State =
  | { is: "idle" }
  | { is: "dragging"; start: Point; end: Point; shown: string; element: string | undefined };

/** Drags out a line, an arrow, a rectangle, a diamond or an ellipse; everybody sees it while it is dragged. */
export class Shaper implements Tool {
  private state: State = { is: "idle" };

  constructor(
    private readonly desk: Desk,
    private readonly kind: "line" | "arrow" | "rectangle" | "diamond" | "ellipse",
  ) {}

  down(at: Point): void {
    this.state = { is: "dragging", start: at, end: at, shown: "", element: undefined };
  }

  move(along: readonly Point[]): void {
    if (this.state.is === "dragging") this.state.end = along.at(-1) ?? this.state.end;
  }

  up(): void {
    this.frame();
    const { state } = this;
    this.state = { is: "idle" };
    if (state.is === "dragging" && state.element !== undefined) this.desk.finished(state.element);
  }

  cancel(): void {
    const { state } = this;
    this.state = { is: "idle" };
    if (state.is !== "dragging" || state.element === undefined) return;
    if (this.desk.board.get(state.element) !== undefined)
      this.desk.push({ op: "remove", elements: [state.element] });
  }

  frame(): void {
    const { state, desk } = this;
    if (state.is !== "dragging") return;
    const { start, end } = state;
    const isClick = Math.hypot(end.x - start.x, end.y - start.y) < SMALLEST * desk.pixel;
    if (state.element === undefined && isClick) return;
    const geometry = this.geometry(start, end);
    const shown = JSON.stringify(geometry);
    if (shown === state.shown) return;
    state.shown = shown;
    if (state.element === undefined) {
      const element = dressed(this.kind, geometry, desk.look, desk.board.topZ);
      state.element = desk.push({ op: "add", element })?.id;
      if (state.element === undefined) this.state = { is: "idle" };
    } else if (desk.board.get(state.element) === undefined) this.state = { is: "idle" };
    else desk.push({ op: "update", element: state.element, props: geometry });
  }

  private geometry(start: Point, end: Point): Readonly<Record<string, unknown>> {
    const isLine = this.kind === "line" || this.kind === "arrow";
    if (isLine) return between(start, this.desk.shift ? snapped(start, end) : end);
    const to = this.desk.shift ? squared(start, end) : end;
    return {
      x: tenth(Math.min(start.x, to.x)),
      y: tenth(Math.min(start.y, to.y)),
      w: tenth(Math.abs(to.x - start.x)),
      h: tenth(Math.abs(to.y - start.y)),
    };
  }
}

/** The end at the nearest of 24 directions. */
export function snapped(start: Point, end: Point): Point {
  const length = Math.hypot(end.x - start.x, end.y - start.y);
  const angle = Math.round(Math.atan2(end.y - start.y, end.x - start.x) / STEP) * STEP;
  return { x: start.x + length * Math.cos(angle), y: start.y + length * Math.sin(angle) };
}

function squared(start: Point, end: Point): Point {
  const side = Math.max(Math.abs(end.x - start.x), Math.abs(end.y - start.y));
  return { x: start.x + side * Math.sign(end.x - start.x), y: start.y + side * Math.sign(end.y - start.y) };
}
