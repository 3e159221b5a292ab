import { isWritten } from "../model/kinds";
import type { Look } from "../model/style";
import { Renderer } from "../render/renderer";
import type { Offer } from "../sync/couriers";
import { newIdentity } from "../sync/identity";
import { Session } from "../sync/session";
import type { Kept, Rejection } from "../sync/wire";
import { restyle } from "../tools/actions";
import { lookOf } from "../tools/look";
import type { Desk, Page as PageOfTools } from "../tools/tool";
import { TOOLS, Toolbox, type ToolName } from "../tools/toolbox";
import { lossOf } from "../tools/words";
import { copyAddress, openNewBoard } from "./address";
import { Company } from "./company";
import { Display } from "./display";
import { Entrance } from "./entrance";
import { Files } from "./files";
import { listenToBrowser, listenToPerson } from "./listening";
import { Me } from "./me";
import { Offers } from "./offers";
import type { Doings, Shown } from "./page";
import { hasLook, kindsToDress, stepped } from "./palette";
import { isLost, layGrid } from "./place";
import { SelectionOverlay } from "./selection";
import { chordsOf } from "./shortcuts";
import { StandingShown } from "./standing";
import { language, strings } from "./strings";
import { colorsNow, listenToTheme } from "./theme";
import { Toast } from "./toast";
import { randomBytes, worldOutside } from "./world";
import { Writer } from "./writer";

/** What a press of a key or a button zooms. */
const ZOOM_STEP = 1.25;

/** Puts session, renderer, tools and display together, and tells each what the others need. */
export class App implements Doings {
  readonly renderer: Renderer;
  readonly files: Files;
  private readonly session: Session;
  private readonly toolbox: Toolbox;
  private readonly display: Display;
  private readonly toast = new Toast(() => this.display.ask());
  private readonly writer: Writer;
  private readonly overlay: SelectionOverlay;
  private readonly entrance: Entrance;
  private readonly me: Me;
  private readonly company: Company;
  private readonly standing: StandingShown;
  private colors = colorsNow();
  private shift = false;
  private helping = false;
  private readonly offers = new Offers(() => this.display.ask());

  constructor(
    board: string,
    private readonly stage: HTMLElement,
    place: HTMLElement,
  ) {
    this.session = new Session(board, newIdentity(randomBytes), worldOutside(), {
      changed: (touched) => {
        this.renderer.changed(touched);
        if (touched === "all") this.loaded();
      },
      standing: () => this.standing.look(),
      kept: (kept) => this.restore(kept),
      people: () => this.company.look(),
      rejected: (rejection) => this.rejected(rejection),
      offered: (offer) => this.offers.add(offer),
      heard: (op) => this.toolbox.heard(op),
    });
    this.renderer = new Renderer(stage, this.session.view, this.colors, {
      beforePaint: () => this.beforePaint(),
      looked: () => this.looked(),
    });
    this.me = new Me(this.session, () => this.display.ask());
    this.toolbox = new Toolbox(this.pageOfTools(), () => this.toolsChanged());
    this.company = new Company(stage, this.session, () => this.changed());
    this.standing = new StandingShown(this.session, {
      changed: () => this.display.ask(),
      endangered: () => this.toast.say(strings.notKept),
    });
    this.writer = new Writer(stage, this.toolbox, (text) => this.tellLoss(text));
    this.overlay = new SelectionOverlay(stage, this.toolbox);
    const { session, toolbox, renderer } = this;
    const say = (sentence: string) => this.toast.say(sentence);
    this.entrance = new Entrance({ session, toolbox, say });
    this.files = new Files({ session, toolbox, renderer, entrance: this.entrance, say });
    this.display = new Display(place, this, () => this.shown());
  }

  /** Joins the board and listens to the person. */
  start(): void {
    document.documentElement.lang = language;
    document.title = strings.title(this.session.board);
    this.stage.setAttribute("aria-label", strings.canvas);
    listenToPerson({
      stage: this.stage,
      renderer: this.renderer,
      toolbox: this.toolbox,
      company: this.company,
      writer: this.writer,
      chords: chordsOf(this),
      hold: (shift) => this.hold(shift),
      tellLoss: (text) => this.tellLoss(text),
      say: (sentence) => this.toast.say(sentence),
    });
    listenToTheme(() => this.recolor());
    listenToBrowser(this.session);
    this.display.ask();
    void this.session.load();
  }

  // What people can do.

  take(tool: ToolName): void {
    this.toolbox.take(tool);
  }

  /** Dresses what is selected, and all that comes after it. */
  setLook(change: Partial<Look>): void {
    this.me.wear(change);
    if (this.toolbox.selection.length > 0) this.act((desk) => restyle(desk, change));
    else if (!hasLook(this.toolbox.current)) this.take("pen");
  }

  step(by: -1 | 1): void {
    const { selection, current } = this.toolbox;
    const { look } = this.me;
    const change = stepped(kindsToDress(selection, current), lookOf(selection, look), look, by);
    if (change !== undefined) this.setLook(change);
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
    this.toast.dismiss(); // it tells of what was done before
    this.toolbox.undo();
  }

  redo(): void {
    this.toolbox.redo();
  }

  write(): void {
    const [only, ...more] = this.toolbox.selection;
    if (only === undefined || more.length > 0 || this.toolbox.isBusy) return;
    if (isWritten(only.kind)) this.writer.begin({ id: only.id });
  }

  cancel(): void {
    if (!this.toolbox.isBusy) this.toolbox.desk.select([]);
    this.toolbox.cancel();
  }

  newBoard(): void {
    openNewBoard();
  }

  copyLink(): void {
    void copyAddress((sentence) => this.toast.say(sentence));
  }

  rename(name: string): void {
    this.me.rename(name);
    this.tellLoss(name);
  }

  help(open: boolean): void {
    this.helping = open;
    this.display.ask();
  }

  dismiss(): void {
    this.toast.dismiss();
  }

  answer(offer: Offer, send: boolean): void {
    this.offers.answer(offer, send);
  }

  // What the parts tell each other.

  private pageOfTools(): PageOfTools {
    const app = this;
    const { session, renderer } = this;
    return {
      board: session.view,
      get look() {
        return app.me.look;
      },
      get pixel() {
        return 1 / renderer.view.scale;
      },
      get shift() {
        return app.shift;
      },
      push: session.push.bind(session),
      enter: (copies) => this.entrance.enterCopies(copies),
      fade: renderer.fade.bind(renderer),
      write: (writing) => this.writer.begin(writing),
      laser: (at) => {
        this.company.lasering = at;
      },
    };
  }

  /** Says what of a text was left out, if anything was. */
  private tellLoss(text: string): void {
    const loss = lossOf(text);
    if (loss !== undefined) this.toast.say(strings.lost[loss]);
  }

  private hold(shift: boolean): void {
    if (shift === this.shift) return;
    this.shift = shift;
    this.renderer.ask();
  }

  private recolor(): void {
    this.colors = colorsNow();
    this.renderer.recolor(this.colors);
    this.display.ask();
  }

  private beforePaint(): void {
    const { view } = this.renderer;
    this.company.show(view, this.colors);
    this.toolbox.frame();
    this.overlay.show(view);
    this.writer.show(view);
  }

  /** Goes on as the server has kept it: this page, or the one before it. */
  private restore(kept: Kept): void {
    this.me.restore(kept);
    if (Object.hasOwn(TOOLS, kept.tool)) this.toolbox.take(kept.tool as ToolName);
  }

  private toolsChanged(): void {
    this.session.keep({ tool: this.toolbox.current });
    this.stage.dataset.tool = this.toolbox.current;
    this.changed();
  }

  /** The board is here, for the first time or anew. */
  private loaded(): void {
    this.toolbox.history.removedByOthers("all");
    this.renderer.camera.arrive(this.toolbox.isBusy ? undefined : this.renderer.extent);
  }

  /** The drawing, or the page around it, may look different. */
  private changed(): void {
    this.renderer.ask();
    this.display.ask();
  }

  /** Draws the grid where it belongs, and tells whether the way back is needed. */
  private looked(): void {
    layGrid(this.stage, this.renderer.view);
    document.documentElement.dataset.painted = String(this.renderer.isDone);
    this.display.ask();
  }

  private rejected({ code }: Rejection): void {
    this.toolbox.cancel();
    if (this.session.standing.refused) return; // the page says so already, for as long as it is so
    this.toast.say(strings.rejected[code] ?? strings.rejectedOther);
  }

  private shown(): Shown {
    const { session, toolbox, renderer, me, company, standing } = this;
    return {
      board: session.board,
      replica: session.replica,
      status: standing.status,
      unsaved: standing.unsaved,
      kept: standing.isKept,
      loading: standing.loading,
      me: { sid: session.sid, name: me.name, color: me.look.color },
      people: company.people,
      author: company.authorOf(toolbox.selection),
      tool: toolbox.current,
      look: me.look,
      selection: toolbox.selection,
      canUndo: toolbox.history.canUndo,
      canRedo: toolbox.history.canRedo,
      helping: this.helping,
      toast: this.toast.text,
      offer: this.offers.next,
      colors: this.colors,
      zoom: Math.round(renderer.view.scale * 100),
      lost: isLost(renderer.extent, renderer.camera.seen),
    };
  }
}
