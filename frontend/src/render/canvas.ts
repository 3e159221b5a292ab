import type { Matrix } from "../geometry/matrix";

type Context = CanvasRenderingContext2D;

/** What a path of ink is traced on. */
export type Trace = Pick<Path2D, "moveTo" | "quadraticCurveTo">;

/**
 * What painters use of a canvas. A browser's context has all of it, and so has an SVG (`files/svg_canvas`): one code paints both,
 * so that an exported picture cannot look different from the screen.
 */
export interface Canvas
  extends Pick<
    Context,
    | "globalAlpha"
    | "fillStyle"
    | "strokeStyle"
    | "lineWidth"
    | "lineCap"
    | "lineJoin"
    | "font"
    | "textAlign"
    | "textBaseline"
    | "direction"
    | "shadowColor"
    | "shadowBlur"
    | "shadowOffsetY"
    | "save"
    | "restore"
    | "translate"
    | "rotate"
    | "beginPath"
    | "closePath"
    | "moveTo"
    | "lineTo"
    | "quadraticCurveTo"
    | "measureText"
  > {
  ellipse(x: number, y: number, rx: number, ry: number, turn: number, from: number, to: number): void;
  roundRect(x: number, y: number, w: number, h: number, radius: number): void;
  setLineDash(lengths: number[]): void;
  fillText(text: string, x: number, y: number, maxWidth?: number): void;
  getTransform(): Record<"a" | "b", Matrix[number]>;
  fill(path?: Path2D): void;
  stroke(path?: Path2D): void;
  /** Traces ink of its own; absent where a `Path2D` does, which can be kept. */
  trace?(trace: (on: Trace) => void): void;
}
