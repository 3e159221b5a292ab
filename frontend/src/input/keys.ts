/** A key as shortcuts name it: `p`, `[`, `escape`, `mod+z` (Ctrl, or Command on a Mac). */
export interface Pressed {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
}

export function chordOf({ key, ctrlKey, metaKey, altKey, shiftKey }: Pressed): string {
  const mod = ctrlKey || metaKey ? "mod+" : "";
  // Shift and Alt are part of how some keyboards write a character; they count only beside Ctrl.
  const rest = mod === "" ? "" : `${altKey ? "alt+" : ""}${shiftKey ? "shift+" : ""}`;
  return `${mod}${rest}${key.toLowerCase()}`;
}

/** Calls the shortcut of a pressed key, where it is for the drawing. */
export function listenToKeys(shortcuts: ReadonlyMap<string, () => void>): void {
  window.addEventListener("keydown", (event) => {
    if (!isForDrawing(event)) return;
    const shortcut = shortcuts.get(chordOf(event));
    if (shortcut === undefined) return;
    event.preventDefault();
    shortcut();
  });
}

/** Tells whether the space bar is held, outside of controls, which it presses. */
export function listenToSpace(held: (isHeld: boolean) => void): void {
  window.addEventListener("keydown", (event) => {
    const onControl = event.target instanceof Element && event.target.closest("button, a");
    if (event.key !== " " || !isForDrawing(event) || onControl) return;
    event.preventDefault();
    if (!event.repeat) held(true);
  });
  window.addEventListener("keyup", (event) => {
    if (event.key === " ") held(false);
  });
  window.addEventListener("blur", () => held(false));
}

/** Whether an event is for the drawing: nobody is writing, and no window lies above it. */
export function isForDrawing({ target }: Event): boolean {
  return !(target instanceof Element && target.closest("input, textarea, select, [contenteditable], dialog"));
}
