const isMac = /Mac|iP/.test(globalThis.navigator?.platform ?? "");

/** What stands on the keys, where that is not the key's own name. */
const CAPS: Readonly<Record<string, string>> = {
  mod: isMac ? "⌘" : "Ctrl",
  shift: "Shift",
  escape: "Esc",
  enter: "Enter",
  delete: "Delete",
  arrowleft: "←",
  arrowright: "→",
  arrowup: "↑",
  arrowdown: "↓",
};

/** The key that goes with letters, as this machine's people call it. */
export const MOD = CAPS.mod as string;

/** The keys of a chord (`input/keys`), as they are labelled: `mod+shift+z` is Ctrl, Shift, Z. */
export function capsOf(chord: string): string[] {
  return partsOf(chord).map((key) => CAPS[key] ?? key.toUpperCase());
}

/** A chord as a tooltip names it. */
export function told(chord: string): string {
  return capsOf(chord).join(isMac ? "" : "+");
}

/** A chord as `aria-keyshortcuts` has it. */
export function ariaOf(chord: string): string {
  const parts = partsOf(chord).map((key) => (key === "mod" ? (isMac ? "Meta" : "Control") : key));
  return parts.map((key) => key.charAt(0).toUpperCase() + key.slice(1)).join("+");
}

function partsOf(chord: string): string[] {
  return chord.split(/(?<=.)\+/); // a plus is a key, too
}
