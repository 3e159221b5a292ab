import type { Element, LogOp } from "../model/element";
import { Eraser } from "./eraser";
import { History } from "./history";
import { Pen } from "./pen";
import { Hand, Laser, Writer } from "./pointers";
import { Select } from "./select";
import { Shaper } from "./shaper";
import type { Desk, Page, Tool, Touch } from "./tool";

/** The tools, in the order in which they are offered, each with its key. */
export const TOOLS = {
  select: { key: "v", make: (desk: Desk) => new Select(desk) },
  hand: { key: "h", make: () => new Hand() },
  pen: { key: "p", make: (desk: Desk) => new Pen(desk) },
  highlighter: { key: "m", make: (desk: Desk) => new Pen(desk, "highlighter") },
  eraser: { key: "e", make: (desk: Desk) => new Eraser(desk) },
  line: { key: "l", make: (desk: Desk) => new Shaper(desk, "line") },
  arrow: { key: "a", make: (desk: Desk) => new Shaper(desk, "arrow") },
  rectangle: { key: "r", make: (desk: Desk) => new Shaper(desk, "rectangle") },
  diamond: { key: "d", make: (desk: Desk) => new Shaper(desk, "diamond") },
  ellipse: { key: "o", make: (desk: Desk) => new Shaper(desk, "ellipse") },
  text: { key: "t", make: (desk: Desk) => new Writer(desk, "text") },
  note: { key: "n", make: (desk: Desk) => new Writer(desk, "note") },
  laser: { key: "k", make: (desk: Desk) => new Laser(desk) },
} as const satisfies Record<string, { key: string; make: (desk: Desk) => Tool }>;

export type ToolName = keyof typeof TOOLS;

/** Always the same, so that who shows a selection sees that nothing changed. */
const NONE: readonly Element[] = [];

/** The tools of one person, one of them in hand, what is selected, and the way back. */
export class Toolbox {
  readonly desk: Desk;
  readonly history: History;
  readonly select: Select;
  private inHand: ToolName = "pen";
  private readonly tools: Record<ToolName, Tool>;
  private selected: readonly string[] = [];
  private busy = false;

  /**
   * @param changed told when another tool is in hand, or other elements are selected
   */
  constructor(
    private readonly page: Page,
    private readonly changed: () => void,
  ) {
    this.history = new History(page.board, (draft) => page.push(draft));
    const { history } = this;
    // A view of the page, not a copy: its look and scale change.
    this.desk = Object.create(page, {
      push: { value: history.push.bind(history) },
      selection: { get: () => this.selection },
      select: { value: (ids: Iterable<string>) => this.choose([...ids]) },
      finished: { value: (id: string) => this.choose([id]) },
    });
    const made = Object.entries(TOOLS).map(([name, { make }]) => [name, make(this.desk)]);
    this.tools = Object.fromEntries(made) as Record<ToolName, Tool>;
    this.select = this.tools.select as Select;
  }

  get current(): ToolName {
    return this.inHand;
  }

  get isBusy(): boolean {
    return this.busy;
  }

  /** The selected elements that are still there, bottom to top. */
  get selection(): readonly Element[] {
    if (this.selected.length === 0) return NONE;
    if (this.selected.length < 2) return this.selected.flatMap((id) => this.page.board.get(id) ?? []);
    const ids = new Set(this.selected);
    return [...this.page.board].filter(({ id }) => ids.has(id));
  }

  take(name: ToolName): void {
    if (name === this.inHand) return;
    this.cancel();
    this.inHand = name;
    if (name !== "select") this.selected = [];
    this.changed();
  }

  down(at: Touch): void {
    this.busy = true;
    this.history.begin();
    this.tools[this.inHand].down(at);
  }

  move(along: readonly Touch[]): void {
    this.tools[this.inHand].move(along);
  }

  up(): void {
    this.tools[this.inHand].up();
    this.rest();
  }

  cancel(): void {
    this.tools[this.inHand].cancel();
    this.rest();
  }

  frame(): void {
    this.tools[this.inHand].frame();
  }

  /** Somebody else's op: what it removed we shall not bring back. */
  heard(op: LogOp): void {
    if (op.op === "clear") this.history.removedByOthers("all");
    else if (op.op === "remove" && Array.isArray(op.elements)) this.history.removedByOthers(op.elements);
  }

  /** Does several things as one action; not while a tool is at work. */
  act(doing: (desk: Desk) => void): void {
    if (this.busy) return;
    this.history.begin();
    doing(this.desk);
    this.history.end();
  }

  undo(): void {
    if (!this.busy) this.history.undo();
  }

  redo(): void {
    if (!this.busy) this.history.redo();
  }

  private rest(): void {
    if (this.busy) this.history.end();
    this.busy = false;
  }

  private choose(ids: readonly string[]): void {
    if (ids.length === this.selected.length && ids.every((id, i) => id === this.selected[i])) return;
    if (ids.length > 0) this.take("select");
    this.selected = ids;
    this.changed();
  }
}
