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
  Target,
  Type,
  Undo2,
} from "lucide";
import { lookOf } from "../tools/look";
import { TOOLS, type ToolName } from "../tools/toolbox";
import { Button } from "./button";
import { useMedia } from "./media";
import type { Props } from "./page";
import { Popover } from "./popover";
import { keyOf } from "./shortcuts";
import { strings } from "./strings";
import { Actions, Styles } from "./styles";

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
  laser: Target,
};

/** A phone: the two rows of `toolbar.css` fit it, and nothing else beside them. */
const NARROW = "(max-width: 760px)";

/** Everything to draw with: above, how it looks; below, the tools. On a phone the looks are behind a button. */
export function Toolbar({ shown, doings }: Props) {
  const isNarrow = useMedia(NARROW);
  const hasSelection = shown.selection.length > 0;
  if (!isNarrow)
    return (
      <div class="bar toolbar">
        <div class="row styles">
          <Styles shown={shown} doings={doings} />
          {hasSelection && <Actions doings={doings} />}
        </div>
        <div class="row">
          <Tools shown={shown} doings={doings} />
          <Steps shown={shown} doings={doings} />
        </div>
      </div>
    );
  const color = shown.colors.resolve(lookOf(shown.selection, shown.look).color ?? shown.look.color);
  return (
    <>
      {hasSelection && (
        <div class="bar toolbar">
          <Actions doings={doings} />
        </div>
      )}
      <div class="bar toolbar narrow">
        <Popover name={strings.style} label={<span class="swatch" style={{ background: color }} />}>
          <div class="styles">
            <Styles shown={shown} doings={doings} />
          </div>
        </Popover>
        <Tools shown={shown} doings={doings} />
        <Steps shown={shown} doings={doings} />
      </div>
    </>
  );
}

function Tools({ shown, doings }: Props) {
  return (
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
  );
}

function Steps({ shown, doings }: Props) {
  return (
    <div class="group steps">
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
  );
}
