import { fits } from "../files/room";
import type { Element, NewElement } from "../model/element";
import type { Session } from "../sync/session";
import { Entry } from "../tools/entry";
import type { Toolbox } from "../tools/toolbox";
import { attempt } from "./attempt";
import { strings } from "./strings";

/** A slice enters each frame. */
const FRAME_MS = 16;

interface Parts {
  readonly session: Pick<Session, "view" | "standing">;
  readonly toolbox: Pick<Toolbox, "history" | "isBusy"> & { readonly desk: Pick<Toolbox["desk"], "select"> };
  /** Says a sentence to the person. */
  say(sentence: string): void;
}

/** The way of many elements onto the board, those of a file and copies: one crowd at a time, each of them one action. */
export class Entrance {
  private isBusy = false;

  constructor(private readonly parts: Parts) {}

  /** Whether elements may enter now; says why if not. */
  admits(elements: readonly NewElement[]): boolean {
    const { session, say } = this.parts;
    if (this.isBusy) say(strings.many.busy);
    else if (!fits(elements, [...session.view])) say(strings.many.full(elements.length));
    else return true;
    return false;
  }

  /** Lets admitted elements in. Returns the ids of those that are, which are less than all when that was taken back meanwhile. */
  async enter(elements: readonly Element[]): Promise<readonly string[]> {
    const { session, toolbox } = this.parts;
    const entry = new Entry(elements, {
      get topZ() {
        return session.view.topZ;
      },
      get unsaved() {
        return session.standing.unsaved;
      },
      push: toolbox.history.long(),
    });
    const ask = (event: Event) => event.preventDefault();
    window.addEventListener("beforeunload", ask);
    this.isBusy = true;
    try {
      await this.enterAll(entry, elements.length);
    } finally {
      this.isBusy = false;
      window.removeEventListener("beforeunload", ask);
    }
    return entry.ids;
  }

  /** Lets copies in, selects them, and says what came of it. Resolves with how many are in. */
  async enterCopies(copies: readonly Element[]): Promise<number> {
    const { toolbox, say } = this.parts;
    let entered = 0;
    await attempt(async () => {
      if (!this.admits(copies)) return;
      const ids = await this.enter(copies);
      entered = ids.length;
      if (ids.length === copies.length && !toolbox.isBusy) toolbox.desk.select(ids);
      say(strings.many.added(ids.length, copies.length));
    }, say);
    return entered;
  }

  private async enterAll(entry: Entry, count: number): Promise<void> {
    let said = -1;
    while (entry.step() === "going") {
      // Only when more are in: without a connection it stands still for long, and other sentences are to be read.
      if (entry.ids.length > said) this.parts.say(strings.many.adding(count));
      said = entry.ids.length;
      await new Promise((resolve) => setTimeout(resolve, FRAME_MS));
    }
  }
}
