type Place = readonly number[];

/** More points than these in a row are not left out, however straight they lie: each is looked at again for each that follows. */
const MAX_RUN = 16;

/**
 * The points of an outline without those that lie on the straight way between the ones beside them, but for `tolerance`.
 *
 * @param outline `[x, y]` each, at least one
 */
export function reduced(outline: readonly Place[], tolerance: number): Place[] {
  const kept: Place[] = outline.slice(0, 1);
  let from = 0;
  for (let to = 2; to < outline.length; to += 1) {
    if (to - from <= MAX_RUN && isStraight(outline, from, to, tolerance)) continue;
    from = to - 1;
    kept.push(outline[from] as Place);
  }
  if (outline.length > 1) kept.push(outline.at(-1) as Place);
  return kept;
}

function isStraight(outline: readonly Place[], from: number, to: number, tolerance: number): boolean {
  const [start, end] = [outline[from] as Place, outline[to] as Place];
  const [x, y] = [start[0] as number, start[1] as number];
  const [dx, dy] = [(end[0] as number) - x, (end[1] as number) - y];
  const length = Math.sqrt(dx * dx + dy * dy);
  // Where both ends are one point, whatever lies between is an excursion.
  if (length === 0) return false;
  const most = tolerance * length;
  for (let i = from + 1; i < to; i += 1) {
    const place = outline[i] as Place;
    const area = ((place[0] as number) - x) * dy - ((place[1] as number) - y) * dx;
    if (area > most || area < -most) return false;
  }
  return true;
}
