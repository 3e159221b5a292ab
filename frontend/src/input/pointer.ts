import type { Point } from "../geometry/transform";

/** What the one pointer that draws does; points are CSS pixels of the stage. */
export interface Strokes {
  down(at: Point): void;
  move(along: readonly Point[]): void;
  up(): void;
  cancel(): void;
}

/**
 * Turns mouse, pen and finger into strokes.
 *
 * One pointer draws at a time: a second finger, another button, a pen beside a finger change nothing until the first is
 * lifted. A browser gathers moves between frames; all of them are told.
 */
export function listenToPointer(stage: HTMLElement, strokes: Strokes): void {
  let drawing: number | undefined;

  const at = (event: PointerEvent): Point => {
    const { left, top } = stage.getBoundingClientRect();
    return { x: event.clientX - left, y: event.clientY - top };
  };
  const end = (event: PointerEvent, how: "up" | "cancel") => {
    if (event.pointerId !== drawing) return;
    drawing = undefined;
    strokes[how]();
  };

  stage.addEventListener("pointerdown", (event) => {
    if (drawing !== undefined || event.button !== 0 || !event.isPrimary) return;
    event.preventDefault(); // no text selection, no focus stolen
    drawing = event.pointerId;
    stage.setPointerCapture(event.pointerId);
    strokes.down(at(event));
  });
  stage.addEventListener("pointermove", (event) => {
    if (event.pointerId !== drawing) return;
    const moves = event.getCoalescedEvents?.() ?? [];
    strokes.move((moves.length > 0 ? moves : [event]).map(at));
  });
  stage.addEventListener("pointerup", (event) => end(event, "up"));
  stage.addEventListener("pointercancel", (event) => end(event, "cancel"));
  stage.addEventListener("lostpointercapture", (event) => end(event, "up"));
  // A long press is a pause in a stroke here, not the wish for a menu.
  stage.addEventListener("contextmenu", (event) => event.preventDefault());
}
