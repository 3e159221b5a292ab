/** A context's `fillStyle`: takes any text, and keeps what it had when the text is no colour. */
export interface Probe {
  fillStyle: unknown;
}

/** What is painted in place of a colour that is none. */
const FALLBACK = "#000000";
/** Colours come from strangers; a flood of them must not fill the memory. */
const MAX_KNOWN = 2_000;

/**
 * Turns an element's colour, which may be anything, into one that a canvas takes.
 *
 * On dark paper every colour is made light and keeps its hue: black ink is then nearly white, nothing drowns in the paper,
 * and people with different themes still speak of the same red.
 */
export class Colors {
  private readonly known = new Map<unknown, string>();

  constructor(
    private readonly probe: Probe,
    readonly dark: boolean,
  ) {}

  resolve(color: unknown): string {
    let result = this.known.get(color);
    if (result === undefined) {
      if (this.known.size >= MAX_KNOWN) this.known.clear();
      const valid = this.asIs(color) ?? FALLBACK;
      result = this.dark ? onDarkPaper(valid) : valid;
      this.known.set(color, result);
    }
    return result;
  }

  /** The canvas's own spelling of a colour, on whatever paper; undefined if it is none: then neither of two others is replaced. */
  asIs(color: unknown): string | undefined {
    if (typeof color !== "string") return undefined;
    for (const before of ["#010203", "#040506"]) {
      this.probe.fillStyle = before;
      this.probe.fillStyle = color;
      if (this.probe.fillStyle !== before) return String(this.probe.fillStyle);
    }
    return undefined;
  }
}

/** @param color `#rrggbb` or `rgba(r, g, b, a)`; any other spelling comes back as it is */
export function onDarkPaper(color: string): string {
  const channels = channelsOf(color);
  if (channels === undefined) return color;
  const [red, green, blue, alpha] = channels;
  const most = Math.max(red, green, blue);
  const least = Math.min(red, green, blue);
  const lightness = (most + least) / 510;
  const range = 255 - Math.abs(most + least - 255);
  const saturation = range === 0 ? 0 : (most - least) / range;
  return `hsla(${hueOf(red, green, blue)}, ${percent(saturation)}, ${percent(0.92 - 0.5 * lightness)}, ${alpha})`;
}

export type Channels = readonly [red: number, green: number, blue: number, alpha: number];

/** @returns 0 to 255 each, alpha 0 to 1; undefined for any spelling but `#rrggbb` and `rgba(r, g, b, a)` */
export function channelsOf(color: string): Channels | undefined {
  const hex = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(color)?.slice(1);
  if (hex !== undefined) {
    const [red = 0, green = 0, blue = 0] = hex.map((pair) => Number.parseInt(pair, 16));
    return [red, green, blue, 1];
  }
  const rgba = /^rgba\((\d+), (\d+), (\d+), ([\d.]+)\)$/.exec(color)?.slice(1);
  if (rgba === undefined) return undefined;
  const [red = 0, green = 0, blue = 0, alpha = 1] = rgba.map(Number);
  return [red, green, blue, alpha];
}

function hueOf(red: number, green: number, blue: number): number {
  const most = Math.max(red, green, blue);
  const range = most - Math.min(red, green, blue);
  if (range === 0) return 0;
  if (most === red) return Math.round(60 * ((((green - blue) / range) % 6) + 6)) % 360;
  if (most === green) return Math.round(60 * ((blue - red) / range + 2));
  return Math.round(60 * ((red - green) / range + 4));
}

function percent(share: number): string {
  return `${Math.round(share * 100)}%`;
}
