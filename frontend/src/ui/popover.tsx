import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";

interface PopoverProps {
  readonly name: string;
  readonly label: ComponentChildren;
  readonly children: ComponentChildren;
}

/**
 * A button, and what it opens below itself; Escape, or a press anywhere else, or on what `data-closes` in it, closes it. Nothing
 * else is blocked by it.
 */
export function Popover({ name, label, children }: PopoverProps) {
  const [isOpen, setOpen] = useState(false);
  const whole = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  // Before it is painted: an effect would wait for a frame, and a fast Escape would not be heard.
  useLayoutEffect(() => {
    if (!isOpen) return;
    const outside = ({ target }: Event) => {
      if (!whole.current?.contains(target as Node)) setOpen(false);
    };
    const close = () => {
      setOpen(false);
      button.current?.focus();
    };
    const chosen = ({ target }: Event) => {
      if ((target as Element).closest("[data-closes]") !== null) close();
    };
    const escaped = (event: KeyboardEvent) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      close();
    };
    window.addEventListener("pointerdown", outside, true);
    window.addEventListener("keydown", escaped, true);
    whole.current?.addEventListener("click", chosen);
    return () => {
      window.removeEventListener("pointerdown", outside, true);
      window.removeEventListener("keydown", escaped, true);
      whole.current?.removeEventListener("click", chosen);
    };
  }, [isOpen]);
  return (
    <div class="popover" ref={whole}>
      <button
        type="button"
        ref={button}
        class="bar button labelled"
        aria-label={name}
        aria-expanded={isOpen}
        onClick={() => setOpen(!isOpen)}
      >
        {label}
      </button>
      {isOpen && (
        <section class="bar panel" aria-label={name}>
          {children}
        </section>
      )}
    </div>
  );
}
