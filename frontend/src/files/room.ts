import { type NewElement, pointsOf } from "../model/element";
import { MAX_BOARD_SIZE, MAX_ELEMENTS } from "../model/limits";

/** Whether elements find room on a board beside those that are there (SPEC.md O8). */
export function fits(elements: readonly NewElement[], there: readonly NewElement[]): boolean {
  const size = [...elements, ...there].reduce((sum, element) => sum + sizeOf(element), 0);
  return elements.length + there.length <= MAX_ELEMENTS && size <= MAX_BOARD_SIZE;
}

/** Numbers in its points, and characters in its text: the server counts whole ones, and so never more. */
function sizeOf(element: NewElement): number {
  const text = typeof element.text === "string" ? element.text.length : 0;
  return (pointsOf(element)?.length ?? 0) + text;
}
