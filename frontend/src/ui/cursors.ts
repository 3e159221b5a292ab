import type { Transform } from "../geometry/transform";
import type { Colors } from "../render/colors";
import type { Cursor } from "../sync/people";
import { strings } from "./strings";

/** More than these are a crowd: nobody follows them. */
const MAX_CURSORS = 50;
const ARROW = "M1 1 L1 17 L5.5 13 L8.5 20 L11.5 18.7 L8.5 12 L14.5 12 Z";

/** Shows where people point, above the drawing: an arrow with a name, or a laser's dot. What people are called is text, never markup. */
export class Cursors {
  private readonly shown = new Map<string, HTMLElement>();
  private readonly layer = document.createElement("div");

  constructor(stage: HTMLElement) {
    this.layer.className = "cursors";
    this.layer.setAttribute("aria-hidden", "true");
    stage.append(this.layer);
  }

  show(cursors: readonly Cursor[], view: Transform, colors: Colors): void {
    const few = new Map(cursors.slice(0, MAX_CURSORS).map((cursor) => [cursor.sid, cursor]));
    for (const [sid, element] of this.shown) {
      if (few.has(sid)) continue;
      element.remove();
      this.shown.delete(sid);
    }
    for (const { sid, name, color, at, laser } of few.values()) {
      const element = this.shown.get(sid) ?? this.add(sid);
      element.style.transform = `translate(${at.x * view.scale + view.dx}px, ${at.y * view.scale + view.dy}px)`;
      element.style.setProperty("--color", colors.resolve(color));
      element.toggleAttribute("data-laser", laser);
      const label = element.querySelector("bdi");
      const called = name === "" ? strings.guest : name;
      if (label !== null && label.textContent !== called) label.textContent = called;
    }
  }

  private add(sid: string): HTMLElement {
    const element = document.createElement("div");
    element.className = "cursor";
    element.innerHTML = `<svg viewBox="0 0 16 22"><path d="${ARROW}" /></svg><bdi></bdi>`;
    this.layer.append(element);
    this.shown.set(sid, element);
    return element;
  }
}
