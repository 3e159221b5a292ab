import { type Box, overlap } from "../geometry/box";
import type { Transform } from "../geometry/transform";
import type { Layer } from "./layer";
import type { Scene, StillElements } from "./still";
import { type Budget, type Paint, Tile } from "./tile";

/** The side of a tile in device pixels. */
export const TILE_PX = 512;

/** What a tile is painted on. */
export type Surface = Pick<Layer, "repaint" | "paint"> & { readonly canvas: CanvasImageSource };
export type MakeSurface = (sidePx: number, toTile: Transform) => Surface;

interface Placed {
  readonly tile: Tile;
  readonly surface: Surface;
}

/** The board at one scale, in tiles: those that are seen and one more on each side; others are let go. */
export class Tiles {
  private tiles = new Map<string, Placed>();
  private readonly side: number;

  /** @param scale device pixels a board pixel */
  constructor(
    readonly scale: number,
    private readonly reach: number,
    private readonly make: MakeSurface,
    private readonly scene: Scene,
    private readonly still: StillElements,
  ) {
    this.side = TILE_PX / scale;
  }

  soil(place: Box): void {
    for (const { tile } of this.tiles.values()) tile.soil(place);
  }

  add(ids: readonly string[]): void {
    for (const { tile } of this.tiles.values()) tile.add(ids);
  }

  /**
   * Paints what is seen and, if the budget lasts, what lies beside it.
   *
   * @returns whether all of it is painted now
   */
  paint(seen: Box, budget: Budget, paint: Paint): boolean {
    this.tiles = new Map(this.wanted(seen).map((key) => [key, this.tiles.get(key) ?? this.begin(key)]));
    for (const { tile } of this.tiles.values()) {
      if (budget.left <= 0) return false;
      tile.paint(budget, paint);
    }
    return [...this.tiles.values()].every(({ tile }) => tile.isDone);
  }

  /** Everything seen was painted once. */
  isReady(seen: Box): boolean {
    return this.seenTiles(seen).every(({ tile }) => tile.ready);
  }

  seenTiles(seen: Box): Placed[] {
    return [...this.tiles.values()].filter(({ tile }) => overlap(tile.box, seen));
  }

  /** The tiles around what is seen, from its middle outwards. */
  private wanted({ left, top, right, bottom }: Box): string[] {
    const at = (place: number) => Math.floor(place / this.side);
    const middle = { x: (left + right) / 2 / this.side - 0.5, y: (top + bottom) / 2 / this.side - 0.5 };
    const found: { key: string; distance: number }[] = [];
    for (let x = at(left) - 1; x <= at(right) + 1; x += 1) {
      for (let y = at(top) - 1; y <= at(bottom) + 1; y += 1) {
        const outside = x < at(left) || x > at(right) || y < at(top) || y > at(bottom);
        const distance = Math.hypot(x - middle.x, y - middle.y) + (outside ? 1_000 : 0);
        found.push({ key: `${x},${y}`, distance });
      }
    }
    return found.sort((a, b) => a.distance - b.distance).map(({ key }) => key);
  }

  private begin(key: string): Placed {
    const [x = 0, y = 0] = key.split(",").map(Number);
    const { side, scale } = this;
    const box = { left: x * side, top: y * side, right: (x + 1) * side, bottom: (y + 1) * side };
    const surface = this.make(TILE_PX, { scale, dx: -x * TILE_PX, dy: -y * TILE_PX });
    return { surface, tile: new Tile(box, this.reach, surface, this.scene, this.still) };
  }
}
