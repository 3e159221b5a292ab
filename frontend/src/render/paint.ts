import { inkOutline, isDot } from "../geometry/ink";
import { type Matrix, matrixIn } from "../geometry/matrix";
import { reduced } from "../geometry/reduce";
import { boxOf, formOf, placedPoints, widthOf } from "../geometry/shape";
import { type Element, pointsOf, pressuresOf } from "../model/element";
import type { Canvas, Trace } from "./canvas";
import type { Colors } from "./colors";
import { paintLine, paintNote, paintShape, paintTextElement } from "./shapes";

/**
 * @param width of its lines as it is painted, board pixels
 * @param scale CSS pixels a board pixel
 */
type Painter = (context: Canvas, element: Element, colors: Colors, width: number, scale: number) => void;

/** Ink thinner than this on the screen (CSS pixels) is hard to see; it is painted as wide. */
const THINNEST = 1;
/** Below this scale ink is filled between straight lines, that leave out what lies within so many board pixels of them. */
const COARSE_BELOW = 1;
const COARSE_BY = 0.15;
/** What lies under a highlighter can still be read. */
const HIGHLIGHT = 0.4;
/** A line of no length is not painted, not even its round ends. */
const DOT = 0.01;
/** The least side of a placeholder that has room for its letter, and for its line, board pixels. */
const ROOM = { letter: 26, line: 6 };

const PAINTERS: ReadonlyMap<string, Painter> = new Map<string, Painter>([
  ["stroke", paintStroke],
  ["highlighter", paintHighlighter],
  ["line", paintLine],
  ["arrow", paintLine],
  ["rectangle", paintShape],
  ["diamond", paintShape],
  ["ellipse", paintShape],
  ["text", paintTextElement],
  ["note", paintNote],
]);

/** Paints one element. `scale` is CSS pixels a board pixel; the context's plane is the board's. */
export function paintElement(context: Canvas, element: Element, colors: Colors, scale: number): void {
  const paint = formOf(element) === undefined ? undefined : PAINTERS.get(element.kind);
  context.save();
  context.globalAlpha *= opacityOf(element);
  const width = Math.max(widthOf(element), THINNEST / scale);
  (paint ?? paintPlaceholder)(context, element, colors, width, scale);
  context.restore();
}

function opacityOf({ opacity }: Element): number {
  return typeof opacity === "number" ? Math.max(0, Math.min(1, opacity)) : 1;
}

function paintStroke(context: Canvas, element: Element, colors: Colors, width: number, scale: number): void {
  const color = colors.resolve(element.color);
  const [, , , , dx, dy] = matrixIn(element.transform) ?? UNMOVED;
  context.fillStyle = color;
  context.translate(dx, dy);
  const path = inkOn(context, element, scale < COARSE_BELOW);
  context.fill(path);
  const missing = width - widthOf(element);
  if (missing <= 0) return;
  context.strokeStyle = color;
  context.lineJoin = "round";
  context.lineWidth = missing;
  context.stroke(path);
}

function paintHighlighter(context: Canvas, element: Element, colors: Colors, width: number): void {
  context.globalAlpha *= HIGHLIGHT;
  context.strokeStyle = colors.resolve(element.color);
  context.lineWidth = width;
  context.lineCap = "round";
  context.lineJoin = "round";
  const points = placedPoints(element);
  context.beginPath();
  context.moveTo(points[0] ?? 0, points[1] ?? 0);
  for (let i = 2; i + 3 < points.length; i += 2) {
    const [x, y, nextX, nextY] = points.slice(i, i + 4) as [number, number, number, number];
    context.quadraticCurveTo(x, y, (x + nextX) / 2, (y + nextY) / 2);
  }
  context.lineTo((points.at(-2) ?? 0) + (isDot(points) ? DOT : 0), points.at(-1) ?? 0);
  context.stroke();
}

/** A kind that this release does not know: people see that something is there. */
function paintPlaceholder(context: Canvas, element: Element, colors: Colors): void {
  const { left, top, right, bottom } = boxOf(element);
  const side = Math.min(right - left, bottom - top);
  if (!(side >= ROOM.line)) return;
  context.strokeStyle = colors.resolve("#868e96");
  context.fillStyle = context.strokeStyle;
  context.lineWidth = 1.5;
  context.setLineDash([6, 5]);
  context.beginPath();
  context.roundRect(left + 2, top + 2, Math.max(0, right - left - 4), Math.max(0, bottom - top - 4), 8);
  context.stroke();
  if (side < ROOM.letter) return;
  context.font = "600 20px system-ui, sans-serif";
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillText("?", (left + right) / 2, (top + bottom) / 2);
}

interface Ink {
  readonly path: Path2D;
  readonly width: number;
  readonly shape: string;
  readonly isCoarse: boolean;
}

const UNMOVED: Matrix = [1, 0, 0, 1, 0, 0];
/** Ink by the points that it follows, which stay the same object while an element is moved and styled. */
const inks = new WeakMap<readonly number[], Ink>();

/** A stroke's ink as the canvas takes it: kept, or else (undefined) traced as its current path. */
function inkOn(context: Canvas, element: Element, isCoarse: boolean): Path2D | undefined {
  if (context.trace === undefined) return inkOf(element, isCoarse);
  context.trace((on) => traceSmoothly(outlineOf(element), on));
  return undefined;
}

function inkOf(element: Element, isCoarse: boolean): Path2D {
  const points = pointsOf(element) ?? [];
  const [width, matrix] = [widthOf(element), matrixIn(element.transform)];
  const shape = matrix === undefined ? "" : matrix.slice(0, 4).join();
  let ink = inks.get(points);
  if (ink === undefined || ink.width !== width || ink.shape !== shape || ink.isCoarse !== isCoarse) {
    ink = { path: new Path2D(), width, shape, isCoarse };
    if (isCoarse) traceStraight(reduced(middles(outlineOf(element)), COARSE_BY), ink.path);
    else traceSmoothly(outlineOf(element), ink.path);
    inks.set(points, ink);
  }
  return ink.path;
}

/** The outline of a stroke's ink, turned and scaled as the element is, but not yet shifted. */
function outlineOf(element: Element): number[][] {
  const [, , , , dx, dy] = matrixIn(element.transform) ?? UNMOVED;
  const points = placedPoints(element);
  const isShifted = dx !== 0 || dy !== 0;
  const unshifted = isShifted ? points.map((value, i) => value - (i % 2 === 0 ? dx : dy)) : points;
  return inkOutline(unshifted, widthOf(element), pressuresOf(element));
}

/** The middles between outline points: where the smooth curve passes. */
function middles(outline: readonly number[][]): number[][] {
  return outline.map(([x = 0, y = 0], i) => {
    const next = outline[i + 1] ?? (outline[0] as number[]);
    return [(x + (next[0] as number)) / 2, (y + (next[1] as number)) / 2];
  });
}

function traceStraight(outline: readonly (readonly number[])[], on: Path2D): void {
  for (const [x = 0, y = 0] of outline) on.lineTo(x, y); // the first one moves there
  on.closePath();
}

/** A closed curve through the middles between outline points, bent by the points. */
function traceSmoothly(outline: readonly number[][], on: Trace): void {
  const [x0 = 0, y0 = 0] = outline.at(-1) ?? [];
  let [x, y] = [x0, y0];
  outline.forEach(([nextX = 0, nextY = 0], i) => {
    const [midX, midY] = [(x + nextX) / 2, (y + nextY) / 2];
    if (i === 0) on.moveTo(midX, midY);
    else on.quadraticCurveTo(x, y, midX, midY);
    x = nextX;
    y = nextY;
  });
  on.quadraticCurveTo(x, y, (x0 + (outline[0]?.[0] ?? 0)) / 2, (y0 + (outline[0]?.[1] ?? 0)) / 2);
}
