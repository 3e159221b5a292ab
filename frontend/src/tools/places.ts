import { type Element, zOf } from "../model/element";
import { MAX_Z } from "../model/limits";

/** Where an element lay when it was removed. */
export interface Place {
  /** Its nearest neighbours then, bottom to top. */
  readonly below: readonly string[];
  readonly above: readonly string[];
  /** Higher the later it was: neighbours that were removed later have to come back first. */
  readonly turn: number;
}

export interface Removed {
  readonly element: Element;
  readonly place: Place;
}

/** What lies on the board, or comes `back` to it. */
export interface Layer {
  readonly id: string;
  readonly z: number;
  readonly back: Element | undefined;
}

/** Some of them may be gone, or elsewhere, when one asks for them. */
const NEIGHBOURS = 8;
/** Where more than these would have to make way, what comes back lies on top: each of them is an op for everybody. */
const MAX_MOVED = 1_000;

/** The elements of these ids, with their places; bottom to top, as the board tells its own. */
export function placesOf(board: Iterable<Element>, ids: readonly string[], turn: number): Removed[] {
  const wanted = new Set(ids);
  const elements = [...board];
  const near = (from: number, to: number) => elements.slice(Math.max(0, from), to).map(({ id }) => id);
  return elements.flatMap((element, i) => {
    if (!wanted.has(element.id)) return [];
    const place = { below: near(i - NEIGHBOURS, i), above: near(i + 1, i + 1 + NEIGHBOURS), turn };
    return [{ element, place }];
  });
}

/**
 * Finds the `z` by which removed elements lie where they lay, among what is there now: what others added meanwhile lies above, and
 * what they moved is trusted less than the other neighbours. A `z` is a whole number and most have none (O10), so that there is
 * often no room between two: then as few as may be make way.
 *
 * @param board bottom to top
 * @param now the id under which a neighbour, once removed, is there again
 * @returns what comes back, and what has to make way, bottom to top, each with the `z` that it is to have
 */
export function restacked(
  board: Iterable<Element>,
  removed: readonly Removed[],
  now: (id: string) => string,
): readonly Layer[] {
  const stack: Layer[] = [...board].map((element) => layerOf(element, undefined));
  let at = -1;
  for (const { element, place } of [...removed].sort((a, b) => b.place.turn - a.place.turn)) {
    // Thousands that lay one upon the other need not look for their places one by one.
    const isNext = at >= 0 && stack[at]?.id === place.below.at(-1);
    at = isNext ? at + 1 : indexFor(stack, place, now);
    stack.splice(at, 0, layerOf(element, element));
  }
  const [lowered, lifted] = [leveled(stack, -1), leveled(stack, 1)];
  // Rather lower what is below: whoever adds without a `z` still adds on top.
  const best = lowered.length <= lifted.length ? lowered : lifted;
  const isModest = best.length - removed.length <= MAX_MOVED;
  if (isModest && best.every(({ z }) => Math.abs(z) <= MAX_Z)) return best;
  const top = stack.reduce((highest, { z }) => Math.max(highest, z), 0);
  return stack.flatMap((layer) => (layer.back === undefined ? [] : [{ ...layer, z: top }]));
}

function layerOf(element: Element, back: Element | undefined): Layer {
  return { id: element.id, z: zOf(element), back };
}

/** The place that most of the neighbours agree with; of several the lowest, unless nothing is left of what lay below. */
function indexFor(stack: readonly Layer[], { below, above }: Place, now: (id: string) => string): number {
  const [lower, upper] = [new Set(below.map(now)), new Set(above.map(now))];
  let [score, best, first, last] = [0, 0, 0, 0];
  let isAbove = below.length === 0;
  for (const [i, { id }] of stack.entries()) {
    if (lower.has(id)) {
      score += 1;
      isAbove = true;
    } else if (upper.has(id)) score -= 1;
    if (score > best) [best, first, last] = [score, i + 1, i + 1];
    else if (score === best && last === i) last = i + 1;
  }
  return isAbove ? first : last;
}

/**
 * The `z` by which the layers lie in their order: what comes back keeps its own where it can, and what is there makes way only by
 * going up (`way` 1) or down (-1). What stays as it is is left out.
 */
function leveled(stack: readonly Layer[], way: 1 | -1): Layer[] {
  const order = way === 1 ? stack : [...stack].reverse();
  const rooms = roomsOf(order, way);
  let before: Layer | undefined;
  let level = Number.NEGATIVE_INFINITY;
  const levels = order.map((layer, i) => {
    if (before !== undefined && !(way === 1 ? mayShare(before, layer) : mayShare(layer, before))) level += 1;
    const own = way * layer.z;
    level = Math.max(level, layer.back === undefined ? own : Math.min(own, rooms[i] ?? own));
    before = layer;
    return way * level + 0; // no -0
  });
  if (way === -1) levels.reverse();
  return stack.flatMap((layer, i) => {
    const z = levels[i] as number;
    return layer.back === undefined && layer.z === z ? [] : [{ ...layer, z }];
  });
}

/** How far each layer may go without touching the next one that is there. */
function roomsOf(order: readonly Layer[], way: 1 | -1): number[] {
  let room = Number.POSITIVE_INFINITY;
  return [...order]
    .reverse()
    .map(({ z, back }) => {
      const own = room;
      if (back === undefined) room = way === 1 ? z - 1 : -z;
      return own;
    })
    .reverse();
}

/** Whether one layer lies above another of the same `z`: what is added last does, and what always did. */
function mayShare(lower: Layer, upper: Layer): boolean {
  return upper.back !== undefined || (lower.back === undefined && lower.z === upper.z);
}
