/** What a new stroke looks like. */
export interface Style {
  /** Any text that SPEC.md O8 lets through; mostly a CSS colour. */
  readonly color: string;
  /** Board pixels. */
  readonly width: number;
}
