const TOAST_MS = 6_000;

/** One quiet sentence for some seconds; a newer one takes its place. */
export class Toast {
  text: string | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly changed: () => void) {}

  say(text: string): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.dismiss(), TOAST_MS);
    this.text = text;
    this.changed();
  }

  dismiss(): void {
    clearTimeout(this.timer);
    this.text = undefined;
    this.changed();
  }
}
