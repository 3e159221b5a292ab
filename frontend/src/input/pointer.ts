import type { Point } from "../geometry/transform";
import { letGo } from "./focus";
import { Gestures, type Hands, type Pointer } from "./gestures";

/** What is told beside strokes and gestures. */
export interface Pointing extends Hands {
  /** The pointer is there, whether it draws or not; undefined when it has left. */
  hover(at: Point | undefined): void;
}

/** A line of a wheel that counts lines, and how fast a wheel zooms. */
const LINE_PX = 16;
const ZOOM_PER_PX = 0.0025;

/**
 * Turns what mouse, pen, fingers and wheel do on the stage into strokes, pans and zooms. A browser gathers moves between
 * frames; all of them are told.
 *
 * @param holdsBoard whether the pointer moves the board now, and does not draw
 */
export function listenToPointer(stage: HTMLElement, pointing: Pointing, holdsBoard: () => boolean): void {
  const gestures = new Gestures(pointing, holdsBoard);

  const at = (event: PointerEvent | WheelEvent): Point => {
    const { left, top } = stage.getBoundingClientRect();
    return { x: event.clientX - left, y: event.clientY - top };
  };
  const pointerOf = (event: PointerEvent): Pointer => ({
    ...at(event),
    id: event.pointerId,
    type: event.pointerType === "pen" || event.pointerType === "touch" ? event.pointerType : "mouse",
    button: event.button,
    pressure: event.pressure,
    contact: Math.max(event.width, event.height),
  });
  const shape = () => stage.toggleAttribute("data-panning", gestures.pans);

  stage.addEventListener("pointerdown", (event) => {
    event.preventDefault(); // no text selection, no scrolling by the middle button; and the focus stays where it is
    letGo(); // a button that kept it would be pressed by the space bar
    if (gestures.down(pointerOf(event), event.timeStamp)) stage.setPointerCapture(event.pointerId);
    shape();
  });
  stage.addEventListener("pointermove", (event) => {
    const moves = event.getCoalescedEvents?.() ?? [];
    gestures.move((moves.length > 0 ? moves : [event]).map(pointerOf), event.timeStamp);
    if (event.isPrimary) pointing.hover(at(event));
  });
  for (const name of ["pointerup", "lostpointercapture"] as const) {
    stage.addEventListener(name, (event) => {
      gestures.up(event.pointerId);
      shape();
    });
  }
  stage.addEventListener("pointercancel", (event) => {
    gestures.cancel(event.pointerId);
    shape();
  });
  stage.addEventListener("pointerleave", () => pointing.hover(undefined));
  // A long press is a pause in a stroke here, not the wish for a menu.
  stage.addEventListener("contextmenu", (event) => event.preventDefault());
  listenToWheel(stage, pointing, at);
}

/** A wheel moves the board; with Ctrl, which is also how browsers tell a pinch on a touchpad, it zooms. */
function listenToWheel(stage: HTMLElement, pointing: Pointing, at: (event: WheelEvent) => Point): void {
  const wheel = (event: WheelEvent) => {
    event.preventDefault();
    const unit = event.deltaMode === WheelEvent.DOM_DELTA_PIXEL ? 1 : LINE_PX;
    const [x, y] = event.shiftKey && event.deltaX === 0 ? [event.deltaY, 0] : [event.deltaX, event.deltaY];
    if (event.ctrlKey || event.metaKey) pointing.zoom(Math.exp(-y * unit * ZOOM_PER_PX), at(event));
    else pointing.pan(-x * unit, -y * unit);
  };
  stage.addEventListener("wheel", wheel, { passive: false });
}
