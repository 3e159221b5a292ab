import { centerOf, ownFrame } from "../geometry/frame";
import { meets } from "../geometry/shape";
import type { Point, Transform } from "../geometry/transform";
import type { Element } from "../model/element";
import { LINE_HEIGHT, layoutOf, measure, paddingOf, sizeOf, textOf } from "../render/text";
import { dressed } from "../tools/look";
import type { Writing } from "../tools/tool";
import type { Toolbox } from "../tools/toolbox";
import { cleanText } from "../tools/words";
import { strings } from "./strings";

/** The side of a new note, board pixels. */
const NOTE_SIDE = 240;

type State = { is: "idle" } | { is: "writing"; kind: "text" | "note"; at: Point; id: string | undefined };

/**
 * Where people write: a text field that lies exactly over the element. Everybody sees the letters as they are typed.
 *
 * A text's own letters are seen through the field, which shows but the caret; a note's paper is covered by the field.
 */
export class Writer {
  private state: State = { is: "idle" };
  private readonly field = document.createElement("textarea");
  private readonly ruler = rulerOf();

  constructor(
    stage: HTMLElement,
    private readonly toolbox: Toolbox,
    private readonly tellLoss: (text: string) => void,
  ) {
    const { field } = this;
    field.className = "writer";
    field.hidden = true;
    field.spellcheck = false;
    field.setAttribute("aria-label", strings.writing);
    stage.after(field);
    field.addEventListener("input", () => this.typed());
    field.addEventListener("blur", () => this.finish());
    field.addEventListener("keydown", (event) => {
      const isDone = event.key === "Escape" || (event.key === "Enter" && (event.ctrlKey || event.metaKey));
      if (isDone && !event.isComposing) this.finish();
    });
    // A press on the drawing takes no focus away; it ends the writing all the same.
    window.addEventListener(
      "pointerdown",
      (event) => {
        if (event.target !== field) this.finish();
      },
      true,
    );
  }

  begin(writing: Writing): void {
    this.finish();
    this.toolbox.history.begin();
    if ("kind" in writing) {
      this.state = { is: "writing", ...writing, id: undefined };
      if (writing.kind === "note") this.add("");
    } else {
      const element = this.toolbox.desk.board.get(writing.id);
      if (element?.kind !== "text" && element?.kind !== "note") return;
      this.state = { is: "writing", kind: element.kind, at: { x: 0, y: 0 }, id: element.id };
    }
    this.field.value = textOf(this.element ?? NOTHING);
    this.field.hidden = false;
    this.field.dataset.kind = this.state.is === "writing" ? this.state.kind : "";
    this.field.focus();
    this.field.select();
    this.toolbox.desk.select([]);
  }

  /** Goes on writing the text or note at a place, or begins a text there; not with other tools than the selecting one. */
  enter(at: Point): void {
    if (this.toolbox.current !== "select") return;
    const { board, pixel } = this.toolbox.desk;
    const hit = [...board].filter((element) => meets(element, at, at, 4 * pixel)).at(-1);
    if (hit?.kind === "text" || hit?.kind === "note") this.begin({ id: hit.id });
    else if (hit === undefined) this.begin({ kind: "text", at });
  }

  /** Lies over the element as the view shows it now; called in each frame. */
  show({ scale, dx, dy }: Transform): void {
    const { state, field } = this;
    if (state.is === "idle") return;
    if (state.id !== undefined && this.element === undefined) {
      this.finish(); // somebody removed it
      return;
    }
    const element = this.element ?? this.draft("");
    const frame = ownFrame(element);
    if (frame === undefined) return;
    const { lines, size } = layoutOf(this.ruler, element, frame);
    const isNote = state.kind === "note";
    const w = isNote ? frame.w : frame.w + size;
    const center = centerOf(frame);
    const free = (frame.h - lines.length * size * LINE_HEIGHT) / 2;
    Object.assign(field.style, {
      width: `${w}px`,
      height: `${frame.h}px`,
      fontSize: `${size}px`,
      padding: isNote ? `${Math.max(0, free)}px ${paddingOf(frame)}px 0` : "0",
      background: isNote ? String(element.fill) : "none",
      transform: `translate(${dx}px, ${dy}px) scale(${scale}) translate(${center.x}px, ${center.y}px)
        rotate(${frame.angle}rad) translate(${-frame.w / 2}px, ${-frame.h / 2}px)`,
    });
  }

  private get element(): Element | undefined {
    const { state } = this;
    return state.is === "idle" || state.id === undefined ? undefined : this.toolbox.desk.board.get(state.id);
  }

  private typed(): void {
    const { state, field } = this;
    if (state.is === "idle") return;
    const text = cleanText(field.value);
    this.tellLoss(field.value);
    if (text !== field.value) field.value = text;
    const element = this.element;
    if (element === undefined) this.add(text);
    else {
      const size = state.kind === "text" ? measure(this.ruler, text, sizeOf(element)) : {};
      this.toolbox.desk.push({ op: "update", element: element.id, props: { text, ...size } });
    }
  }

  private add(text: string): void {
    const { by: _by, id: _id, ...element } = this.draft(text);
    const op = this.toolbox.desk.push({ op: "add", element });
    if (this.state.is === "writing") this.state.id = op?.id;
  }

  /** The new element as it is to be added: a text begins where it was pressed, a note lies around that. */
  private draft(text: string): Element {
    const { look, board } = this.toolbox.desk;
    const { kind, at } = this.state as State & { is: "writing" };
    const size = kind === "text" ? measure(this.ruler, text, look.size) : { w: NOTE_SIDE, h: NOTE_SIDE };
    const half =
      kind === "text" ? { x: 0, y: (look.size * LINE_HEIGHT) / 2 } : { x: NOTE_SIDE / 2, y: NOTE_SIDE / 2 };
    const place = { x: Math.round(at.x - half.x), y: Math.round(at.y - half.y) };
    return { ...dressed(kind, { ...place, ...size, text }, look, board.topZ), id: "", by: "" };
  }

  private finish(): void {
    const { state, element } = this;
    if (state.is === "idle") return;
    this.state = { is: "idle" };
    this.field.hidden = true;
    this.field.blur();
    const { desk, history } = this.toolbox;
    if (element?.kind === "text" && textOf(element).trim() === "")
      desk.push({ op: "remove", elements: [element.id] });
    history.end();
    if (element !== undefined && desk.board.get(element.id) !== undefined) desk.finished(element.id);
  }
}

const NOTHING: Element = { id: "", by: "", kind: "" };

function rulerOf(): CanvasRenderingContext2D {
  const ruler = document.createElement("canvas").getContext("2d");
  if (ruler === null) throw new Error("This browser has no 2D canvas.");
  return ruler;
}
