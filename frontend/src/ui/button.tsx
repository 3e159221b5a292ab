import type { IconNode } from "lucide";
import type { ComponentChildren } from "preact";
import { ariaOf, told } from "./chord";
import { Icon } from "./icon";

interface ButtonProps {
  readonly name: string;
  /** A chord (`input/keys`). */
  readonly shortcut?: string | undefined;
  readonly icon?: IconNode;
  readonly pressed?: boolean;
  readonly disabled?: boolean;
  readonly children?: ComponentChildren;
  onClick(): void;
}

/** A button with a name for those who do not see its icon, and a tooltip for those who do. */
export function Button({ name, shortcut, icon, pressed, disabled, children, onClick }: ButtonProps) {
  return (
    <button
      type="button"
      class="button"
      aria-label={name}
      aria-pressed={pressed}
      aria-keyshortcuts={shortcut && ariaOf(shortcut)}
      aria-disabled={disabled}
      data-tip={shortcut === undefined ? name : `${name} · ${told(shortcut)}`}
      onMouseDown={keepFocus}
      onClick={onClick}
    >
      {icon === undefined ? children : <Icon node={icon} />}
    </button>
  );
}

/** A click leaves the focus where it was: else the next shortcut would bring up the ring and tooltip of the last button. */
function keepFocus(event: MouseEvent): void {
  event.preventDefault();
}
