import { type Box, isEmpty, outward } from "../geometry/box";
import { boxTo, type Transform } from "../geometry/transform";

/** A picture and where it goes, device pixels. */
export interface Spot {
  readonly image: CanvasImageSource;
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** One canvas, sharp on any screen. Boxes are in board pixels; what is cleared and clipped are whole device pixels. */
export class Layer {
  readonly canvas = document.createElement("canvas");
  private readonly context: CanvasRenderingContext2D;
  private toDevice: Transform = { scale: 1, dx: 0, dy: 0 };

  constructor() {
    const context = this.canvas.getContext("2d");
    if (context === null) throw new Error("This browser has no 2D canvas.");
    this.context = context;
  }

  /** The canvas's size and the way from the board to its pixels. Empties it. */
  place(width: number, height: number, toDevice: Transform): void {
    if (this.canvas.width !== width || this.canvas.height !== height) {
      this.canvas.width = width;
      this.canvas.height = height;
    } else this.context.clearRect(0, 0, width, height);
    this.toDevice = toDevice;
  }

  /** Empties these boxes and paints anew what lies in them; nothing outside them is touched. */
  repaint(boxes: readonly Box[], paint: (context: CanvasRenderingContext2D) => void): void {
    const { context } = this;
    const { scale, dx, dy } = this.toDevice;
    context.save();
    context.beginPath();
    for (const box of boxes) {
      const { left, top, right, bottom } = outward(boxTo(this.toDevice, box));
      context.clearRect(left, top, right - left, bottom - top);
      context.rect(left, top, right - left, bottom - top);
    }
    context.clip();
    context.setTransform(scale, 0, 0, scale, dx, dy);
    paint(context);
    context.restore();
  }

  /** Puts pictures where they belong, each in place of what is there. */
  show(spots: readonly Spot[]): void {
    for (const { image, left, top, width, height } of spots) {
      this.context.clearRect(left, top, width, height);
      this.context.drawImage(image, left, top, width, height);
    }
  }

  clear(box: Box): void {
    if (isEmpty(box)) return;
    const { left, top, right, bottom } = outward(boxTo(this.toDevice, box));
    this.context.clearRect(left, top, right - left, bottom - top);
  }

  paint(paint: (context: CanvasRenderingContext2D) => void): void {
    const { scale, dx, dy } = this.toDevice;
    this.context.save();
    this.context.setTransform(scale, 0, 0, scale, dx, dy);
    paint(this.context);
    this.context.restore();
  }
}
