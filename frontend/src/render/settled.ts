import { type Box, overlap, union } from "../geometry/box";
import { boxOf } from "../geometry/shape";
import type { Element } from "../model/element";
import type { Layer } from "./layer";

/** The elements to paint, bottom to top. */
export interface Scene extends Iterable<Element> {
  get(id: string): Element | undefined;
  /** Higher the higher the element lies; undefined while that is not decided. */
  rankOf(id: string): number | undefined;
}

/** Dirty places beyond this number are painted as one. */
const MAX_DIRTY = 24;

/**
 * What lies still: painted once, and repaired where something changed.
 *
 * An element that belongs on top of everything painted is simply painted there. Any other makes its place dirty, and all that
 * lies in a dirty place is painted anew, in order.
 */
export class Settled {
  private readonly painted = new Map<string, Box>();
  /** Painted before their rank was decided. */
  private readonly unranked = new Set<string>();
  private topRank = 0;
  private onTop: string[] = [];
  private dirty: Box[] = [];

  constructor(
    private readonly layer: Pick<Layer, "repaint" | "paint">,
    private readonly scene: Scene,
  ) {}

  /** Everything within this box has to be painted anew; nothing outside it can be seen. */
  reset(seen: Box): void {
    this.painted.clear();
    this.unranked.clear();
    this.topRank = 0;
    this.onTop = [];
    this.dirty = [seen];
  }

  /** This place has to be painted anew. */
  soil(place: Box): void {
    this.dirty.push(place);
  }

  /** Takes an element off. */
  lift(id: string): void {
    const box = this.painted.get(id);
    if (box === undefined) return;
    this.painted.delete(id);
    this.unranked.delete(id);
    this.dirty.push(box);
  }

  /** Takes elements on that lay on no layer or another one. */
  take(ids: readonly string[]): void {
    const ranks = ids.map((id) => this.scene.rankOf(id));
    const lowest = Math.min(...ranks.map((rank) => rank ?? 0));
    // What is dirty may bring things up that lie higher; then there is no knowing the top before it is painted.
    if (this.dirty.length === 0 && this.onTop.length === 0 && lowest > this.highest()) {
      this.onTop = [...ids].sort((a, b) => (this.scene.rankOf(a) ?? 0) - (this.scene.rankOf(b) ?? 0));
      return;
    }
    for (const id of ids) {
      const element = this.scene.get(id);
      if (element !== undefined) this.dirty.push(boxOf(element));
    }
  }

  /** Paints what has to be painted, leaving out what lies `elsewhere`. */
  repair(
    seen: Box,
    elsewhere: (id: string) => boolean,
    paint: (context: CanvasRenderingContext2D, element: Element) => void,
  ): void {
    const onTop = new Set(this.onTop);
    const places = this.places();
    if (places.length > 0) {
      this.layer.repaint(places, (context) => {
        for (const element of this.scene) {
          const { id } = element;
          if (onTop.has(id) || elsewhere(id)) continue;
          const box = boxOf(element);
          if (!overlap(box, seen) || !places.some((place) => overlap(box, place))) continue;
          paint(context, element);
          this.note(id, box);
        }
      });
    }
    if (onTop.size > 0) this.layer.paint((context) => this.addOnTop(context, seen, elsewhere, paint));
    this.onTop = [];
  }

  private addOnTop(
    context: CanvasRenderingContext2D,
    seen: Box,
    elsewhere: (id: string) => boolean,
    paint: (context: CanvasRenderingContext2D, element: Element) => void,
  ): void {
    for (const id of this.onTop) {
      const element = elsewhere(id) ? undefined : this.scene.get(id);
      if (element === undefined || !overlap(boxOf(element), seen)) continue;
      paint(context, element);
      this.note(id, boxOf(element));
    }
  }

  private places(): Box[] {
    const { dirty } = this;
    this.dirty = [];
    return dirty.length > MAX_DIRTY ? [dirty.reduce(union)] : dirty;
  }

  private note(id: string, box: Box): void {
    this.painted.set(id, box);
    const rank = this.scene.rankOf(id);
    if (rank === undefined) this.unranked.add(id);
    else this.topRank = Math.max(this.topRank, rank);
  }

  /** The rank above which nothing is painted; infinite while that is not decided. */
  private highest(): number {
    for (const id of this.unranked) {
      const rank = this.scene.rankOf(id);
      if (rank === undefined) return Number.POSITIVE_INFINITY;
      this.unranked.delete(id);
      this.topRank = Math.max(this.topRank, rank);
    }
    return this.topRank;
  }
}
