import { type Box, EMPTY, grown, isEmpty, union } from "../geometry/box";
import type { Size } from "../geometry/camera";
import { boxOf } from "../geometry/shape";
import { type Point, scaled, type Transform, toBoard } from "../geometry/transform";
import type { Touched } from "../model/board";
import { Camera } from "./camera";
import type { Colors } from "./colors";
import { Layer } from "./layer";
import { LiveElements } from "./live";
import { Pace } from "./pace";
import { paintElement } from "./paint";
import { Settled } from "./settled";
import type { Scene } from "./still";

const FADED = 0.22;
/** After a move people mostly go on moving. */
const MOVING_MS = 150;

/** What the renderer tells. */
export interface Watcher {
  /** First in each frame; what it changes is painted in the same frame. */
  beforePaint(): void;
  /** What is seen of the board has changed, or whether all of it is painted. */
  looked(): void;
}

/**
 * Paints the board on two layers: settled elements, painted once and repaired where something changed; above them what
 * is being drawn or about to be erased, painted anew each frame. Nothing is painted outside an animation frame.
 */
export class Renderer {
  readonly camera = new Camera(() => this.looked());
  /** All that is seen is painted. */
  isDone = false;
  private readonly below = new Layer();
  private readonly moving = new Layer();
  private readonly settled: Settled;
  private readonly live = new LiveElements();
  private readonly pace = new Pace();
  private faded: ReadonlySet<string> = new Set();
  private movingDirty = false;
  private movingBox = EMPTY;
  private size: Size = { width: 0, height: 0 };
  private ratio = 1;
  private lookedAt = Number.NEGATIVE_INFINITY;
  private isPlaced = false;
  private frameAsked = false;
  /** When the last frame began, if something was painted in it and it asked for another. */
  private lastFrame: number | undefined;
  /** Wakes us when the next live element is quiet. */
  private wake: ReturnType<typeof setTimeout> | undefined;

  constructor(
    stage: HTMLElement,
    private readonly scene: Scene,
    private colors: Colors,
    private readonly watcher: Watcher,
  ) {
    for (const [name, { canvas }] of Object.entries({ settled: this.below, moving: this.moving })) {
      canvas.dataset.layer = name;
      canvas.setAttribute("aria-hidden", "true");
      stage.append(canvas);
    }
    this.settled = new Settled(newTile, scene);
  }

  get view(): Transform {
    return this.camera.view;
  }

  /** The box around everything on the board; undefined when there is nothing. */
  get extent(): Box | undefined {
    const boxes = [...this.live].flatMap((id) => this.scene.get(id) ?? []).map(boxOf);
    const whole = boxes.reduce(union, this.settled.extent ?? EMPTY);
    return isEmpty(whole) ? undefined : whole;
  }

  toBoard(x: number, y: number): Point {
    return toBoard(this.view, x, y);
  }

  /** Takes the stage's size: CSS pixels, and device pixels a CSS pixel. */
  resize(width: number, height: number, ratio: number): void {
    this.size = { width, height };
    this.ratio = ratio;
    this.camera.resize(this.size, ratio);
    this.frame(); // at once: a canvas is empty after it was resized
  }

  recolor(colors: Colors): void {
    this.colors = colors;
    this.settled.repaint();
    this.movingDirty = true;
    this.ask();
  }

  /** The board may look different there. */
  changed(touched: Touched): void {
    if (touched === "all") {
      this.live.clear();
      this.settled.reset((id) => this.faded.has(id));
    } else for (const id of touched) this.touch(id);
    this.movingDirty = true;
    this.ask();
  }

  /** Shows these elements as about to go. */
  fade(ids: ReadonlySet<string>): void {
    for (const id of ids) if (!this.faded.has(id)) this.settled.lift(id);
    const back = [...this.faded].filter((id) => !ids.has(id) && !this.live.has(id));
    this.faded = ids;
    this.settled.take(back);
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

  private touch(id: string): void {
    this.settled.lift(id);
    if (this.scene.get(id) === undefined) this.live.drop(id);
    else this.live.touch(id, performance.now());
  }

  private looked(): void {
    this.isPlaced = false;
    this.lookedAt = performance.now();
    this.watcher.looked();
    this.ask();
  }

  private place(now: number): void {
    this.isPlaced = true;
    const [width, height] = [this.size.width * this.ratio, this.size.height * this.ratio];
    const toDevice = scaled(this.view, this.ratio);
    for (const layer of [this.below, this.moving])
      layer.place(Math.round(width), Math.round(height), toDevice);
    this.settled.look(toDevice, { width, height }, now);
    this.movingBox = EMPTY;
    this.movingDirty = true;
  }

  private frame(): void {
    this.watcher.beforePaint();
    const now = performance.now();
    if (!this.isPlaced) this.place(now);
    const quiet = this.live.settle(now);
    if (quiet.length > 0) {
      this.settled.take(quiet.filter((id) => !this.faded.has(id)));
      this.movingDirty = true;
    }
    this.paintSettled(now);
    this.paintMoving();
    const wait = this.live.dueIn(now);
    clearTimeout(this.wake);
    if (wait !== undefined) this.wake = setTimeout(() => this.ask(), wait);
  }

  private paintSettled(now: number): void {
    const isMoving = now - this.lookedAt < MOVING_MS || this.live.size > 0;
    const gap = this.lastFrame === undefined ? undefined : now - this.lastFrame;
    const budget = { left: this.pace.next(gap, isMoving) };
    const isDone = this.settled.paint(now, 1 / this.view.scale, budget, (context, element) => {
      paintElement(context, element, this.colors, this.view.scale);
    });
    this.lastFrame = isDone ? undefined : now;
    this.below.show(this.settled.show());
    if (!isDone) this.ask();
    if (isDone === this.isDone) return;
    this.isDone = isDone;
    this.watcher.looked();
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
    // Thin ink is painted a pixel wide, and the edge of what is painted lies anywhere in one.
    this.movingBox = union(this.movingBox, grown(boxOf(element), 2 / this.view.scale));
  }
}

function newTile(sidePx: number, toTile: Transform): Layer {
  const layer = new Layer();
  layer.place(sidePx, sidePx, toTile);
  return layer;
}
