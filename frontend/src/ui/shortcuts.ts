import { duplicate, nudge, removeSelected, selectAll, toBack, toFront } from "../tools/actions";
import type { Desk } from "../tools/tool";
import { TOOLS, type ToolName } from "../tools/toolbox";
import type { Doings } from "./page";
import { COLORS, nearestWidth, WIDTHS } from "./palette";

const ARROWS = { arrowleft: [-1, 0], arrowright: [1, 0], arrowup: [0, -1], arrowdown: [0, 1] } as const;

/** A key moves by a pixel of the screen, with shift by ten. */
function stepOf({ pixel, shift }: Desk, x: number, y: number): [dx: number, dy: number] {
  const step = pixel * (shift ? 10 : 1);
  return [x * step, y * step];
}

/** What each key does. The tooltips name the same keys. */
export function shortcutsOf(doings: Doings & { cancel(): void }, widthNow: () => number) {
  const step = (by: number) => {
    const next = WIDTHS[nearestWidth(widthNow()) + by];
    if (next !== undefined) doings.setLook({ width: next.value });
  };
  return new Map<string, () => void>([
    ...Object.entries(TOOLS).map(([name, { key }]) => [key, () => doings.take(name as ToolName)] as const),
    ["[", () => step(-1)],
    ["]", () => step(1)],
    ["+", () => doings.zoomIn()],
    ["=", () => doings.zoomIn()],
    ["-", () => doings.zoomOut()],
    ["0", () => doings.zoomToLife()],
    ["f", () => doings.fit()],
    ["mod+z", () => doings.undo()],
    ["mod+shift+z", () => doings.redo()],
    ["mod+y", () => doings.redo()],
    ["mod+a", () => doings.act(selectAll)],
    ["mod+d", () => doings.act(duplicate)],
    ["delete", () => doings.act(removeSelected)],
    ["backspace", () => doings.act(removeSelected)],
    [",", () => doings.act(toBack)],
    [".", () => doings.act(toFront)],
    ["escape", () => doings.cancel()],
    ...Object.entries(ARROWS).map(
      ([key, [x, y]]) => [key, () => doings.act((desk) => nudge(desk, ...stepOf(desk, x, y)))] as const,
    ),
    ...COLORS.map(({ value }, index) => [String(index + 1), () => doings.setLook({ color: value })] as const),
  ]);
}
