import { X } from "lucide";
import type { ComponentChildren } from "preact";
import { useId, useLayoutEffect, useRef } from "preact/hooks";
import { Button } from "./button";
import { strings } from "./strings";

interface DialogProps {
  readonly name: string;
  readonly children: ComponentChildren;
  /** Told once it is closed: then it is to be taken away. */
  closed(): void;
}

/** A window above the page: the browser's own, which holds the focus, closes by Escape or a press beside it, and gives the focus back. */
export function Dialog({ name, children, closed }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useId();
  useLayoutEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog
      ref={dialog}
      class="dialog"
      aria-labelledby={heading}
      tabIndex={-1}
      closedby="any"
      onClose={closed}
    >
      <header>
        <h2 id={heading}>{name}</h2>
        <Button name={strings.close} icon={X} onClick={() => dialog.current?.close()} />
      </header>
      {children}
    </dialog>
  );
}
