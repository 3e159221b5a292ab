import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { letGo } from "../input/focus";

interface PopoverProps {
  readonly name: string;
  readonly label: ComponentChildren;
  readonly children: ComponentChildren;
}

/**
 * A button, and what it opens below itself; Escape, or a press anywhere else, or on what `data-closes` in it, closes it. Nothing
 * else is blocked by it. The focus comes back to the button of whoever opened it by a key; from a pointer it keeps none, since the
 * next key, or the space bar, is meant for the drawing.
 */
export function Popover({ name, label, children }: PopoverProps) {
  const [openedBy, setOpenedBy] = useState<"key" | "pointer">();
  const whole = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  // Before it is painted: an effect would wait for a frame, and a fast Escape would not be heard.
  useLayoutEffect(() => {
    if (openedBy === undefined) return;
    const leave = () => {
      // What is written in a field is taken when the field loses the focus, not when it is gone.
      if (whole.current?.contains(document.activeElement)) letGo();
      setOpenedBy(undefined);
    };
    const outside = ({ target }: Event) => {
      if (!whole.current?.contains(target as Node)) leave();
    };
    const close = () => {
      leave();
      if (openedBy === "key") button.current?.focus();
    };
    const chosen = ({ target }: Event) => {
      if ((target as Element).closest("[data-closes]") !== null) close();
    };
    const ended = (event: KeyboardEvent) => {
      const isEntered =
        event.key === "Enter" && !event.isComposing && (event.target as Element).matches("input[type=text]");
      if (event.key !== "Escape" && !isEntered) return;
      event.stopPropagation();
      close();
    };
    window.addEventListener("pointerdown", outside, true);
    window.addEventListener("keydown", ended, true);
    whole.current?.addEventListener("click", chosen);
    return () => {
      window.removeEventListener("pointerdown", outside, true);
      window.removeEventListener("keydown", ended, true);
      whole.current?.removeEventListener("click", chosen);
    };
  }, [openedBy]);
  return (
    <div class="popover" ref={whole}>
      <button
        type="button"
        ref={button}
        class="bar button labelled"
        aria-label={name}
        aria-expanded={openedBy !== undefined}
        onClick={({ detail }) => {
          const by = detail === 0 ? "key" : "pointer";
          if (by === "pointer") letGo();
          setOpenedBy(openedBy === undefined ? by : undefined);
        }}
      >
        {label}
      </button>
      {openedBy !== undefined && (
        <section class="bar panel" aria-label={name}>
          {children}
        </section>
      )}
    </div>
  );
}
