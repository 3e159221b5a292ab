import {
  type Draft,
  type Element,
  type NewElement,
  type Op,
  pointsOf,
  pressuresOf,
  zOf,
} from "../model/element";
import { MAX_REMOVE_IDS } from "../model/limits";
import { Action, type Change, type Props, type Update } from "./action";
import { MAX_NUMBERS } from "./pen";
import { placesOf, type Removed, restacked } from "./places";

/** How many actions back undo reaches. */
const MAX_KEPT = 1_000;

/** Bottom to top. */
interface Board extends Iterable<Element> {
  get(id: string): Element | undefined;
}

type Push = (draft: Draft) => Op | undefined;

/**
 * One's own actions, and the way back and forth through them.
 *
 * Undo never touches what somebody else did: a property that was set anew since stays, an element that somebody else removed
 * (also at the same moment as we did) stays away. What comes back after we removed it is a new element, of another id, where the
 * former one lay; earlier actions then mean that one. Taking an action back is an action too, whose way back is redo.
 */
export class History {
  private readonly done: Action[] = [];
  private undone: Action[] = [];
  private current = new Action();
  private depth = 0;
  private removals = 0;
  /** What took the place of an element that was brought back. */
  private readonly heirs = new Map<string, string>();

  constructor(
    private readonly board: Board,
    private readonly send: Push,
  ) {}

  get canUndo(): boolean {
    return this.lastOf(this.done) !== undefined;
  }

  get canRedo(): boolean {
    return this.lastOf(this.undone) !== undefined;
  }

  /** Sends a draft and notes how to take it back. */
  push(draft: Draft): Op | undefined {
    const [op, changes] = this.sent(draft);
    if (this.depth > 0) this.current.note(changes);
    else if (changes.length > 0) this.keep(new Action(), changes);
    return op;
  }

  /**
   * Begins an action that goes on while others come and go: what is pushed through it is taken back together, whenever that was.
   * Once it was taken back it takes nothing more.
   */
  long(): Push {
    const action = new Action();
    return (draft) => {
      if (!action.isEmpty && !this.done.includes(action)) return undefined;
      const [op, changes] = this.sent(draft);
      if (action.isEmpty && changes.length > 0) this.keep(action, changes);
      else action.note(changes);
      return op;
    };
  }

  /** What is pushed until `end` is one action. */
  begin(): void {
    this.depth += 1;
  }

  end(): void {
    if (this.depth === 0) return;
    this.depth -= 1;
    if (this.depth > 0) return;
    const action = this.current;
    this.current = new Action();
    if (!action.isEmpty) this.keep(action);
  }

  undo(): void {
    this.step(this.done, this.undone);
  }

  redo(): void {
    this.step(this.undone, this.done);
  }

  /** Somebody else removed these, or everything: we shall not bring them back. */
  removedByOthers(ids: readonly string[] | "all"): void {
    for (const actions of [this.done, this.undone, [this.current]]) {
      for (const action of actions) action.forgetRemoved(ids);
    }
  }

  private sent(draft: Draft): [op: Op | undefined, changes: Change[]] {
    const changes = this.changesOf(draft);
    const op = this.send(draft);
    if (op === undefined) return [undefined, []];
    return [op, draft.op === "add" ? [{ did: "add", id: op.id }] : changes];
  }

  private keep(action: Action, changes: readonly Change[] = []): void {
    action.note(changes);
    this.undone = [];
    this.done.push(action);
    if (this.done.length > MAX_KEPT) this.done.shift();
  }

  private step(from: Action[], to: Action[]): void {
    const action = this.depth > 0 ? undefined : this.lastOf(from);
    if (action === undefined) return;
    from.pop();
    this.depth = 1;
    this.takeBack(action);
    this.depth = 0;
    if (!this.current.isEmpty) to.push(this.current);
    this.current = new Action();
  }

  /** The last action that still has an effect; those behind it are dropped. */
  private lastOf(actions: Action[]): Action | undefined {
    for (let last = actions.at(-1); last !== undefined; last = actions.at(-1)) {
      for (const change of last) if (this.matters(change)) return last;
      actions.pop();
    }
    return undefined;
  }

  private matters(change: Change): boolean {
    if (change.did === "remove") return true;
    const element = this.board.get(this.heirOf(change.id));
    if (element === undefined || change.did === "add") return element !== undefined;
    return Object.keys(this.restoring(element, change)).length > 0;
  }

  private takeBack(action: Action): void {
    const added = [...action].flatMap((change) => (change.did === "add" ? [this.heirOf(change.id)] : []));
    const gone = new Set(added.filter((id) => this.board.get(id) !== undefined));
    for (const change of action) {
      if (change.did !== "update") continue;
      const element = this.board.get(this.heirOf(change.id));
      if (element === undefined || gone.has(element.id)) continue;
      const props = this.restoring(element, change);
      if (Object.keys(props).length > 0) this.push({ op: "update", element: element.id, props });
    }
    this.bringBack([...action].flatMap((change) => (change.did === "remove" ? [change] : [])));
    const ids = [...gone];
    for (let i = 0; i < ids.length; i += MAX_REMOVE_IDS)
      this.push({ op: "remove", elements: ids.slice(i, i + MAX_REMOVE_IDS) });
  }

  /** Of what we changed, what is still as we set it, as it was before. */
  private restoring(element: Element, { before, after }: Update): Props {
    const ours = Object.keys(after).filter((name) => same(element[name] ?? UNSET[name], after[name]));
    const back = ours.map((name) => [name, before[name] ?? UNSET[name]] as const);
    return Object.fromEntries(
      back.filter(([name, value]) => value !== undefined && !same(value, after[name])),
    );
  }

  private bringBack(removed: readonly Removed[]): void {
    if (removed.length === 0) return;
    for (const { id, z, back } of restacked(this.board, removed, (former) => this.heirOf(former))) {
      if (back === undefined) {
        // Past the notes: nothing looks different by it, so there is nothing to take back.
        this.send({ op: "update", element: id, props: { z } });
        continue;
      }
      const heir = copyOnto((draft) => this.push(draft), z === zOf(back) ? back : { ...back, z });
      if (heir !== undefined) this.heirs.set(id, heir);
    }
  }

  private heirOf(id: string): string {
    let heir = id;
    for (let next = this.heirs.get(heir); next !== undefined; next = this.heirs.get(heir)) heir = next;
    return heir;
  }

  /** How the board looks before a draft, where the draft changes it. */
  private changesOf(draft: Draft): Change[] {
    if (draft.op === "remove") {
      this.removals += 1;
      const removed = placesOf(this.board, draft.elements, this.removals);
      return removed.map((change) => ({ did: "remove", ...change }));
    }
    const element = draft.op === "update" ? this.board.get(draft.element) : undefined;
    if (draft.op !== "update" || element === undefined) return [];
    const before = Object.fromEntries(Object.keys(draft.props).map((name) => [name, element[name]]));
    return [{ did: "update", id: element.id, before, after: draft.props }];
  }
}

/** What an optional property is when an element does not have it: an update cannot take one away. */
const UNSET: Props = { opacity: 1, fill: "none", z: 0, transform: [1, 0, 0, 1, 0, 0], angle: 0 };

/** Adds an element anew, in several ops where it has many points. Returns its id, undefined if it was not taken. */
export function copyOnto(push: Push, { id: _id, by: _by, ...copy }: Element): string | undefined {
  const points = pointsOf(copy as Element);
  if (points === undefined) return push({ op: "add", element: copy })?.id;
  const pressures = pressuresOf(copy as Element);
  const { pressures: _pressures, ...rest } = copy;
  const part = (from: number) => ({
    points: points.slice(from, from + MAX_NUMBERS),
    ...(pressures && { pressures: pressures.slice(from / 2, (from + MAX_NUMBERS) / 2) }),
  });
  const op = push({ op: "add", element: { ...rest, ...part(0) } as NewElement });
  for (let i = MAX_NUMBERS; op !== undefined && i < points.length; i += MAX_NUMBERS)
    push({ op: "grow", element: op.id, ...part(i) });
  return op?.id;
}

function same(a: unknown, b: unknown): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}
