import type { Box } from "./box";

/** From board pixels to another plane: `x * scale + dx`. */
export interface Transform {
  readonly scale: number;
  readonly dx: number;
  readonly dy: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** The rectangle that classic clients draw on (SPEC.md C6), in board pixels. */
export const CLASSIC = { width: 2048, height: 1024 } as const;

/** Shows the whole classic rectangle in the middle of a window of this size (CSS pixels). */
export function contain(width: number, height: number): Transform {
  const scale = Math.max(1e-6, Math.min(width / CLASSIC.width, height / CLASSIC.height));
  return { scale, dx: (width - CLASSIC.width * scale) / 2, dy: (height - CLASSIC.height * scale) / 2 };
}

export function toBoard({ scale, dx, dy }: Transform, x: number, y: number): Point {
  return { x: (x - dx) / scale, y: (y - dy) / scale };
}

export function boxTo({ scale, dx, dy }: Transform, box: Box): Box {
  return {
    left: box.left * scale + dx,
    top: box.top * scale + dy,
    right: box.right * scale + dx,
    bottom: box.bottom * scale + dy,
  };
}

export function scaled({ scale, dx, dy }: Transform, by: number): Transform {
  return { scale: scale * by, dx: dx * by, dy: dy * by };
}
