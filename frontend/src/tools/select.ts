import { type Box, boxOfPoints } from "../geometry/box";
import { between, moved } from "../geometry/change";
import { centerOf, type Frame } from "../geometry/frame";
import { type Matrix, multiply, shift, stretch, turn } from "../geometry/matrix";
import { inFrame } from "../geometry/outline";
import { endsOf, formOf, isSolid, meets } from "../geometry/shape";
import type { Point } from "../geometry/transform";
import type { Element } from "../model/element";
import { CORNERS, frameAround, type Handle, handleAt, handlesOf, isWithin } from "./handles";
import { snapped } from "./shaper";
import type { Desk, Tool } from "./tool";

/** How near (CSS pixels) a click must come, and how far a press must go to be more than a click. */
const REACH = 6;
const SLACK = 3;
/** Nothing is scaled below this share of its size. */
const SMALLEST = 0.02;
/** Shift turns by steps of 15°. */
const TURN_STEP = Math.PI / 12;

type State =
  | { is: "idle" }
  | { is: "pressing"; start: Point; hit: string | undefined; wasSelected: boolean }
  | { is: "marking"; start: Point; end: Point; before: readonly string[] }
  | { is: "changing"; how: Change; start: Point; end: Point; originals: readonly Element[]; shown: string };

type Change =
  | { by: "moving" }
  | { by: "scaling"; frame: Frame; corner: readonly [number, number] }
  | { by: "turning"; frame: Frame }
  | { by: "leading"; end: "start" | "end" };

/** Selects elements, and moves, scales and turns what is selected; everybody sees it while it happens. */
export class Select implements Tool {
  private state: State = { is: "idle" };

  constructor(private readonly desk: Desk) {}

  /** The rectangle that is being drawn around elements. */
  get marquee(): Box | undefined {
    const { state } = this;
    if (state.is !== "marking") return undefined;
    return boxOfPoints([state.start.x, state.start.y, state.end.x, state.end.y]);
  }

  down(at: Point): void {
    const { desk } = this;
    const handle = handleAt(handlesOf(desk.selection, desk.pixel), at, desk.pixel);
    if (handle !== undefined) {
      this.change(this.handling(handle), at);
      return;
    }
    const hit = this.hit(at);
    const wasSelected = hit !== undefined && this.selected.includes(hit);
    if (hit !== undefined && !wasSelected) desk.select(desk.shift ? [...this.selected, hit] : [hit]);
    this.state = { is: "pressing", start: at, hit, wasSelected };
  }

  move(along: readonly Point[]): void {
    const end = along.at(-1);
    if (end === undefined) return;
    if (this.state.is === "pressing") this.leave(this.state, end);
    if (this.state.is === "marking" || this.state.is === "changing") this.state.end = end;
  }

  up(): void {
    this.frame();
    const { state, desk } = this;
    this.state = { is: "idle" };
    if (state.is !== "pressing") return;
    if (state.hit === undefined && !desk.shift) desk.select([]);
    else if (state.wasSelected && desk.shift) desk.select(this.selected.filter((id) => id !== state.hit));
    else if (state.wasSelected && state.hit !== undefined) desk.select([state.hit]);
  }

  cancel(): void {
    const { state } = this;
    this.state = { is: "idle" };
    if (state.is === "changing") this.show(state.originals, (element) => geometryOf(element));
    else if (state.is === "marking") this.desk.select(state.before);
  }

  frame(): void {
    const { state, desk } = this;
    if (state.is === "marking") {
      const box = this.marquee as Box;
      const marked = [...desk.board].filter((element) => isWithin(element, box)).map(({ id }) => id);
      desk.select(new Set([...state.before, ...marked]));
    } else if (state.is === "changing") {
      const { how, originals, start, end } = state;
      const shown = `${end.x} ${end.y} ${desk.shift}`;
      if (shown === state.shown) return;
      state.shown = shown;
      if (how.by === "leading") this.lead(originals[0], how.end, end);
      else {
        const matrix = this.matrix(how, start, end, originals);
        this.show(originals, (element) => moved(element, matrix));
      }
    }
  }

  private get selected(): string[] {
    return this.desk.selection.map(({ id }) => id);
  }

  private leave(state: State & { is: "pressing" }, end: Point): void {
    const { start, hit } = state;
    if (Math.hypot(end.x - start.x, end.y - start.y) < SLACK * this.desk.pixel) return;
    if (hit !== undefined) {
      this.change({ by: "moving" }, start);
      return;
    }
    if (!this.desk.shift) this.desk.select([]);
    this.state = { is: "marking", start, end, before: this.selected };
  }

  private change(how: Change, start: Point): void {
    this.state = { is: "changing", how, start, end: start, originals: this.desk.selection, shown: "" };
  }

  private handling({ name }: Handle): Change {
    if (name === "start" || name === "end") return { by: "leading", end: name };
    const frame = frameAround(this.desk.selection) as Frame;
    return name === "turn" ? { by: "turning", frame } : { by: "scaling", frame, corner: CORNERS[name] };
  }

  private matrix(
    how: Change & { by: "moving" | "scaling" | "turning" },
    start: Point,
    end: Point,
    originals: readonly Element[],
  ): Matrix {
    if (how.by === "moving") {
      const [dx, dy] = [end.x - start.x, end.y - start.y];
      if (!this.desk.shift) return shift(dx, dy);
      return Math.abs(dx) > Math.abs(dy) ? shift(dx, 0) : shift(0, dy);
    }
    const center = centerOf(how.frame);
    if (how.by === "turning") {
      const by = angleOf(center, end) - angleOf(center, start);
      return turn(this.desk.shift ? Math.round(by / TURN_STEP) * TURN_STEP : by, center);
    }
    const keepsShape = this.desk.shift || originals.length > 1 || originals[0]?.kind === "text";
    return scaling(how.frame, how.corner, start, end, keepsShape);
  }

  private lead(line: Element | undefined, which: "start" | "end", to: Point): void {
    if (line === undefined) return;
    const [start, end] = endsOf(line);
    const other = which === "start" ? end : start;
    const lead = this.desk.shift ? snapped(other, to) : to;
    this.show([line], () => (which === "start" ? between(lead, end) : between(start, lead)));
  }

  /** Those that somebody removed meanwhile are left out. */
  private show(
    originals: readonly Element[],
    propsOf: (element: Element) => Readonly<Record<string, unknown>> | undefined,
  ): void {
    for (const element of originals) {
      const props = this.desk.board.get(element.id) === undefined ? undefined : propsOf(element);
      if (props !== undefined) this.desk.push({ op: "update", element: element.id, props });
    }
  }

  /** The topmost element at a place; the inside of what is selected counts, filled or not. */
  private hit(at: Point): string | undefined {
    const { board, pixel, selection } = this.desk;
    const met = [...board].filter((element) => meets(element, at, at, REACH * pixel));
    const inked = met.at(-1);
    if (inked !== undefined) return inked.id;
    const inside = selection.find(
      (element) => !isSolid(element) && formOf(element) !== "line" && holds(element, at),
    );
    return inside?.id;
  }
}

function holds(element: Element, at: Point): boolean {
  const frame = frameAround([element]);
  if (frame === undefined) return false;
  const flat = multiply(turn(-frame.angle, centerOf(frame)), shift(at.x, at.y));
  const [x, y] = [flat[4], flat[5]];
  return x > frame.x && x < frame.x + frame.w && y > frame.y && y < frame.y + frame.h;
}

/** Scales a frame so that a corner follows the pointer while the opposite one stays. */
function scaling(
  frame: Frame,
  [cornerX, cornerY]: readonly [number, number],
  start: Point,
  end: Point,
  keepsShape: boolean,
): Matrix {
  const fixed = inFrame(frame, 1 - cornerX, 1 - cornerY);
  const held = inFrame(frame, cornerX, cornerY);
  const [cos, sin] = [Math.cos(frame.angle), Math.sin(frame.angle)];
  const along = ({ x, y }: Point) => ({ x: x * cos + y * sin, y: -x * sin + y * cos });
  const was = along({ x: held.x - fixed.x, y: held.y - fixed.y });
  const by = along({ x: end.x - start.x, y: end.y - start.y });
  let x = was.x === 0 ? 1 : Math.max(SMALLEST, 1 + by.x / was.x);
  let y = was.y === 0 ? 1 : Math.max(SMALLEST, 1 + by.y / was.y);
  if (keepsShape) x = y = was.x === 0 ? y : was.y === 0 ? x : Math.max(x, y);
  return stretch(x, y, fixed, frame.angle);
}

function angleOf(center: Point, { x, y }: Point): number {
  return Math.atan2(y - center.y, x - center.x);
}

/** What an update sets so that an element lies where it lay. */
function geometryOf(element: Element): Readonly<Record<string, unknown>> {
  if (formOf(element) === "path") return { transform: element.transform ?? [1, 0, 0, 1, 0, 0] };
  const { x, y, w, h, angle, size } = element;
  const set = { x, y, w, h, angle: angle ?? (formOf(element) === "frame" ? 0 : undefined), size };
  return Object.fromEntries(Object.entries(set).filter(([, value]) => value !== undefined));
}
