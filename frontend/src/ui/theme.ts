import { Colors } from "../render/colors";

const dark = matchMedia("(prefers-color-scheme: dark)");

/** The colours of the theme that the browser asks for. */
export function colorsNow(): Colors {
  return colorsOf(dark.matches ? "dark" : "light");
}

export function colorsOf(theme: "light" | "dark"): Colors {
  const probe = document.createElement("canvas").getContext("2d");
  if (probe === null) throw new Error("This browser has no 2D canvas.");
  return new Colors(probe, theme === "dark");
}

export function listenToTheme(changed: () => void): void {
  dark.addEventListener("change", changed);
}
