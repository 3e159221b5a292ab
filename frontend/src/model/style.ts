/** What a new stroke looks like. */
export interface Style {
  /** Any text that SPEC.md O8 lets through; mostly a CSS colour. */
  readonly color: string;
  /** Board pixels. */
  readonly width: number;
}

/** How the inside of a shape is filled: not, with a light tint of its colour, or with the colour. */
export type Fill = "none" | "tint" | "solid";

/** What any new element looks like. */
export interface Look extends Style {
  readonly fill: Fill;
  /** 0 to 1. */
  readonly opacity: number;
  /** Of letters, board pixels. */
  readonly size: number;
}
