/** Measures letters that are all ten pixels wide. */
export const ruler = {
  font: "",
  textBaseline: "alphabetic" as CanvasTextBaseline,
  measureText(text: string): TextMetrics {
    const ascent = this.textBaseline === "middle" ? 2 : 8;
    return { width: 10 * [...text].length, actualBoundingBoxAscent: ascent } as TextMetrics;
  },
};
