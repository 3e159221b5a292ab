import { BringToFront, CopyPlus, SendToBack, Trash2 } from "lucide";
import { isWritten } from "../model/kinds";
import type { Fill } from "../model/style";
import { duplicate, removeSelected, toBack, toFront } from "../tools/actions";
import { hasInside, lookOf } from "../tools/look";
import { Button } from "./button";
import type { Props } from "./page";
import { COLORS, kindsToDress, nearest, OPACITIES, SIZES, WIDTHS } from "./palette";
import { keyOf, SHORTCUTS } from "./shortcuts";
import { strings } from "./strings";

const FILLS: readonly Fill[] = ["none", "tint", "solid"];
/** How things look: what is selected, or else what comes next. Only what means something there is offered. */
export function Styles({ shown, doings }: Props) {
  const look = lookOf(shown.selection, shown.look);
  const kinds = kindsToDress(shown.selection, shown.tool);
  const hasLines = !kinds.every(isWritten);
  const width = look.width === undefined ? undefined : nearest(WIDTHS, look.width);
  const size = look.size === undefined ? undefined : nearest(SIZES, look.size);
  const ink = shown.colors.resolve(look.color ?? shown.look.color);
  return (
    <>
      <fieldset class="group colors" aria-label={strings.colors}>
        {COLORS.map(({ name, value }, index) => (
          <Button
            key={name}
            name={strings.color[name]}
            shortcut={SHORTCUTS.color.keys[index]}
            pressed={look.color === value}
            onClick={() => doings.setLook({ color: value })}
          >
            <span class="swatch" style={{ background: shown.colors.resolve(value) }} />
          </Button>
        ))}
      </fieldset>
      {hasLines && (
        <fieldset class="group widths" aria-label={strings.widths}>
          {WIDTHS.map(({ name, value }, index) => (
            <Button
              key={name}
              name={strings.width[name]}
              shortcut={keyTo(index, width)}
              pressed={index === width}
              onClick={() => doings.setLook({ width: value })}
            >
              <span class={`nib nib-${name}`} style={{ background: ink }} />
            </Button>
          ))}
        </fieldset>
      )}
      {kinds.some(hasInside) && (
        <fieldset class="group fills" aria-label={strings.fills}>
          {FILLS.map((fill) => (
            <Button
              key={fill}
              name={strings.fill[fill]}
              pressed={look.fill === fill}
              onClick={() => doings.setLook({ fill })}
            >
              <span class={`fill fill-${fill}`} style={{ color: ink }} />
            </Button>
          ))}
        </fieldset>
      )}
      {kinds.some(isWritten) && (
        <fieldset class="group sizes" aria-label={strings.sizes}>
          {SIZES.map(({ name, value }, index) => (
            <Button
              key={name}
              name={strings.size[name]}
              shortcut={hasLines ? undefined : keyTo(index, size)}
              pressed={look.size === value}
              onClick={() => doings.setLook({ size: value })}
            >
              <span class={`letter letter-${name}`}>A</span>
            </Button>
          ))}
        </fieldset>
      )}
      <fieldset class="group opacities" aria-label={strings.opacities}>
        {OPACITIES.map((opacity) => (
          <Button
            key={opacity}
            name={strings.opacity(opacity)}
            pressed={look.opacity === opacity}
            onClick={() => doings.setLook({ opacity })}
          >
            <span class="ghost" style={{ background: ink, opacity }} />
          </Button>
        ))}
      </fieldset>
    </>
  );
}

/** The key that leads from what is chosen towards another choice. */
function keyTo(index: number, chosen: number | undefined): string | undefined {
  if (chosen === undefined || index === chosen) return undefined;
  return keyOf(index < chosen ? "finer" : "broader");
}

/** What can be done with what is selected. */
export function Actions({ doings }: Pick<Props, "doings">) {
  return (
    <fieldset class="group actions" aria-label={strings.selected}>
      <Button
        name={strings.toBack}
        shortcut={keyOf("toBack")}
        icon={SendToBack}
        onClick={() => doings.act(toBack)}
      />
      <Button
        name={strings.toFront}
        shortcut={keyOf("toFront")}
        icon={BringToFront}
        onClick={() => doings.act(toFront)}
      />
      <Button
        name={strings.duplicate}
        shortcut={keyOf("duplicate")}
        icon={CopyPlus}
        onClick={() => doings.act(duplicate)}
      />
      <Button
        name={strings.remove}
        shortcut={keyOf("remove")}
        icon={Trash2}
        onClick={() => doings.act(removeSelected)}
      />
    </fieldset>
  );
}
