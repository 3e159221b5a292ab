import { inkOutline } from "../geometry/ink";
import { boxOf, isStroke, widthOf } from "../geometry/shape";
import { type Element, pointsOf } from "../model/element";
import type { Colors } from "./colors";

/** Ink thinner than this on the screen (CSS pixels) is hard to see; it is painted as wide. */
const THINNEST = 1;

const paths = new WeakMap<Element, Path2D>();

/** Paints one element. `scale` is CSS pixels a board pixel; the context's plane is the board's. */
export function paintElement(
  context: CanvasRenderingContext2D,
  element: Element,
  colors: Colors,
  scale: number,
): void {
  if (isStroke(element)) paintStroke(context, element, colors, scale);
  else paintPlaceholder(context, element, colors);
}

function paintStroke(
  context: CanvasRenderingContext2D,
  element: Element,
  colors: Colors,
  scale: number,
): void {
  const color = colors.resolve(element.color);
  const path = pathOf(element);
  context.fillStyle = color;
  context.fill(path);
  const missing = THINNEST / scale - widthOf(element);
  if (missing <= 0) return;
  context.strokeStyle = color;
  context.lineWidth = missing;
  context.stroke(path);
}

/** A kind that this release does not know: people see that something is there. */
function paintPlaceholder(context: CanvasRenderingContext2D, element: Element, colors: Colors): void {
  const { left, top, right, bottom } = boxOf(element);
  if (!(left < right && top < bottom)) return;
  context.strokeStyle = colors.resolve("#868e96");
  context.fillStyle = context.strokeStyle;
  context.lineWidth = 1.5;
  context.setLineDash([6, 5]);
  context.beginPath();
  context.roundRect(left + 2, top + 2, Math.max(0, right - left - 4), Math.max(0, bottom - top - 4), 8);
  context.stroke();
  context.setLineDash([]);
  context.font = "600 20px system-ui, sans-serif";
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillText("?", (left + right) / 2, (top + bottom) / 2);
}

function pathOf(element: Element): Path2D {
  let path = paths.get(element);
  if (path === undefined) {
    path = smoothPath(inkOutline(pointsOf(element) ?? [], widthOf(element)));
    paths.set(element, path);
  }
  return path;
}

/** A closed curve through the middles between outline points, bent by the points. */
function smoothPath(outline: readonly number[][]): Path2D {
  const path = new Path2D();
  const [x0 = 0, y0 = 0] = outline.at(-1) ?? [];
  let [x, y] = [x0, y0];
  outline.forEach(([nextX = 0, nextY = 0], i) => {
    const [midX, midY] = [(x + nextX) / 2, (y + nextY) / 2];
    if (i === 0) path.moveTo(midX, midY);
    else path.quadraticCurveTo(x, y, midX, midY);
    x = nextX;
    y = nextY;
  });
  path.quadraticCurveTo(x, y, (x0 + (outline[0]?.[0] ?? 0)) / 2, (y0 + (outline[0]?.[1] ?? 0)) / 2);
  return path;
}
