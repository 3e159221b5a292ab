/** A sentence is shown so long at least, and longer the longer one reads it. */
const TOAST_MS = 6_000;
const MS_A_CHARACTER = 80;

/** One quiet sentence for some seconds; a newer one takes its place. */
export class Toast {
  text: string | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly changed: () => void) {}

  say(text: string): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.dismiss(), Math.max(TOAST_MS, text.length * MS_A_CHARACTER));
    this.text = text;
    this.changed();
  }

  dismiss(): void {
    clearTimeout(this.timer);
    this.text = undefined;
    this.changed();
  }
}
