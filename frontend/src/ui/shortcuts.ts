import type { Doings } from "./page";
import { COLORS, nearestWidth, WIDTHS } from "./palette";

/** What each key does. The tooltips name the same keys. */
export function shortcutsOf(doings: Doings & { cancel(): void }, widthNow: () => number) {
  const step = (by: number) => {
    const next = WIDTHS[nearestWidth(widthNow()) + by];
    if (next !== undefined) doings.setWidth(next.value);
  };
  return new Map<string, () => void>([
    ["p", () => doings.take("pen")],
    ["e", () => doings.take("eraser")],
    ["[", () => step(-1)],
    ["]", () => step(1)],
    ["+", () => doings.zoomIn()],
    ["=", () => doings.zoomIn()],
    ["-", () => doings.zoomOut()],
    ["0", () => doings.zoomToLife()],
    ["f", () => doings.fit()],
    ["mod+z", () => doings.undo()],
    ["escape", () => doings.cancel()],
    ...COLORS.map(({ value }, index) => [String(index + 1), () => doings.setColor(value)] as const),
  ]);
}
