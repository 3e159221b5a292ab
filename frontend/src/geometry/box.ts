/** An upright rectangle. Empty when its left is not left of its right. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export const EMPTY: Box = { left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity };

/** The box of flat points `[x0, y0, x1, y1, …]`. */
export function boxOfPoints(points: readonly number[]): Box {
  let { left, top, right, bottom } = EMPTY;
  for (let i = 0; i + 1 < points.length; i += 2) {
    const x = points[i] as number;
    const y = points[i + 1] as number;
    if (x < left) left = x;
    if (x > right) right = x;
    if (y < top) top = y;
    if (y > bottom) bottom = y;
  }
  return { left, top, right, bottom };
}

export function grown(box: Box, by: number): Box {
  return { left: box.left - by, top: box.top - by, right: box.right + by, bottom: box.bottom + by };
}

export function union(a: Box, b: Box): Box {
  return {
    left: Math.min(a.left, b.left),
    top: Math.min(a.top, b.top),
    right: Math.max(a.right, b.right),
    bottom: Math.max(a.bottom, b.bottom),
  };
}

export function overlap(a: Box, b: Box): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}

/** Whether all of the first lies in the second. */
export function isIn({ left, top, right, bottom }: Box, other: Box): boolean {
  return left >= other.left && top >= other.top && right <= other.right && bottom <= other.bottom;
}

/** The smallest box of whole numbers around a box. */
export function outward({ left, top, right, bottom }: Box): Box {
  return { left: Math.floor(left), top: Math.floor(top), right: Math.ceil(right), bottom: Math.ceil(bottom) };
}

export function isEmpty({ left, top, right, bottom }: Box): boolean {
  return !(left < right && top < bottom);
}
