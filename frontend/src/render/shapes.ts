import { centerOf, type Frame, ownFrame } from "../geometry/frame";
import { endsOf, headOf, isSolid } from "../geometry/shape";
import type { Element } from "../model/element";
import type { Canvas } from "./canvas";
import type { Colors } from "./colors";
import { paintText } from "./text";

/** How round a rectangle's corners are at most, board pixels. */
const ROUND = 14;
const TINT = 0.3;
/** Of a note whose colour is none. */
const PAPER = "#ffec99";

/** A rectangle, a diamond or an ellipse: filled, then its line. */
export function paintShape(context: Canvas, element: Element, colors: Colors, width: number): void {
  inFrame(context, element, (frame) => {
    outline(context, element.kind, frame);
    if (isSolid(element)) fill(context, element, colors);
    context.strokeStyle = colors.resolve(element.color);
    context.lineWidth = width;
    context.lineJoin = "round";
    context.stroke();
  });
}

export function paintLine(context: Canvas, element: Element, colors: Colors, width: number): void {
  const [start, end] = endsOf(element);
  context.strokeStyle = colors.resolve(element.color);
  context.lineWidth = width;
  context.lineCap = "round";
  context.lineJoin = "round";
  context.beginPath();
  context.moveTo(start.x, start.y);
  context.lineTo(end.x, end.y);
  const length = Math.hypot(end.x - start.x, end.y - start.y);
  if (element.kind === "arrow" && length > 0) {
    const head = headOf(element, length);
    const angle = Math.atan2(end.y - start.y, end.x - start.x);
    const wing = (by: number) =>
      [end.x - head * Math.cos(angle + by), end.y - head * Math.sin(angle + by)] as const;
    context.moveTo(...wing(0.5));
    context.lineTo(end.x, end.y);
    context.lineTo(...wing(-0.5));
  }
  context.stroke();
}

export function paintTextElement(context: Canvas, element: Element, colors: Colors): void {
  inFrame(context, element, () => {
    context.fillStyle = colors.resolve(element.color);
    paintText(context, element);
  });
}

/** A note is a thing of its own, of light paper in either theme: its colours are painted as they are. */
export function paintNote(context: Canvas, element: Element, colors: Colors): void {
  inFrame(context, element, ({ x, y, w, h }) => {
    context.save();
    if (context.globalAlpha === 1) castShadow(context); // through pale paper it would be seen
    context.fillStyle = colors.asIs(element.fill) ?? PAPER;
    context.beginPath();
    context.roundRect(x, y, w, h, Math.min(6, w / 2, h / 2));
    context.fill();
    context.restore();
    context.fillStyle = colors.asIs(element.color) ?? "#000000";
    paintText(context, element);
  });
}

function castShadow(context: Canvas): void {
  const { a, b } = context.getTransform();
  const scale = Math.hypot(a, b);
  context.shadowColor = "rgba(0, 0, 0, 0.17)";
  context.shadowBlur = 10 * scale;
  context.shadowOffsetY = 3 * scale;
}

/** A tint is light on light paper; on dark paper it is what shines through of the colour. */
function fill(context: Canvas, { fill, color }: Element, colors: Colors): void {
  const isTint = colors.dark && fill !== color;
  const alpha = context.globalAlpha;
  context.fillStyle = colors.resolve(isTint ? color : fill);
  context.globalAlpha = isTint ? alpha * TINT : alpha;
  context.fill();
  context.globalAlpha = alpha;
}

function outline(context: Canvas, kind: string, { x, y, w, h }: Frame): void {
  context.beginPath();
  if (kind === "ellipse") context.ellipse(x + w / 2, y + h / 2, w / 2, h / 2, 0, 0, 2 * Math.PI);
  else if (kind === "diamond") {
    context.moveTo(x + w / 2, y);
    context.lineTo(x + w, y + h / 2);
    context.lineTo(x + w / 2, y + h);
    context.lineTo(x, y + h / 2);
    context.closePath();
  } else context.roundRect(x, y, w, h, Math.min(ROUND, w / 5, h / 5));
}

/** Paints with the element's frame upright. */
function inFrame(context: Canvas, element: Element, paint: (frame: Frame) => void): void {
  const frame = ownFrame(element);
  if (frame === undefined) return;
  context.save();
  if (frame.angle !== 0) {
    const { x, y } = centerOf(frame);
    context.translate(x, y);
    context.rotate(frame.angle);
    context.translate(-x, -y);
  }
  paint(frame);
  context.restore();
}
