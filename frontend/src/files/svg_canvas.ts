import { apply, IDENTITY, type Matrix, multiply, shift, turn } from "../geometry/matrix";
import type { Canvas, Trace } from "../render/canvas";
import { channelsOf } from "../render/colors";
import { SvgPath, short } from "./svg_path";

/** What measures letters: a browser's context. */
export type Ruler = Pick<CanvasRenderingContext2D, "font" | "textBaseline" | "measureText">;

/** What `save` keeps. */
const STATE = [
  "globalAlpha",
  "fillStyle",
  "strokeStyle",
  "lineWidth",
  "lineCap",
  "lineJoin",
  "font",
  "textAlign",
  "textBaseline",
  "direction",
  "shadowColor",
  "shadowBlur",
  "shadowOffsetY",
  "dash",
  "matrix",
] as const;

/**
 * A canvas whose painting is SVG.
 *
 * As much of one as `render/` uses: where a path lies is decided when it is painted, so nothing may be moved between a path and its
 * painting; only paths that are filled cast shadows.
 */
export class SvgCanvas implements Canvas {
  globalAlpha = 1;
  fillStyle: Canvas["fillStyle"] = "#000000";
  strokeStyle: Canvas["strokeStyle"] = "#000000";
  lineWidth = 1;
  lineCap: CanvasLineCap = "butt";
  lineJoin: CanvasLineJoin = "miter";
  font = "10px sans-serif";
  textAlign: CanvasTextAlign = "start";
  textBaseline: CanvasTextBaseline = "alphabetic";
  direction: CanvasDirection = "ltr";
  shadowColor = "transparent";
  shadowBlur = 0;
  shadowOffsetY = 0;
  /** What was painted, bottom to top. */
  readonly marks: string[] = [];
  /** What marks refer to. */
  readonly filters = new Map<string, string>();
  private dash: readonly number[] = [];
  private matrix: Matrix = IDENTITY;
  private path = new SvgPath();
  private readonly saved: object[] = [];

  constructor(private readonly ruler: Ruler) {}

  save(): void {
    this.saved.push(Object.fromEntries(STATE.map((name) => [name, this[name]])));
  }

  restore(): void {
    Object.assign(this, this.saved.pop());
  }

  translate(x: number, y: number): void {
    this.matrix = multiply(this.matrix, shift(x, y));
  }

  rotate(angle: number): void {
    this.matrix = multiply(this.matrix, turn(angle, { x: 0, y: 0 }));
  }

  getTransform() {
    const [a, b] = this.matrix;
    return { a, b };
  }

  beginPath(): void {
    this.path = new SvgPath();
  }

  closePath(): void {
    this.path.closePath();
  }

  moveTo(x: number, y: number): void {
    this.path.moveTo(x, y);
  }

  lineTo(x: number, y: number): void {
    this.path.lineTo(x, y);
  }

  quadraticCurveTo(atX: number, atY: number, x: number, y: number): void {
    this.path.quadraticCurveTo(atX, atY, x, y);
  }

  ellipse(x: number, y: number, rx: number, ry: number): void {
    this.path.ellipse(x, y, rx, ry);
  }

  roundRect(x: number, y: number, w: number, h: number, radius: number): void {
    this.path.roundRect(x, y, w, h, radius);
  }

  trace(trace: (on: Trace) => void): void {
    this.beginPath();
    trace(this.path);
  }

  setLineDash(lengths: readonly number[]): void {
    this.dash = lengths;
  }

  fill(): void {
    const mark = `<path${this.place}${this.paint("fill", this.fillStyle)} d="${this.path.data}"/>`;
    const shadow = this.shadow();
    // Around what is turned, not within: a shadow falls straight down.
    this.marks.push(shadow === undefined ? mark : `<g filter="url(#${shadow})">${mark}</g>`);
  }

  stroke(): void {
    const { lineWidth, lineCap, lineJoin, dash, path } = this;
    const attributes = [
      this.place,
      ' fill="none"',
      this.paint("stroke", this.strokeStyle),
      ` stroke-width="${short(lineWidth)}"`,
      lineCap === "butt" ? "" : ` stroke-linecap="${lineCap}"`,
      lineJoin === "miter" ? "" : ` stroke-linejoin="${lineJoin}"`,
      dash.length === 0 ? "" : ` stroke-dasharray="${dash.join(" ")}"`,
    ];
    this.marks.push(`<path${attributes.join("")} d="${path.data}"/>`);
  }

  measureText(text: string): TextMetrics {
    this.ruler.font = this.font;
    return this.ruler.measureText(text);
  }

  /** Says how wide the text is here, so that it fits its place also where other letters are installed. */
  fillText(text: string, x: number, y: number, maxWidth = Number.POSITIVE_INFINITY): void {
    const width = Math.min(maxWidth, this.measureText(text).width);
    if (width <= 0) return;
    const [, weight, size = "10", family = "sans-serif"] =
      /^(?:(\d+) )?([\d.]+)px (.*)$/.exec(this.font) ?? [];
    const attributes = [
      this.place,
      this.paint("fill", this.fillStyle),
      ` x="${short(x)}" y="${short(y + this.rise())}"`,
      ` font-family="${escaped(family)}" font-size="${short(Number(size))}"`,
      weight === undefined ? "" : ` font-weight="${weight}"`,
      this.textAlign === "center" ? ' text-anchor="middle"' : "",
      ` textLength="${short(width)}" lengthAdjust="spacingAndGlyphs" xml:space="preserve"`,
    ];
    this.marks.push(`<text${attributes.join("")}>${escaped(text)}</text>`);
  }

  /** How far below the place that `textBaseline` names letters stand. Programs that show SVG agree on this line alone. */
  private rise(): number {
    const ascent = (baseline: CanvasTextBaseline) => {
      this.ruler.textBaseline = baseline;
      return this.ruler.measureText("x").actualBoundingBoxAscent;
    };
    return ascent("alphabetic") - ascent(this.textBaseline);
  }

  private get place(): string {
    const { matrix } = this;
    if (matrix.every((value, i) => value === IDENTITY[i])) return "";
    const [a, b, c, d] = matrix.slice(0, 4).map((value) => Math.round(value * 1e6) / 1e6);
    const { x, y } = apply(matrix, { x: 0, y: 0 });
    return ` transform="matrix(${a} ${b} ${c} ${d} ${short(x)} ${short(y)})"`;
  }

  /** A colour and how much of it covers what lies below: SVG keeps the two apart. */
  private paint(what: "fill" | "stroke", style: Canvas["fillStyle"]): string {
    const { color, alpha } = parted(String(style));
    const share = Math.round(alpha * this.globalAlpha * 1000) / 1000;
    return ` ${what}="${escaped(color)}"${share < 1 ? ` ${what}-opacity="${share}"` : ""}`;
  }

  /** The name of the filter that casts the shadow; undefined when there is none. */
  private shadow(): string | undefined {
    const { shadowColor, shadowBlur, shadowOffsetY } = this;
    if (shadowColor === "transparent") return undefined;
    const { color, alpha } = parted(shadowColor);
    const size = `dx="0" dy="${short(shadowOffsetY)}" stdDeviation="${short(shadowBlur / 2)}"`;
    const filter = `<feDropShadow ${size} flood-color="${escaped(color)}" flood-opacity="${alpha}"/>`;
    const name = this.filters.get(filter) ?? `shadow${this.filters.size + 1}`;
    this.filters.set(filter, name);
    return name;
  }
}

function parted(style: string): { color: string; alpha: number } {
  const channels = channelsOf(style);
  if (channels === undefined) return { color: style, alpha: 1 };
  const [red, green, blue, alpha] = channels;
  const hex = [red, green, blue].map((value) => value.toString(16).padStart(2, "0"));
  return { color: `#${hex.join("")}`, alpha };
}

/** Text as XML takes it: never markup, and without what no document may hold. */
export function escaped(text: string): string {
  return text
    .replace(UNFIT, "")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what has to go
const UNFIT = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/gu;
