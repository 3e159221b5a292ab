import { type Box, EMPTY, grown, isEmpty, outward, union } from "../geometry/box";
import { boxOf } from "../geometry/shape";
import type { Element } from "../model/element";

/** Around what is on a picture, board pixels. */
const MARGIN = 16;

/** The box around elements; undefined when nothing of them is seen. */
export function extentOf(elements: readonly Element[]): Box | undefined {
  const box = elements.map(boxOf).reduce(union, EMPTY);
  return isEmpty(box) ? undefined : box;
}

/** What a picture of elements shows, whole board pixels. */
export function frameOfPicture(elements: readonly Element[]): Box | undefined {
  const box = extentOf(elements);
  return box && outward(grown(box, MARGIN));
}
