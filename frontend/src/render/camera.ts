import { type Box, isIn } from "../geometry/box";
import { fitted, home, moved, type Size, seenIn, zoomed } from "../geometry/camera";
import type { Point, Transform } from "../geometry/transform";

/** Room around a drawing that is fitted into the window, for the bars, and more below for the toolbar (CSS pixels). */
const MARGIN_PX = 72;
const MARGIN_BELOW_PX = 124;

/** Where a person looks. Until they move, it is what one sees first on a board (`home`). */
export class Camera {
  private at: Transform = { scale: 1, dx: 0, dy: 0 };
  private size: Size = { width: 0, height: 0 };
  private ratio = 1;
  private isHome = true;
  private hasArrived = false;
  /** What was drawn when the board was opened. */
  private found: Box | undefined;

  /** @param changed told after each move */
  constructor(private readonly changed: () => void) {}

  get view(): Transform {
    return this.at;
  }

  get seen(): Box {
    return seenIn(this.at, this.size);
  }

  /** Takes the box around what is drawn, once: what comes later shall not move the board under a hand. */
  arrive(drawn: Box | undefined): void {
    if (this.hasArrived) return;
    this.hasArrived = true;
    this.found = drawn;
    if (this.isHome) this.look(home(this.size, drawn));
  }

  /** Takes the window's size: CSS pixels, and device pixels a CSS pixel. The middle stays in the middle. */
  resize(size: Size, ratio: number): void {
    const [byX, byY] = [(size.width - this.size.width) / 2, (size.height - this.size.height) / 2];
    this.size = size;
    this.ratio = ratio;
    this.look(this.isHome ? home(size, this.found) : moved(this.at, byX, byY));
  }

  moveBy(x: number, y: number): void {
    this.isHome = false;
    this.look(moved(this.at, x, y));
  }

  /** @param at the place that stays, CSS pixels; by default the middle */
  zoomBy(by: number, at: Point = { x: this.size.width / 2, y: this.size.height / 2 }): void {
    this.isHome = false;
    this.look(zoomed(this.at, at, by));
  }

  /** Shows all of a box; without one, what one sees first on a board. */
  fit(box: Box | undefined): void {
    this.isHome = box === undefined;
    this.found = undefined;
    const { width, height } = this.size;
    const room = {
      left: Math.min(MARGIN_PX, width / 8),
      top: Math.min(MARGIN_PX, height / 8),
      right: width - Math.min(MARGIN_PX, width / 8),
      bottom: height - Math.min(MARGIN_BELOW_PX, height / 6),
    };
    this.look(box === undefined ? home(this.size, undefined) : fitted(box, room));
  }

  /** Shows all of a box, unless all of it is seen already. */
  show(box: Box | undefined): void {
    if (box !== undefined && !isIn(box, this.seen)) this.fit(box);
  }

  /** The board's origin lies on a device pixel, so that what was painted once can be shown elsewhere as it is. */
  private look({ scale, dx, dy }: Transform): void {
    const snapped = (px: number) => Math.round(px * this.ratio) / this.ratio;
    this.at = { scale, dx: snapped(dx), dy: snapped(dy) };
    this.changed();
  }
}
