import {
  ArrowUpRight,
  Circle,
  Diamond,
  Eraser,
  Hand,
  Highlighter,
  type IconNode,
  Minus,
  MousePointer2,
  Pencil,
  Redo2,
  Square,
  StickyNote,
  Type,
  Undo2,
  WandSparkles,
} from "lucide";
import { TOOLS, type ToolName } from "../tools/toolbox";
import { Button } from "./button";
import type { Props } from "./page";
import { keyOf } from "./shortcuts";
import { strings } from "./strings";
import { Styles } from "./styles";

const ICONS: Record<ToolName, IconNode> = {
  select: MousePointer2,
  hand: Hand,
  pen: Pencil,
  highlighter: Highlighter,
  eraser: Eraser,
  line: Minus,
  arrow: ArrowUpRight,
  rectangle: Square,
  diamond: Diamond,
  ellipse: Circle,
  text: Type,
  note: StickyNote,
  laser: WandSparkles,
};

/** Everything to draw with: above, how it looks; below, the tools. */
export function Toolbar({ shown, doings }: Props) {
  return (
    <div class="bar toolbar">
      <Styles shown={shown} doings={doings} />
      <div class="row">
        <fieldset class="group tools" aria-label={strings.tools}>
          {(Object.keys(TOOLS) as ToolName[]).map((name) => (
            <Button
              key={name}
              name={strings.tool[name]}
              shortcut={keyOf(name)}
              icon={ICONS[name]}
              pressed={shown.tool === name}
              onClick={() => doings.take(name)}
            />
          ))}
        </fieldset>
        <div class="group">
          <Button
            name={strings.undo}
            shortcut={keyOf("undo")}
            icon={Undo2}
            disabled={!shown.canUndo}
            onClick={() => doings.undo()}
          />
          <Button
            name={strings.redo}
            shortcut={keyOf("redo")}
            icon={Redo2}
            disabled={!shown.canRedo}
            onClick={() => doings.redo()}
          />
        </div>
      </div>
    </div>
  );
}
