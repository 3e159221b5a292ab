import type { Point } from "../geometry/transform";
import type { Pointer } from "../input/gestures";
import { listenToKeys, listenToSpace } from "../input/keys";
import { listenToPointer } from "../input/pointer";
import type { Renderer } from "../render/renderer";
import type { Session } from "../sync/session";
import type { Touch } from "../tools/tool";
import type { Toolbox } from "../tools/toolbox";
import { listenToClipboard } from "./clipboard";
import type { Company } from "./company";
import type { Writer } from "./writer";

/** What the person's hands reach. */
interface Parts {
  readonly stage: HTMLElement;
  readonly renderer: Renderer;
  readonly toolbox: Toolbox;
  readonly company: Company;
  readonly writer: Writer;
  readonly chords: ReadonlyMap<string, () => void>;
  /** The shift key is held, or no longer. */
  hold(shift: boolean): void;
  /** Says what of a text is left out, if anything is. */
  tellLoss(text: string): void;
  /** Says a sentence to the person. */
  say(sentence: string): void;
}

/** Listens to hands: pointer, keys, clipboard. */
export function listenToPerson({
  stage,
  renderer,
  toolbox,
  company,
  writer,
  chords,
  hold,
  tellLoss,
  say,
}: Parts): void {
  const { camera } = renderer;
  let spaceHeld = false;
  // A mouse says 0.5 whatever one does, and what a finger says means nothing.
  const touch = ({ x, y, type, pressure }: Pointer): Touch => ({
    ...renderer.toBoard(x, y),
    ...(type === "pen" ? { pressure } : {}),
  });
  const pointing = {
    down: (at: Pointer) => {
      toolbox.down(touch(at));
      renderer.ask();
    },
    move: (along: readonly Pointer[]) => {
      toolbox.move(along.map(touch));
      renderer.ask();
    },
    up: () => toolbox.up(),
    cancel: () => toolbox.cancel(),
    pan: (byX: number, byY: number) => camera.moveBy(byX, byY),
    zoom: (by: number, at: Point) => camera.zoomBy(by, at),
    hover: (at: Point | undefined) => {
      company.pointingAt = at && renderer.toBoard(at.x, at.y);
      renderer.ask();
    },
  };
  listenToPointer(stage, pointing, () => spaceHeld || toolbox.current === "hand");
  listenToSpace((isHeld) => {
    spaceHeld = isHeld;
    stage.toggleAttribute("data-grab", isHeld);
  });
  listenToKeys(chords);
  const center = () => renderer.toBoard(stage.clientWidth / 2, stage.clientHeight / 2);
  listenToClipboard((doing) => toolbox.act(doing), center, tellLoss, say);
  for (const event of ["pointerdown", "pointermove", "keydown", "keyup"] as const) {
    window.addEventListener(event, ({ shiftKey }) => hold(shiftKey), true);
  }
  stage.addEventListener("dblclick", (event) => {
    const { left, top } = stage.getBoundingClientRect();
    writer.enter(renderer.toBoard(event.clientX - left, event.clientY - top));
  });
}

/** Listens to what the browser says of its network and of the page's end. */
export function listenToBrowser(session: Session): void {
  session.setOnline(navigator.onLine);
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
