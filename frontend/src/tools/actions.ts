import { moved } from "../geometry/change";
import { shift } from "../geometry/matrix";
import type { Point } from "../geometry/transform";
import { type Element, zOf } from "../model/element";
import { MAX_REMOVE_IDS, MAX_Z } from "../model/limits";
import type { Look } from "../model/style";
import { Entry } from "./entry";
import { restyled } from "./look";
import type { Desk } from "./tool";

/** What people do with what is selected. */

/** Where copies lie beside what they were made of, board pixels. */
const ASIDE = 24;

export function removeSelected(desk: Desk): void {
  const ids = desk.selection.map(({ id }) => id);
  for (let i = 0; i < ids.length; i += MAX_REMOVE_IDS)
    desk.push({ op: "remove", elements: ids.slice(i, i + MAX_REMOVE_IDS) });
  desk.select([]);
}

export function nudge(desk: Desk, dx: number, dy: number): void {
  for (const element of desk.selection) {
    const props = moved(element, shift(dx, dy));
    if (props !== undefined) desk.push({ op: "update", element: element.id, props });
  }
}

export function restyle(desk: Desk, change: Partial<Look>): void {
  for (const element of desk.selection) {
    const props = restyled(element, change);
    if (props !== undefined) desk.push({ op: "update", element: element.id, props });
  }
}

export function selectAll(desk: Desk): void {
  desk.select([...desk.board].map(({ id }) => id));
}

/** Above all others, among themselves in the order that they had. */
export function toFront(desk: Desk): void {
  const others = without(desk);
  let z = others.reduce((top, element) => Math.max(top, zOf(element)), 0);
  if (others.length === 0) return;
  for (const element of desk.selection) {
    z = Math.min(MAX_Z, z + 1);
    desk.push({ op: "update", element: element.id, props: { z } });
  }
}

/** Below all others. */
export function toBack(desk: Desk): void {
  const others = without(desk);
  let z = others.reduce((bottom, element) => Math.min(bottom, zOf(element)), 0);
  if (others.length === 0) return;
  for (const element of [...desk.selection].reverse()) {
    z = Math.max(-MAX_Z, z - 1);
    desk.push({ op: "update", element: element.id, props: { z } });
  }
}

export function duplicate(desk: Desk): void {
  void addCopies(desk, desk.selection, { x: ASIDE, y: ASIDE });
}

/**
 * Adds copies of elements, moved by some board pixels, in their order on top of all; they are selected then. It ends with the first
 * that is not taken: neither would the others be. More than enter at once are the page's. Resolves with how many are in.
 */
export async function addCopies(desk: Desk, elements: readonly Element[], by: Point): Promise<number> {
  const copies = elements.map((element): Element => {
    const { z: _z, ...copy } = { ...element, ...moved(element, shift(by.x, by.y)) };
    return copy;
  });
  const entry = new Entry(copies, { topZ: desk.board.topZ, unsaved: 0, push: (draft) => desk.push(draft) });
  if (!entry.isShort) return desk.enter(copies);
  entry.step();
  if (entry.ids.length > 0) desk.select(entry.ids);
  return entry.ids.length;
}

function without(desk: Desk): Element[] {
  const ids = new Set(desk.selection.map(({ id }) => id));
  return [...desk.board].filter(({ id }) => !ids.has(id));
}
