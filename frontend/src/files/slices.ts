import type { Element } from "../model/element";

/** Elements painted at once. */
const SLICE = 400;

/** Paints elements in their order, some at once; after each of these slices the page gets a turn. */
export async function paintInSlices(
  elements: readonly Element[],
  paint: (element: Element) => void,
): Promise<void> {
  for (let i = 0; i < elements.length; i += SLICE) {
    for (const element of elements.slice(i, i + SLICE)) paint(element);
    await new Promise((resolve) => setTimeout(resolve));
  }
}
