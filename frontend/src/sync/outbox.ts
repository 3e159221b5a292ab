import type { Draft, Op } from "../model/element";
import { MAX_EVENT_BYTES, MAX_OP_BYTES, MAX_OPS_PER_EVENT } from "../model/limits";
import { numberOf, opId } from "../model/opid";

/** More than this waits for nobody: the outbox refuses drafts, and the page says so. */
const MAX_WAITING = 10_000;
const MAX_IN_FLIGHT = 500;
/** A merged op stays well below what the server takes. */
const MAX_MERGED_BYTES = MAX_OP_BYTES / 2;

interface Entry {
  op: Op;
  bytes: number;
  readonly n: number;
  /** Left the page at least once: must never change again, since the log may have it. */
  departed: boolean;
}

/** Is told every change, so that what is unsaved can outlive the page. */
export interface Keeper {
  /** Op n is new, or is another now. */
  put(n: number, op: Op): void;
  /** Op n is decided. */
  drop(n: number): void;
}

/**
 * Own ops that the log has not confirmed, in the order of their numbers.
 *
 * Each is in one of two parts: in flight (on this connection, or known to be in the log), then waiting. Pure: it decides
 * what to send, others send it and keep it.
 *
 * Source: SPEC.md L3, B5–B7.
 */
export class Outbox {
  private readonly entries: Entry[];
  private nextN: number;
  private inFlight = 0;
  /** The updates at the end of the queue, by element: those that have not left may take in another. */
  private readonly updates = new Map<string, Entry>();
  /** What the entries are about, and how many of them each time. */
  private readonly subjects = new Map<string, number>();

  /** @param ops what an earlier page left, in the order of their numbers; some of it may have been sent */
  constructor(
    private readonly client: string,
    private readonly keeper?: Keeper,
    ops: readonly Op[] = [],
  ) {
    this.entries = ops.map((op) => ({ op, n: numberOf(op.id), bytes: bytesOf(op), departed: true }));
    for (const op of ops) this.count(op, 1);
    this.nextN = 1 + (this.entries.at(-1)?.n ?? 0);
  }

  get size(): number {
    return this.entries.length;
  }

  /** As people count: a stroke and what it grew by are one. */
  get changes(): number {
    return this.subjects.size;
  }

  get full(): boolean {
    return this.entries.length >= MAX_WAITING;
  }

  [Symbol.iterator](): Iterator<Op> {
    return this.entries.map((entry) => entry.op)[Symbol.iterator]();
  }

  /**
   * Queues a draft and returns the op that shows it. New points of a stroke that still waits are merged into it, and so is
   * an update into one of the same element that waits; the op returned then has that op's id. Undefined when the outbox is full.
   */
  push(draft: Draft): Op | undefined {
    const merged = this.merge(draft);
    if (merged !== undefined) return merged;
    if (this.full) return undefined;
    const n = this.nextN;
    const op: Op = { ...draft, id: opId(this.client, n) };
    this.nextN += 1;
    const entry = { op, n, bytes: bytesOf(op), departed: false };
    this.entries.push(entry);
    if (op.op === "update") this.updates.set(op.element, entry);
    else this.updates.clear();
    this.count(op, 1);
    this.keeper?.put(n, op);
    return op;
  }

  /** Takes the ops to send next, at most one event's worth; empty when nothing may be sent. */
  take(): Op[] {
    const batch: Op[] = [];
    let bytes = 0;
    while (batch.length < MAX_OPS_PER_EVENT && this.inFlight < MAX_IN_FLIGHT) {
      const entry = this.entries[this.inFlight];
      if (entry === undefined || (batch.length > 0 && bytes + entry.bytes > MAX_EVENT_BYTES)) break;
      entry.departed = true;
      bytes += entry.bytes;
      batch.push(entry.op);
      this.inFlight += 1;
    }
    return batch;
  }

  /** Everything up to n is decided: takes it out and returns it. */
  settle(n: number): Op[] {
    const count = this.countUpTo(n);
    this.inFlight = Math.max(0, this.inFlight - count);
    return this.remove(0, count);
  }

  /** A new connection, which has seen none of ours; the log already has what is up to n. */
  reconnected(n: number): void {
    this.inFlight = this.countUpTo(n);
  }

  /** Everything from n on waits again. */
  rewind(n: number): void {
    this.inFlight = Math.min(this.inFlight, this.countUpTo(n - 1));
  }

  /** This op will never be accepted: takes it out and returns it. */
  reject(n: number): Op | undefined {
    const index = this.countUpTo(n) - 1;
    if (this.entries[index]?.n !== n) return undefined;
    if (index < this.inFlight) this.inFlight -= 1;
    return this.remove(index, 1)[0];
  }

  private remove(index: number, count: number): Op[] {
    const entries = this.entries.splice(index, count);
    for (const { n, op } of entries) {
      this.count(op, -1);
      this.keeper?.drop(n);
    }
    return entries.map(({ op }) => op);
  }

  private count(op: Op, by: number): void {
    const subject = op.op === "grow" || op.op === "update" ? op.element : op.id;
    const left = (this.subjects.get(subject) ?? 0) + by;
    if (left > 0) this.subjects.set(subject, left);
    else this.subjects.delete(subject);
  }

  private countUpTo(n: number): number {
    const index = this.entries.findIndex((entry) => entry.n > n);
    return index === -1 ? this.entries.length : index;
  }

  private merge(draft: Draft): Op | undefined {
    if (draft.op === "update") return this.mergeUpdate(draft);
    const last = this.entries.at(-1);
    if (draft.op !== "grow" || last === undefined || last.departed) return undefined;
    const bytes = last.bytes + bytesOf([draft.points, draft.pressures]);
    if (bytes > MAX_MERGED_BYTES) return undefined;
    const { op } = last;
    if (op.op === "grow" && op.element === draft.element) {
      last.op = { ...op, points: [...op.points, ...draft.points], ...joined(op.pressures, draft.pressures) };
    } else if (op.op === "add" && op.id === draft.element && Array.isArray(op.element.points)) {
      const { points, pressures } = op.element;
      const more = { points: [...points, ...draft.points], ...joined(pressures, draft.pressures) };
      last.op = { ...op, element: { ...op.element, ...more } };
    } else return undefined;
    last.bytes = bytes;
    this.keeper?.put(last.n, last.op);
    return { ...draft, id: op.id };
  }

  /** Updates of different elements can change places: an earlier one may take this one in, over others between them. */
  private mergeUpdate(draft: Draft & { op: "update" }): Op | undefined {
    const entry = this.updates.get(draft.element);
    if (entry === undefined || entry.departed || entry.op.op !== "update") return undefined;
    const { op } = entry;
    entry.op = { ...op, props: { ...op.props, ...draft.props } };
    entry.bytes = bytesOf(entry.op);
    this.keeper?.put(entry.n, entry.op);
    return { ...draft, id: op.id };
  }
}

function joined(before: unknown, after: readonly number[] | undefined) {
  return Array.isArray(before) && after !== undefined ? { pressures: [...before, ...after] } : {};
}

/** Of what travels. A character of a text has up to three bytes; whatever else there is, is ASCII. */
function bytesOf(value: unknown): number {
  return encoder.encode(JSON.stringify(value)).length;
}

const encoder = new TextEncoder();
