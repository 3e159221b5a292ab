import type { Point } from "../geometry/transform";
import { listenToKeys, listenToSpace } from "../input/keys";
import { listenToPointer } from "../input/pointer";
import { clientOf } from "../model/opid";
import type { Look } from "../model/style";
import { Colors } from "../render/colors";
import { Renderer } from "../render/renderer";
import type { Offer } from "../sync/couriers";
import { openDatabase } from "../sync/database";
import { newIdentity } from "../sync/identity";
import { openLink } from "../sync/link";
import { quietness, webLocks } from "../sync/locks";
import { OutboxStore } from "../sync/outbox_store";
import type { Person } from "../sync/people";
import { Session } from "../sync/session";
import { getSnapshot } from "../sync/snapshot";
import { type Status, statusOf } from "../sync/status";
import type { Kept, Rejection } from "../sync/wire";
import { restyle } from "../tools/actions";
import type { Desk, Page as PageOfTools } from "../tools/tool";
import { TOOLS, Toolbox, type ToolName } from "../tools/toolbox";
import { writeFacts } from "./attributes";
import { newBoardPath } from "./board_name";
import { CALM_MS, calmStatus } from "./calm";
import { listenToClipboard } from "./clipboard";
import { Cursors } from "./cursors";
import { Display } from "./display";
import { cleanName, storedName, storeName } from "./name";
import type { Doings, Shown } from "./page";
import { isLost, layGrid } from "./place";
import { Pointer } from "./pointer";
import { SelectionOverlay } from "./selection";
import { shortcutsOf } from "./shortcuts";
import { language, strings } from "./strings";
import { hasLook } from "./styles";
import { Toast } from "./toast";
import { Writer } from "./writer";

const randomBytes = (into: Uint8Array<ArrayBuffer>) => void crypto.getRandomValues(into);
const darkTheme = matchMedia("(prefers-color-scheme: dark)");

/** What a press of a key or a button zooms. */
const ZOOM_STEP = 1.25;

/** How often it is looked who has gone. */
const FADE_MS = 2_000;

/** Puts session, renderer, tools and display together, and tells each what the others need. */
export class App implements Doings {
  readonly renderer: Renderer;
  private readonly session: Session;
  private readonly toolbox: Toolbox;
  private readonly display: Display;
  private readonly toast = new Toast(() => this.display.ask());
  private colors = colorsNow();
  private look: Look = { color: "black", width: 4, fill: "none", opacity: 1, size: 32 };
  private readonly writer: Writer;
  private readonly overlay: SelectionOverlay;
  private shift = false;
  private spaceHeld = false;
  /** What the person is called; kept for all boards of this browser. */
  private me = storedName();
  private readonly pointer: Pointer;
  private readonly cursors: Cursors;
  private pointingAt: Point | undefined;
  private lasering: Point | undefined;
  private lastPeople: readonly Person[] = [];
  private endFading: (() => void) | undefined;
  private unsavedSince: number | undefined;
  /** What the person was asked and has not answered. */
  private offers: readonly Offer[] = [];

  constructor(
    board: string,
    private readonly stage: HTMLElement,
    place: HTMLElement,
  ) {
    const now = () => performance.now();
    const outside = { openLink, getSnapshot, outboxes: openStore(), now, random: Math.random, later };
    this.session = new Session(board, newIdentity(randomBytes), outside, {
      changed: (touched) => {
        this.renderer.changed(touched);
        if (touched === "all") this.toolbox.history.removedByOthers("all");
      },
      standing: () => this.standing(),
      kept: (kept) => this.restore(kept),
      people: () => this.peopleChanged(),
      rejected: (rejection) => this.rejected(rejection),
      offered: (offer) => this.offer([...this.offers, offer]),
      heard: (op) => this.toolbox.heard(op),
    });
    this.renderer = new Renderer(stage, this.session.view, this.colors, {
      beforePaint: () => this.beforePaint(),
      looked: () => this.looked(),
    });
    this.toolbox = new Toolbox(this.pageOfTools(), () => this.toolsChanged());
    this.pointer = new Pointer((at, laser) => this.session.point(at, laser));
    this.cursors = new Cursors(stage);
    this.writer = new Writer(stage, this.toolbox);
    this.overlay = new SelectionOverlay(stage, this.toolbox);
    this.display = new Display(place, this, () => this.shown());
  }

  /** Joins the board and listens to the person. */
  start(): void {
    document.documentElement.lang = language;
    document.title = strings.title(this.session.board);
    this.stage.setAttribute("aria-label", strings.canvas);
    this.listen();
    this.session.setOnline(navigator.onLine);
    this.wear(this.look);
    void this.session.load();
  }

  take(tool: ToolName): void {
    this.toolbox.take(tool);
  }

  /** Dresses what is selected, and all that comes after it. */
  setLook(change: Partial<Look>): void {
    this.wear({ ...this.look, ...change });
    if (change.color !== undefined || change.width !== undefined)
      this.session.keep({ color: this.look.color, width: this.look.width });
    if (this.toolbox.selection.length > 0) this.act((desk) => restyle(desk, change));
    else if (!hasLook(this.toolbox.current)) this.take("pen");
  }

  act(doing: (desk: Desk) => void): void {
    this.toolbox.act(doing);
  }

  zoomIn(): void {
    this.renderer.camera.zoomBy(ZOOM_STEP);
  }

  zoomOut(): void {
    this.renderer.camera.zoomBy(1 / ZOOM_STEP);
  }

  zoomToLife(): void {
    this.renderer.camera.zoomBy(1 / this.renderer.view.scale);
  }

  fit(): void {
    this.renderer.camera.fit(this.renderer.extent);
  }

  undo(): void {
    this.toolbox.undo();
  }

  redo(): void {
    this.toolbox.redo();
  }

  cancel(): void {
    if (!this.toolbox.isBusy) this.toolbox.desk.select([]);
    this.toolbox.cancel();
  }

  newBoard(): void {
    location.assign(newBoardPath(randomBytes));
  }

  copyLink(): void {
    // Over plain HTTP there is no clipboard, whatever the types say.
    const copied = navigator.clipboard?.writeText(location.href) ?? Promise.reject(new Error("no clipboard"));
    copied.then(
      () => this.toast.say(strings.copied),
      () => this.toast.say(strings.notCopied(location.href)),
    );
  }

  rename(name: string): void {
    this.me = cleanName(name);
    storeName(this.me);
    this.session.keep({ name: this.me });
    this.display.ask();
  }

  dismiss(): void {
    this.toast.dismiss();
  }

  answer(offer: Offer, send: boolean): void {
    if (send) offer.send();
    else offer.discard();
    this.offer(this.offers.filter((other) => other !== offer));
  }

  private listen(): void {
    const { renderer, toolbox, session } = this;
    const { camera } = renderer;
    const pointing = {
      down: (at: Point) => {
        toolbox.down(renderer.toBoard(at.x, at.y));
        renderer.ask();
      },
      move: (along: readonly Point[]) => {
        toolbox.move(along.map(({ x, y }) => renderer.toBoard(x, y)));
        renderer.ask();
      },
      up: () => toolbox.up(),
      cancel: () => toolbox.cancel(),
      pan: (byX: number, byY: number) => camera.moveBy(byX, byY),
      zoom: (by: number, at: Point) => camera.zoomBy(by, at),
      hover: (at: Point | undefined) => {
        this.pointingAt = at && renderer.toBoard(at.x, at.y);
        renderer.ask();
      },
    };
    listenToPointer(this.stage, pointing, () => this.spaceHeld || toolbox.current === "hand");
    listenToSpace((isHeld) => {
      this.spaceHeld = isHeld;
      this.stage.toggleAttribute("data-grab", isHeld);
    });
    listenToKeys(shortcutsOf(this, () => this.look.width));
    const center = () => renderer.toBoard(this.stage.clientWidth / 2, this.stage.clientHeight / 2);
    listenToClipboard((doing) => this.act(doing), center);
    for (const event of ["pointerdown", "pointermove", "keydown", "keyup"] as const) {
      window.addEventListener(event, ({ shiftKey }) => this.hold(shiftKey), true);
    }
    this.stage.addEventListener("dblclick", (event) => {
      const { left, top } = this.stage.getBoundingClientRect();
      this.writer.enter(renderer.toBoard(event.clientX - left, event.clientY - top));
    });
    darkTheme.addEventListener("change", () => {
      this.colors = colorsNow();
      renderer.recolor(this.colors);
      this.display.ask();
    });
    window.addEventListener("online", () => session.setOnline(true));
    window.addEventListener("offline", () => session.setOnline(false));
    document.addEventListener("visibilitychange", () => session.hide());
    window.addEventListener("beforeunload", (event) => {
      if (session.standing.atRisk > 0) event.preventDefault();
    });
    // A page out of the browser's cache has lost its lock: what it kept may be another's now.
    window.addEventListener("pageshow", (event) => {
      if (event.persisted && session.standing.atRisk === 0) location.reload();
    });
  }

  private pageOfTools(): PageOfTools {
    const app = this;
    const { session, renderer } = this;
    return {
      board: session.view,
      get look() {
        return app.look;
      },
      get pixel() {
        return 1 / renderer.view.scale;
      },
      get shift() {
        return app.shift;
      },
      push: session.push.bind(session),
      fade: renderer.fade.bind(renderer),
      write: (writing) => this.writer.begin(writing),
      laser: (at) => {
        this.lasering = at;
      },
    };
  }

  private hold(shift: boolean): void {
    if (shift === this.shift) return;
    this.shift = shift;
    this.renderer.ask();
  }

  private beforePaint(): void {
    const now = performance.now();
    this.pointer.tell(this.lasering ?? this.pointingAt, this.lasering !== undefined, now);
    const { others, sid } = this.session;
    const shown = others.cursors(now).filter((cursor) => cursor.sid !== sid || cursor.laser);
    this.cursors.show(shown, this.renderer.view, this.colors);
    this.toolbox.frame();
    this.overlay.show(this.renderer.view);
    this.writer.show(this.renderer.view);
  }

  /** Goes on as the server has kept it: this page, or the one before it. */
  private restore({ color, width, name, tool }: Kept): void {
    this.wear({ ...this.look, color, width });
    this.me = name === "" ? this.me : name;
    if (this.me !== name) this.session.keep({ name: this.me });
    if (Object.hasOwn(TOOLS, tool)) this.toolbox.take(tool as ToolName);
  }

  private peopleChanged(): void {
    this.renderer.ask();
    this.display.ask();
    // Whoever leaves without a word, and cursors that rest, go by themselves.
    this.endFading?.();
    this.endFading = later(FADE_MS, () => this.peopleChanged());
  }

  private toolsChanged(): void {
    this.session.keep({ tool: this.toolbox.current });
    this.stage.dataset.tool = this.toolbox.current;
    this.renderer.ask();
    this.display.ask();
  }

  private wear(look: Look): void {
    this.look = look;
    this.display.ask();
  }

  /** Draws the grid where it belongs, and tells whether the way back is needed. */
  private looked(): void {
    layGrid(this.stage, this.renderer.view);
    document.documentElement.dataset.painted = String(this.renderer.isDone);
    this.display.ask();
  }

  private offer(offers: readonly Offer[]): void {
    this.offers = offers;
    this.display.ask();
  }

  private rejected({ code }: Rejection): void {
    this.toolbox.cancel();
    this.toast.say(strings.rejected[code] ?? strings.rejectedOther);
  }

  private get status(): Status {
    return statusOf(this.session.standing);
  }

  private standing(): void {
    const { position, replica, standing } = this.session;
    writeFacts(document.documentElement, {
      status: this.status,
      unsaved: standing.unsaved,
      atRisk: standing.atRisk,
      position,
      replica,
    });
    if (standing.unsaved === 0) this.unsavedSince = undefined;
    else if (this.unsavedSince === undefined) {
      this.unsavedSince = performance.now();
      later(CALM_MS, () => this.display.ask());
    }
    this.display.ask();
  }

  /** The same array as long as they are the same people, so that the page need not be shown anew. */
  private people(): readonly Person[] {
    const now = this.session.others.here(performance.now());
    const isSame =
      now.length === this.lastPeople.length &&
      now.every(({ sid, name, color }, i) => {
        const last = this.lastPeople[i];
        return last?.sid === sid && last.name === name && last.color === color;
      });
    if (!isSame) this.lastPeople = now.map(({ sid, name, color }) => ({ sid, name, color }));
    return this.lastPeople;
  }

  private author(): string | undefined {
    const [element, ...more] = this.toolbox.selection;
    if (element === undefined || more.length > 0) return undefined;
    if (clientOf(element.id) === this.session.client) return strings.you;
    return (this.session.others.nameOf(element.by) ?? strings.someone) || strings.guest;
  }

  private shown(): Shown {
    const { board, replica, standing } = this.session;
    const unsavedForMs = this.unsavedSince === undefined ? 0 : performance.now() - this.unsavedSince;
    const status = calmStatus(this.status, unsavedForMs);
    return {
      board,
      replica,
      status,
      unsaved: status === "saved" ? 0 : standing.unsaved,
      me: { sid: this.session.sid, name: this.me, color: this.look.color },
      people: this.people(),
      author: this.author(),
      tool: this.toolbox.current,
      look: this.look,
      selection: this.toolbox.selection,
      canUndo: this.toolbox.history.canUndo,
      canRedo: this.toolbox.history.canRedo,
      toast: this.toast.text,
      offer: this.offers[0],
      colors: this.colors,
      zoom: Math.round(this.renderer.view.scale * 100),
      lost: isLost(this.renderer.extent, this.renderer.camera.seen),
    };
  }
}

function later(ms: number, call: () => void): () => void {
  const timer = setTimeout(call, ms);
  return () => clearTimeout(timer);
}

function openStore(): OutboxStore {
  const clock = { today: () => Date.now(), later };
  // Web Locks are for secure contexts only: a page over plain HTTP has none, whatever the types say.
  const locks = "locks" in navigator ? webLocks(navigator.locks) : quietness(clock);
  return new OutboxStore(openDatabase(), locks, clock);
}

/** The colours of the theme that the browser asks for. */
function colorsNow(): Colors {
  const probe = document.createElement("canvas").getContext("2d");
  if (probe === null) throw new Error("This browser has no 2D canvas.");
  return new Colors(probe, darkTheme.matches);
}
