import type { Point } from "../geometry/transform";
import { Eraser } from "./eraser";
import { Pen } from "./pen";
import { OwnStrokes } from "./strokes";
import type { Desk, Tool } from "./tool";

export type ToolName = "pen" | "eraser";

/** The tools of one person, one of them in hand, and the way back. */
export class Toolbox {
  private inHand: ToolName = "pen";
  private readonly tools: Record<ToolName, Tool>;
  private readonly own = new OwnStrokes();
  private busy = false;

  constructor(private readonly desk: Omit<Desk, "drew">) {
    // A view of the desk, not a copy: its style and scale change.
    const full: Desk = Object.create(desk, {
      drew: { value: (id: string, continues: boolean) => this.own.note(id, continues) },
    });
    this.tools = { pen: new Pen(full), eraser: new Eraser(full) };
  }

  get current(): ToolName {
    return this.inHand;
  }

  get canUndo(): boolean {
    return this.undoable().length > 0;
  }

  take(name: ToolName): void {
    if (name === this.inHand) return;
    this.cancel();
    this.inHand = name;
  }

  down(at: Point): void {
    this.busy = true;
    this.tools[this.inHand].down(at);
  }

  move(along: readonly Point[]): void {
    this.tools[this.inHand].move(along);
  }

  up(): void {
    this.busy = false;
    this.tools[this.inHand].up();
  }

  cancel(): void {
    this.busy = false;
    this.tools[this.inHand].cancel();
  }

  frame(): void {
    this.tools[this.inHand].frame();
  }

  /** Removes our last stroke that is still there; not while a tool is at work. */
  undo(): void {
    const elements = this.busy ? [] : this.undoable();
    if (elements.length > 0) this.desk.push({ op: "remove", elements });
  }

  private undoable(): string[] {
    return this.own.last((id) => this.desk.board.get(id) !== undefined);
  }
}
