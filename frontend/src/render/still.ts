import RBush from "rbush";
import type { Box } from "../geometry/box";
import { boxOf } from "../geometry/shape";
import type { Element } from "../model/element";

/** The elements to paint, bottom to top. */
export interface Scene extends Iterable<Element> {
  get(id: string): Element | undefined;
  /** Higher the higher the element lies; undefined while that is not decided. */
  rankOf(id: string): number | undefined;
}

interface Item {
  readonly id: string;
  readonly box: Box;
}

class Tree extends RBush<Item> {
  override toBBox({ box }: Item) {
    return { minX: box.left, minY: box.top, maxX: box.right, maxY: box.bottom };
  }
  override compareMinX(a: Item, b: Item): number {
    return a.box.left - b.box.left;
  }
  override compareMinY(a: Item, b: Item): number {
    return a.box.top - b.box.top;
  }
}

/** The elements that lie still, and where: finds those in a box without looking at the others. */
export class StillElements {
  private readonly tree = new Tree();
  private readonly items = new Map<string, Item>();

  constructor(private readonly scene: Scene) {}

  /** The box around all of them; undefined when there are none. */
  get extent(): Box | undefined {
    const { minX, minY, maxX, maxY } = this.tree.toJSON();
    return minX <= maxX ? { left: minX, top: minY, right: maxX, bottom: maxY } : undefined;
  }

  /** Starts again with all that is on the board, but for what lies `elsewhere`. */
  reload(elsewhere: (id: string) => boolean): void {
    this.items.clear();
    for (const element of this.scene) {
      const { id } = element;
      if (!elsewhere(id)) this.items.set(id, { id, box: boxOf(element) });
    }
    this.tree.clear().load([...this.items.values()].filter(({ box }) => box.left < box.right));
  }

  /** Returns where it lies; undefined when it is not on the board. */
  put(id: string): Box | undefined {
    this.drop(id);
    const element = this.scene.get(id);
    if (element === undefined) return undefined;
    const item = { id, box: boxOf(element) };
    this.items.set(id, item);
    if (item.box.left < item.box.right) this.tree.insert(item);
    return item.box;
  }

  /** Returns where it lay; undefined when it was not among these. */
  drop(id: string): Box | undefined {
    const item = this.items.get(id);
    if (item === undefined) return undefined;
    this.items.delete(id);
    this.tree.remove(item);
    return item.box;
  }

  boxOf(id: string): Box | undefined {
    return this.items.get(id)?.box;
  }

  /** What meets a box, bottom to top. */
  within({ left, top, right, bottom }: Box): Element[] {
    const found = this.tree.search({ minX: left, minY: top, maxX: right, maxY: bottom });
    const ranks = new Map(found.map(({ id }) => [id, this.scene.rankOf(id)]));
    if (found.some(({ id }) => ranks.get(id) === undefined)) this.rankAsTold(ranks);
    found.sort((a, b) => (ranks.get(a.id) ?? 0) - (ranks.get(b.id) ?? 0));
    return found.flatMap(({ id }) => this.scene.get(id) ?? []);
  }

  /** Where something is not decided yet, the order in which the board tells its elements is what people are to see. */
  private rankAsTold(ranks: Map<string, number | undefined>): void {
    let rank = 0;
    for (const { id } of this.scene) {
      rank += 1;
      if (ranks.has(id)) ranks.set(id, rank);
    }
  }
}
