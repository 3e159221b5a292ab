import { Eraser, Pencil, Undo2 } from "lucide";
import { Button, MOD } from "./button";
import type { Props } from "./page";
import { COLORS, nearestWidth, WIDTHS } from "./palette";
import { strings } from "./strings";

/** Everything to draw with. On a narrow screen the colours stand above the rest. */
export function Toolbar({ shown, doings }: Props) {
  const width = nearestWidth(shown.width);
  return (
    <div class="bar toolbar">
      <fieldset class="group colors" aria-label={strings.colors}>
        {COLORS.map(({ name, value }, index) => (
          <Button
            key={name}
            name={strings.color[name]}
            shortcut={String(index + 1)}
            pressed={shown.color === value}
            onClick={() => doings.setColor(value)}
          >
            <span class="swatch" style={{ background: shown.colors.resolve(value) }} />
          </Button>
        ))}
      </fieldset>
      <div class="row">
        <fieldset class="group" aria-label={strings.tools}>
          <Button
            name={strings.tool.pen}
            shortcut="P"
            icon={Pencil}
            pressed={shown.tool === "pen"}
            onClick={() => doings.take("pen")}
          />
          <Button
            name={strings.tool.eraser}
            shortcut="E"
            icon={Eraser}
            pressed={shown.tool === "eraser"}
            onClick={() => doings.take("eraser")}
          />
        </fieldset>
        <fieldset class="group widths" aria-label={strings.widths}>
          {WIDTHS.map(({ name, value }, index) => (
            <Button
              key={name}
              name={strings.width[name]}
              shortcut={index < width ? "[" : index > width ? "]" : undefined}
              pressed={index === width}
              onClick={() => doings.setWidth(value)}
            >
              <span class={`nib nib-${name}`} style={{ background: shown.colors.resolve(shown.color) }} />
            </Button>
          ))}
        </fieldset>
        <div class="group">
          <Button
            name={strings.undo}
            shortcut={`${MOD}Z`}
            icon={Undo2}
            disabled={!shown.canUndo}
            onClick={() => doings.undo()}
          />
        </div>
      </div>
    </div>
  );
}
