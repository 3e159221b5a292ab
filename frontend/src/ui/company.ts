import type { Point, Transform } from "../geometry/transform";
import type { Element } from "../model/element";
import { clientOf } from "../model/opid";
import type { Colors } from "../render/colors";
import { later, Pause } from "../sync/pause";
import type { Person } from "../sync/people";
import type { Session } from "../sync/session";
import { Cursors } from "./cursors";
import { OwnSessions } from "./own_sessions";
import { Pointer } from "./pointer";
import { strings } from "./strings";

/** How often it is looked who has gone. */
const FADE_MS = 2_000;
/** A connection that was lost for so long is not merely being replaced: nobody points where they pointed then. */
const LOST_MS = 1_000;

/** The others: who they are, where they point, what they drew; and where they see us point. */
export class Company {
  /** Where our pointer is, board pixels; undefined: not on the drawing. */
  pointingAt: Point | undefined;
  /** Where our laser points, before all. */
  lasering: Point | undefined;
  private readonly pointer: Pointer;
  private readonly cursors: Cursors;
  private readonly fading = new Pause({ later });
  private readonly own = new OwnSessions();
  private last: readonly Person[] = [];

  /** @param changed told when there may be others, or cursors elsewhere */
  constructor(
    stage: HTMLElement,
    private readonly session: Session,
    private readonly changed: () => void,
  ) {
    this.pointer = new Pointer((at, laser) => session.point(at, laser));
    this.cursors = new Cursors(stage);
  }

  /** Takes note that somebody came, left or moved. Whoever leaves without a word, and cursors that rest, go by themselves. */
  look(): void {
    this.own.add(this.session.sid);
    this.changed();
    this.fading.begin(FADE_MS, () => this.look());
  }

  /** Called in each frame. */
  show(view: Transform, colors: Colors): void {
    const now = performance.now();
    this.pointer.tell(this.lasering ?? this.pointingAt, this.lasering !== undefined, now);
    const { others, sid, standing } = this.session;
    const isLost = !standing.joined && standing.lostForMs > LOST_MS;
    const shown = others.cursors(now).filter((cursor) => cursor.sid !== sid || cursor.laser);
    this.cursors.show(isLost ? [] : shown, view, colors);
  }

  /** All who are here; the same array as long as they are the same people, so that the page need not be shown anew. */
  get people(): readonly Person[] {
    const now = this.session.others.here(performance.now());
    const isSame =
      now.length === this.last.length &&
      now.every(({ sid, name, color }, i) => {
        const last = this.last[i];
        return last?.sid === sid && last.name === name && last.color === color;
      });
    if (!isSame) this.last = now.map(({ sid, name, color }) => ({ sid, name, color }));
    return this.last;
  }

  /** Who drew what is selected, if that is one thing, and not ours. */
  authorOf([element, ...more]: readonly Element[]): string | undefined {
    if (element === undefined || more.length > 0) return undefined;
    if (clientOf(element.id) === this.session.client || this.own.has(element.by)) return undefined;
    return (this.session.others.nameOf(element.by) ?? strings.someone) || strings.guest;
  }
}
