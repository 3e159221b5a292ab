import { h, render } from "preact";
import { type Doings, Page, type Shown } from "./page";

/** Shows the page around the drawing: at most once a frame, and only when something in it changed. */
export class Display {
  private last: Shown | undefined;
  private asked = false;

  constructor(
    private readonly place: HTMLElement,
    private readonly doings: Doings,
    private readonly current: () => Shown,
  ) {}

  ask(): void {
    if (this.asked) return;
    this.asked = true;
    requestAnimationFrame(() => {
      this.asked = false;
      const shown = this.current();
      if (this.last !== undefined && same(this.last, shown)) return;
      this.last = shown;
      render(h(Page, { shown, doings: this.doings }), this.place);
    });
  }
}

function same(a: Shown, b: Shown): boolean {
  return (Object.keys(b) as (keyof Shown)[]).every((key) => a[key] === b[key]);
}
