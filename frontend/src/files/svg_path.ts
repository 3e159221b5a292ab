/** A path as SVG writes it, made by the commands of a canvas. */
export class SvgPath {
  data = "";

  moveTo(x: number, y: number): void {
    this.add("M", x, y);
  }

  lineTo(x: number, y: number): void {
    this.add("L", x, y);
  }

  quadraticCurveTo(atX: number, atY: number, x: number, y: number): void {
    this.add("Q", atX, atY, x, y);
  }

  closePath(): void {
    this.data += "Z";
  }

  /** A whole ellipse, in two halves: an arc cannot end where it began. */
  ellipse(x: number, y: number, rx: number, ry: number): void {
    this.moveTo(x + rx, y);
    this.arc(rx, ry, x - rx, y);
    this.arc(rx, ry, x + rx, y);
    this.closePath();
  }

  roundRect(x: number, y: number, w: number, h: number, radius: number): void {
    const [right, bottom] = [x + w, y + h];
    this.moveTo(x + radius, y);
    this.lineTo(right - radius, y);
    this.arc(radius, radius, right, y + radius);
    this.lineTo(right, bottom - radius);
    this.arc(radius, radius, right - radius, bottom);
    this.lineTo(x + radius, bottom);
    this.arc(radius, radius, x, bottom - radius);
    this.lineTo(x, y + radius);
    this.arc(radius, radius, x + radius, y);
    this.closePath();
  }

  /** At most half an ellipse, clockwise. */
  private arc(rx: number, ry: number, x: number, y: number): void {
    this.data += `A${short(rx)} ${short(ry)} 0 0 1 ${short(x)} ${short(y)}`;
  }

  private add(command: string, ...numbers: number[]): void {
    this.data += command + numbers.map(short).join(" ");
  }
}

/** A hundredth of a board pixel is finer than any screen. */
export function short(value: number): string {
  return String(Math.round(value * 100) / 100 || 0); // no -0
}
