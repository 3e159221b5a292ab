/** A key as shortcuts name it: `p`, `[`, `escape`, `mod+z` (Ctrl, or Command on a Mac). */
export interface Pressed {
  readonly key: string;
  /** Where it lies, named after the letter that is there on most keyboards: `KeyP`. */
  readonly code: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
}

export function chordOf({ key, code, ctrlKey, metaKey, altKey, shiftKey }: Pressed): string {
  const mod = ctrlKey || metaKey ? "mod+" : "";
  // Shift and Alt are part of how some keyboards write a character; they count only beside Ctrl.
  const rest = mod === "" ? "" : `${altKey ? "alt+" : ""}${shiftKey ? "shift+" : ""}`;
  return `${mod}${rest}${latin(key, code)}`;
}

/** What is not a letter on most keyboards, but on some of other scripts. */
const MARKS: Readonly<Record<string, string>> = {
  BracketLeft: "[",
  BracketRight: "]",
  Comma: ",",
  Period: ".",
};

/** A key that writes a letter, and none of Latin, as on a Cyrillic or Greek keyboard, is what others have there. */
function latin(key: string, code: string): string {
  const isForeign = /^\p{Letter}$/u.test(key) && !/^\p{Script=Latin}$/u.test(key);
  return (isForeign ? (/^Key([A-Z])$/.exec(code)?.[1] ?? MARKS[code] ?? key) : key).toLowerCase();
}

/** Calls the shortcut of a pressed key, where it is for the drawing. */
export function listenToKeys(shortcuts: ReadonlyMap<string, () => void>): void {
  window.addEventListener("keydown", (event) => {
    if (!isForDrawing(event)) return;
    const chord = chordOf(event);
    const shortcut = shortcuts.get(chord);
    if (shortcut === undefined || (chord === "enter" && isOnControl(event))) return;
    event.preventDefault();
    shortcut();
  });
}

/** Whether a key is pressed on what Enter and the space bar press. */
function isOnControl({ target }: Event): boolean {
  return target instanceof Element && target.closest("button, a") !== null;
}

/** Tells whether the space bar is held, outside of controls, which it presses. */
export function listenToSpace(held: (isHeld: boolean) => void): void {
  window.addEventListener("keydown", (event) => {
    if (event.key !== " " || !isForDrawing(event) || isOnControl(event)) return;
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
