import { duplicate, nudge, removeSelected, selectAll, toBack, toFront } from "../tools/actions";
import type { Desk } from "../tools/tool";
import { TOOLS, type ToolName } from "../tools/toolbox";
import type { Doings } from "./page";
import { COLORS } from "./palette";
import { strings } from "./strings";

export type Group = "tools" | "look" | "edit" | "view";

export interface Shortcut {
  readonly group: Group;
  readonly name: string;
  /** The chords that people are told of (`input/keys`). */
  readonly keys: readonly string[];
  /** Those that do the same on some keyboards, or for some habits. */
  readonly also?: readonly string[];
  /** Absent where the browser tells us by an event of its own: the clipboard's. */
  readonly run?: (doings: Doings, key: string) => void;
}

/** A key moves by a pixel of the screen, with shift by ten. */
const ARROWS = { arrowleft: [-1, 0], arrowright: [1, 0], arrowup: [0, -1], arrowdown: [0, 1] } as const;

function nudgeBy(desk: Desk, key: string): void {
  const [x, y] = ARROWS[key as keyof typeof ARROWS];
  const step = desk.pixel * (desk.shift ? 10 : 1);
  nudge(desk, x * step, y * step);
}

function takes(tool: ToolName): Shortcut {
  return {
    group: "tools",
    name: strings.tool[tool],
    keys: [TOOLS[tool].key],
    run: (doings) => doings.take(tool),
  };
}

const TOOL_NAMES = Object.keys(TOOLS) as ToolName[];

/** All that a key does. Keyboard, tooltips and help read this table, so none of them can say what the others do not. */
export const SHORTCUTS = {
  ...(Object.fromEntries(TOOL_NAMES.map((tool) => [tool, takes(tool)])) as Record<ToolName, Shortcut>),
  color: {
    group: "look",
    name: strings.colors,
    keys: COLORS.map((_, i) => String(i + 1)),
    run: (doings, key) => {
      const color = COLORS[Number(key) - 1]?.value;
      if (color !== undefined) doings.setLook({ color });
    },
  },
  finer: { group: "look", name: strings.finer, keys: ["["], run: (doings) => doings.step(-1) },
  broader: { group: "look", name: strings.broader, keys: ["]"], run: (doings) => doings.step(1) },
  undo: { group: "edit", name: strings.undo, keys: ["mod+z"], run: (doings) => doings.undo() },
  redo: {
    group: "edit",
    name: strings.redo,
    keys: ["mod+shift+z", "mod+y"],
    run: (doings) => doings.redo(),
  },
  selectAll: {
    group: "edit",
    name: strings.selectAll,
    keys: ["mod+a"],
    run: (doings) => doings.act(selectAll),
  },
  write: { group: "edit", name: strings.write, keys: ["enter"], run: (doings) => doings.write() },
  letGo: { group: "edit", name: strings.letGo, keys: ["escape"], run: (doings) => doings.cancel() },
  copy: { group: "edit", name: strings.copy, keys: ["mod+c"] },
  cut: { group: "edit", name: strings.cut, keys: ["mod+x"] },
  paste: { group: "edit", name: strings.paste, keys: ["mod+v"] },
  duplicate: {
    group: "edit",
    name: strings.duplicate,
    keys: ["mod+d"],
    run: (doings) => doings.act(duplicate),
  },
  remove: {
    group: "edit",
    name: strings.remove,
    keys: ["delete"],
    also: ["backspace"],
    run: (doings) => doings.act(removeSelected),
  },
  toBack: { group: "edit", name: strings.toBack, keys: [","], run: (doings) => doings.act(toBack) },
  toFront: { group: "edit", name: strings.toFront, keys: ["."], run: (doings) => doings.act(toFront) },
  nudge: {
    group: "edit",
    name: strings.nudge,
    keys: Object.keys(ARROWS),
    run: (doings, key) => doings.act((desk) => nudgeBy(desk, key)),
  },
  zoomIn: {
    group: "view",
    name: strings.zoomIn,
    keys: ["+"],
    also: ["="],
    run: (doings) => doings.zoomIn(),
  },
  zoomOut: { group: "view", name: strings.zoomOut, keys: ["-"], run: (doings) => doings.zoomOut() },
  zoomToLife: { group: "view", name: strings.toLife, keys: ["0"], run: (doings) => doings.zoomToLife() },
  fit: { group: "view", name: strings.fit, keys: ["f"], run: (doings) => doings.fit() },
  help: { group: "view", name: strings.help, keys: ["?"], run: (doings) => doings.help(true) },
} as const satisfies Record<string, Shortcut>;

export type ShortcutName = keyof typeof SHORTCUTS;

/** The chord that people are told of first. */
export function keyOf(name: ShortcutName): string | undefined {
  return SHORTCUTS[name].keys[0];
}

/** What each chord does. */
export function chordsOf(doings: Doings): ReadonlyMap<string, () => void> {
  const all: readonly Shortcut[] = Object.values(SHORTCUTS);
  return new Map(
    all.flatMap(({ keys, also = [], run }) =>
      run === undefined ? [] : [...keys, ...also].map((key) => [key, () => run(doings, key)] as const),
    ),
  );
}
