import type { Box } from "../geometry/box";
import { type Size, seenIn } from "../geometry/camera";
import type { Transform } from "../geometry/transform";
import type { Spot } from "./layer";
import { type Scene, StillElements } from "./still";
import type { Budget, Paint } from "./tile";
import { type MakeSurface, Tiles } from "./tiles";

/** A zoom that rests so long is there to stay: now it is worth painting sharply. */
const REST_MS = 120;
/** Beyond this factor the former scale shows too little to wait for that. */
const MAX_STRETCH = 2;

/**
 * What lies still, at any zoom. Tiles of one scale are kept; while somebody zooms they are stretched, then painted anew at the
 * scale that was come to. What is stretched stays to be seen until then.
 */
export class Settled {
  private readonly still: StillElements;
  private tiles: Tiles | undefined;
  private former: Tiles | undefined;
  private view: Transform = { scale: 1, dx: 0, dy: 0 };
  private size: Size = { width: 0, height: 0 };
  private zoomedAt = Number.NEGATIVE_INFINITY;
  private shownAnew = true;
  /** Of the last painting. */
  private reach = 0;
  /** The tiles are of another reach than now, or partly so. */
  private isMixed = false;

  constructor(
    private readonly make: MakeSurface,
    private readonly scene: Scene,
  ) {
    this.still = new StillElements(scene);
  }

  /** The box around all that lies still; undefined when nothing does. */
  get extent(): Box | undefined {
    return this.still.extent;
  }

  /** Starts again with all that is on the board, but for what lies `elsewhere`. */
  reset(elsewhere: (id: string) => boolean): void {
    this.still.reload(elsewhere);
    this.repaint();
  }

  /** Everything has to be painted anew. */
  repaint(): void {
    this.tiles = undefined;
    this.former = undefined;
  }

  /** Takes an element off. */
  lift(id: string): void {
    const box = this.still.drop(id);
    if (box !== undefined) this.tiles?.soil(box);
  }

  /** Takes elements on that lay on no layer or another one. */
  take(ids: readonly string[]): void {
    for (const id of ids) {
      this.lift(id);
      this.still.put(id);
    }
    this.tiles?.add(ids);
  }

  /** @param view from the board to device pixels */
  look(view: Transform, size: Size, now: number): void {
    if (view.scale !== this.view.scale) this.zoomedAt = now;
    this.view = view;
    this.size = size;
    this.shownAnew = true;
  }

  /**
   * Paints what has to be painted.
   *
   * @param reach see `Tile`
   * @returns whether all is painted, sharply
   */
  paint(now: number, reach: number, budget: Budget, paint: Paint): boolean {
    const { scale } = this.view;
    const seen = this.seen;
    const stretch = this.tiles === undefined ? Number.POSITIVE_INFINITY : scale / this.tiles.scale;
    const isFar = stretch > MAX_STRETCH || stretch < 1 / MAX_STRETCH;
    if (reach !== this.reach) this.isMixed = this.tiles !== undefined;
    this.reach = reach;
    if ((stretch !== 1 || this.isMixed) && (isFar || now - this.zoomedAt >= REST_MS)) {
      // What was never ready shows less than what it was to replace.
      if (this.tiles?.isReady(seen) ?? false) this.former = this.tiles;
      this.isMixed = false;
      // A place is repaired by whole device pixels: what lies in those at its edge counts too.
      this.tiles = new Tiles(scale, reach + 1 / scale, this.make, this.scene, this.still);
    }
    const done = this.tiles?.paint(seen, budget, paint) ?? true;
    if (this.tiles?.isReady(seen)) this.former = undefined;
    return done && this.tiles?.scale === scale && !this.isMixed;
  }

  /** What to show where, each in place of what is there: all of it, or, if the view is the same, what has changed. */
  show(): Spot[] {
    const all = this.shownAnew || this.former !== undefined;
    this.shownAnew = false;
    return [...this.spotsOf(this.former, true), ...this.spotsOf(this.tiles, all)];
  }

  private get seen(): Box {
    return seenIn(this.view, this.size);
  }

  private spotsOf(tiles: Tiles | undefined, all: boolean): Spot[] {
    if (tiles === undefined) return [];
    const { scale, dx, dy } = this.view;
    const spots: Spot[] = [];
    for (const { tile, surface } of tiles.seenTiles(this.seen)) {
      if (!(all || tile.fresh) || (this.former !== undefined && !tile.ready)) continue;
      tile.fresh = false;
      const [left, top] = [Math.round(tile.box.left * scale + dx), Math.round(tile.box.top * scale + dy)];
      const [right, bottom] = [
        Math.round(tile.box.right * scale + dx),
        Math.round(tile.box.bottom * scale + dy),
      ];
      spots.push({ image: surface.canvas, left, top, width: right - left, height: bottom - top });
    }
    return spots;
  }
}
