import { type Box, EMPTY, grown, overlap, union } from "../geometry/box";
import { type Element, pointsOf } from "../model/element";
import type { Layer } from "./layer";
import type { Scene, StillElements } from "./still";

/** Dirty places beyond this number are painted as one. */
const MAX_DIRTY = 24;

export type Paint = (context: CanvasRenderingContext2D, element: Element) => void;

/** What is to be spent in one frame, in points painted. */
export interface Budget {
  left: number;
}

/**
 * A square of what lies still: painted once, in slices when there is much of it, then repaired where something changed.
 *
 * An element that belongs on top of everything painted is simply painted there. Any other makes its place dirty, and all that
 * lies in a dirty place is painted anew, in order.
 */
export class Tile {
  /** Everything was painted once. */
  ready = false;
  /** Painted to since it was shown last. */
  fresh = false;
  private rest: Element[] | undefined;
  private dirty: Box[] = [];
  private onTop: string[] = [];
  private topRank = 0;
  /** Painted before their rank was decided. */
  private readonly unranked = new Set<string>();

  /** @param reach how far ink may go beyond an element's box, board pixels: thin ink is painted wider than it is */
  constructor(
    readonly box: Box,
    private readonly reach: number,
    readonly surface: Pick<Layer, "repaint" | "paint">,
    private readonly scene: Scene,
    private readonly still: StillElements,
  ) {}

  get isDone(): boolean {
    return this.ready && this.dirty.length === 0 && this.onTop.length === 0;
  }

  /** What is painted there is no longer right. */
  soil(place: Box): void {
    const wide = grown(place, this.reach);
    // A tile that was not begun finds out by itself.
    if (overlap(wide, this.box) && (this.ready || this.rest !== undefined)) this.dirty.push(wide);
  }

  /** These elements have come to lie still. */
  add(ids: readonly string[]): void {
    const here = ids.filter((id) => this.meets(id));
    const ranks = new Map(here.map((id) => [id, this.scene.rankOf(id) ?? 0]));
    // What is dirty may bring things up that lie higher; then there is no knowing the top before it is painted.
    if (this.isDone && Math.min(...ranks.values()) > this.highest()) {
      this.onTop = here.sort((a, b) => (ranks.get(a) ?? 0) - (ranks.get(b) ?? 0));
      return;
    }
    for (const id of [...here, ...this.onTop]) this.soil(this.still.boxOf(id) ?? EMPTY);
    this.onTop = [];
  }

  /** Paints what has to be painted, as far as the budget goes. */
  paint(budget: Budget, paint: Paint): void {
    if (this.isDone) return;
    this.fresh = true;
    if (!this.ready) this.begin(budget, paint);
    if (!this.ready) return;
    this.repair(budget, paint);
    if (this.onTop.length > 0) {
      const elements = this.onTop.flatMap((id) => this.scene.get(id) ?? []);
      this.onTop = [];
      this.surface.paint((context) => this.each(elements, budget, context, paint));
    }
  }

  private begin(budget: Budget, paint: Paint): void {
    const rest = this.rest ?? this.still.within(grown(this.box, this.reach));
    let next = 0;
    this.surface.paint((context) => {
      for (; next < rest.length && budget.left > 0; next += 1) {
        this.each(rest.slice(next, next + 1), budget, context, paint);
      }
    });
    this.ready = next === rest.length;
    this.rest = this.ready ? undefined : rest.slice(next);
  }

  private repair(budget: Budget, paint: Paint): void {
    const { dirty, reach } = this;
    if (dirty.length === 0) return;
    this.dirty = [];
    const places = dirty.length > MAX_DIRTY ? [dirty.reduce(union)] : dirty;
    const elements = this.still.within(grown(places.reduce(union), reach)).filter(({ id }) => {
      const box = grown(this.still.boxOf(id) ?? EMPTY, reach);
      return places.some((place) => overlap(box, place));
    });
    this.surface.repaint(places, (context) => this.each(elements, budget, context, paint));
  }

  private each(
    elements: readonly Element[],
    budget: Budget,
    context: CanvasRenderingContext2D,
    paint: Paint,
  ): void {
    for (const element of elements) {
      paint(context, element);
      budget.left -= 8 + (pointsOf(element)?.length ?? 0) / 2;
      const rank = this.scene.rankOf(element.id);
      if (rank === undefined) this.unranked.add(element.id);
      else this.topRank = Math.max(this.topRank, rank);
    }
  }

  private meets(id: string): boolean {
    const box = this.still.boxOf(id);
    return box !== undefined && overlap(grown(box, this.reach), this.box);
  }

  /** The rank above which nothing is painted; infinite while that is not decided. */
  private highest(): number {
    for (const id of this.unranked) {
      const rank = this.still.boxOf(id) === undefined ? 0 : this.scene.rankOf(id);
      if (rank === undefined) return Number.POSITIVE_INFINITY;
      this.unranked.delete(id);
      this.topRank = Math.max(this.topRank, rank);
    }
    return this.topRank;
  }
}
