/**
 * Where the page is in the board's log (SPEC.md, opening; L1, L7).
 *
 * A position `<epoch>-<n>` is the n-th commit; an offset `<epoch>-<n>-<i>` the i-th op in it.
 */

export const ORIGIN = "0-0";

interface Offset {
  readonly epoch: number;
  readonly n: number;
  readonly i: number;
}

/**
 * Follows the offsets of what arrives.
 *
 * A connection can break between two ops of one commit, while CONNECT names whole commits only. So `resumeFrom` is the
 * last commit that is known to be complete, and `advance` tells what then comes a second time.
 */
export class Progress {
  private seen: Offset = { epoch: 0, n: 0, i: Number.POSITIVE_INFINITY };
  private complete = ORIGIN;

  /** The commit of the newest op seen. */
  get position(): string {
    return `${this.seen.epoch}-${this.seen.n}`;
  }

  /** The newest offset seen; undefined while nothing but a fetched board was. */
  get offset(): string | undefined {
    const { epoch, n, i } = this.seen;
    return Number.isFinite(i) ? `${epoch}-${n}-${i}` : undefined;
  }

  /** The position to connect from: everything up to it was seen. */
  get resumeFrom(): string {
    return this.complete;
  }

  /** Whether everything up to that offset was seen. */
  reached(offset: unknown): boolean {
    const there = typeof offset === "string" ? parse(offset) : undefined;
    return there !== undefined && !isAfter(there, this.seen);
  }

  /** Starts at the position of a board that was fetched. */
  reset(position: string): void {
    const { epoch, n } = parse(position) ?? { epoch: 0, n: 0 };
    this.seen = { epoch, n, i: Number.POSITIVE_INFINITY };
    this.complete = this.position;
  }

  /** Takes note of an offset that arrived. False: it is not newer than what was seen. */
  advance(offset: unknown): boolean {
    const next = typeof offset === "string" ? parse(offset) : undefined;
    if (next === undefined || !isAfter(next, this.seen)) return false;
    if (next.n !== this.seen.n || next.epoch !== this.seen.epoch) this.complete = this.position;
    this.seen = next;
    return true;
  }
}

function parse(text: string): Offset | undefined {
  const match = /^(\d+)-(\d+)(?:-(\d+))?$/.exec(text);
  return match === null
    ? undefined
    : { epoch: Number(match[1]), n: Number(match[2]), i: Number(match[3] ?? Number.POSITIVE_INFINITY) };
}

function isAfter(a: Offset, b: Offset): boolean {
  if (a.epoch !== b.epoch) return a.epoch > b.epoch;
  return a.n !== b.n ? a.n > b.n : a.i > b.i;
}
