import { meets } from "../geometry/shape";
import type { Point } from "../geometry/transform";
import { MAX_REMOVE_IDS } from "../model/limits";
import type { Desk, Tool } from "./tool";

/** The eraser's radius in CSS pixels. */
const REACH = 8;

type State = { is: "idle" } | { is: "erasing"; path: Point[]; touched: Set<string> };

/** Removes whole elements, anybody's: what the pointer touches fades, and goes when the pointer is lifted. */
export class Eraser implements Tool {
  private state: State = { is: "idle" };

  constructor(private readonly desk: Desk) {}

  down(at: Point): void {
    this.state = { is: "erasing", path: [at, at], touched: new Set() };
  }

  move(along: readonly Point[]): void {
    if (this.state.is === "erasing") this.state.path.push(...along);
  }

  up(): void {
    this.frame();
    if (this.state.is !== "erasing") return;
    const ids = [...this.state.touched].filter((id) => this.desk.board.get(id) !== undefined);
    this.cancel();
    for (let i = 0; i < ids.length; i += MAX_REMOVE_IDS) {
      this.desk.push({ op: "remove", elements: ids.slice(i, i + MAX_REMOVE_IDS) });
    }
  }

  cancel(): void {
    this.state = { is: "idle" };
    this.desk.fade(new Set());
  }

  frame(): void {
    if (this.state.is !== "erasing" || this.state.path.length < 2) return;
    const { path, touched } = this.state;
    const before = touched.size;
    const reach = REACH * this.desk.pixel;
    for (const element of this.desk.board) {
      if (!touched.has(element.id) && meetsPath(path, (a, b) => meets(element, a, b, reach)))
        touched.add(element.id);
    }
    this.state.path = path.slice(-1);
    if (touched.size > before) this.desk.fade(new Set(touched));
  }
}

function meetsPath(path: readonly Point[], meetsWay: (a: Point, b: Point) => boolean): boolean {
  return path.some((point, i) => i > 0 && meetsWay(path[i - 1] ?? point, point));
}
