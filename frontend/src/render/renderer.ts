import { type Box, EMPTY, union } from "../geometry/box";
import { boxOf, isStroke } from "../geometry/shape";
import { contain, type Point, scaled, type Transform, toBoard } from "../geometry/transform";
import type { Touched } from "../model/board";
import type { Colors } from "./colors";
import { Layer } from "./layer";
import { LiveElements } from "./live";
import { paintElement } from "./paint";
import { type Scene, Settled } from "./settled";

const FADED = 0.22;

/**
 * Paints the board on two layers: settled elements, painted once and repaired where something changed; above them what
 * is being drawn or about to be erased, painted anew each frame. Nothing is painted outside an animation frame.
 */
export class Renderer {
  view: Transform = { scale: 1, dx: 0, dy: 0 };
  private readonly layers: readonly Layer[];
  private readonly settled: Settled;
  private readonly moving: Layer;
  private readonly live = new LiveElements();
  private faded: ReadonlySet<string> = new Set();
  private movingDirty = false;
  private movingBox = EMPTY;
  private seen: Box = EMPTY;
  private frameAsked = false;
  /** Wakes us when the next live element is quiet. */
  private wake: ReturnType<typeof setTimeout> | undefined;

  /**
   * @param beforePaint called first in each frame; what it changes is painted in the same frame
   */
  constructor(
    stage: HTMLElement,
    private readonly scene: Scene,
    private colors: Colors,
    private readonly beforePaint: () => void,
  ) {
    const below = new Layer(stage, "settled");
    this.moving = new Layer(stage, "moving");
    this.layers = [below, this.moving];
    this.settled = new Settled(below, scene);
  }

  toBoard(x: number, y: number): Point {
    return toBoard(this.view, x, y);
  }

  /** Takes the stage's size: CSS pixels, and device pixels a CSS pixel. */
  resize(width: number, height: number, ratio: number): void {
    this.view = contain(width, height);
    for (const layer of this.layers) {
      layer.place(Math.round(width * ratio), Math.round(height * ratio), scaled(this.view, ratio));
    }
    const [topLeft, bottomRight] = [this.toBoard(0, 0), this.toBoard(width, height)];
    this.seen = { left: topLeft.x, top: topLeft.y, right: bottomRight.x, bottom: bottomRight.y };
    this.movingBox = EMPTY;
    this.repaintAll();
    this.frame(); // at once: a canvas is empty after it was resized
  }

  recolor(colors: Colors): void {
    this.colors = colors;
    this.repaintAll();
  }

  /** The board may look different there. */
  changed(touched: Touched): void {
    if (touched === "all") {
      this.live.clear();
      this.repaintAll();
      return;
    }
    for (const id of touched) {
      this.settled.lift(id);
      const element = this.scene.get(id);
      if (element === undefined) this.live.drop(id);
      else if (isStroke(element)) this.live.touch(id, performance.now());
      else this.settled.soil(boxOf(element));
    }
    this.movingDirty = true;
    this.ask();
  }

  /** Shows these elements as about to go. */
  fade(ids: ReadonlySet<string>): void {
    for (const id of ids) if (!this.faded.has(id)) this.settled.lift(id);
    for (const id of this.faded) {
      const element = ids.has(id) ? undefined : this.scene.get(id);
      if (element !== undefined) this.settled.soil(boxOf(element));
    }
    this.faded = ids;
    this.movingDirty = true;
    this.ask();
  }

  /** Asks for an animation frame. */
  ask(): void {
    if (this.frameAsked) return;
    this.frameAsked = true;
    requestAnimationFrame(() => {
      this.frameAsked = false;
      this.frame();
    });
  }

  private frame(): void {
    this.beforePaint();
    const now = performance.now();
    const quiet = this.live.settle(now);
    if (quiet.length > 0) {
      this.settled.take(quiet);
      this.movingDirty = true;
    }
    const elsewhere = (id: string) => this.live.has(id) || this.faded.has(id);
    this.settled.repair(this.seen, elsewhere, (context, element) => {
      paintElement(context, element, this.colors, this.view.scale);
    });
    this.paintMoving();
    const wait = this.live.dueIn(now);
    clearTimeout(this.wake);
    if (wait !== undefined) this.wake = setTimeout(() => this.ask(), wait);
  }

  private paintMoving(): void {
    if (!this.movingDirty) return;
    this.movingDirty = false;
    this.moving.clear(this.movingBox);
    this.movingBox = EMPTY;
    this.moving.paint((context) => {
      for (const id of this.live) if (!this.faded.has(id)) this.paintOne(context, id);
      context.globalAlpha = FADED;
      for (const id of this.faded) this.paintOne(context, id);
    });
  }

  private paintOne(context: CanvasRenderingContext2D, id: string): void {
    const element = this.scene.get(id);
    if (element === undefined) return;
    paintElement(context, element, this.colors, this.view.scale);
    this.movingBox = union(this.movingBox, boxOf(element));
  }

  private repaintAll(): void {
    this.settled.reset(this.seen);
    this.movingDirty = true;
    this.ask();
  }
}
