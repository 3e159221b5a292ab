import type { Point } from "../geometry/transform";
import type { Desk, Tool } from "./tool";

/** Draws nothing: while it is in hand, the pointer moves the board before any tool is asked. */
export class Hand implements Tool {
  down(): void {}
  move(): void {}
  up(): void {}
  cancel(): void {}
  frame(): void {}
}

/** Shows everybody a place, and leaves nothing on the board. */
export class Laser implements Tool {
  private at: Point | undefined;
  private told: Point | undefined;

  constructor(private readonly desk: Desk) {}

  down(at: Point): void {
    this.at = at;
  }

  move(along: readonly Point[]): void {
    if (this.at !== undefined) this.at = along.at(-1) ?? this.at;
  }

  up(): void {
    this.at = undefined;
    this.frame();
  }

  cancel(): void {
    this.up();
  }

  frame(): void {
    if (this.at === this.told) return;
    this.told = this.at;
    this.desk.laser(this.at);
  }
}

/** Where it is pressed, a text or a note is written. */
export class Writer implements Tool {
  private at: Point | undefined;

  constructor(
    private readonly desk: Desk,
    private readonly kind: "text" | "note",
  ) {}

  down(at: Point): void {
    this.at = at;
  }

  move(along: readonly Point[]): void {
    if (this.at !== undefined) this.at = along.at(-1) ?? this.at;
  }

  up(): void {
    const { at } = this;
    this.at = undefined;
    if (at !== undefined) this.desk.write({ kind: this.kind, at });
  }

  cancel(): void {
    this.at = undefined;
  }

  frame(): void {}
}
