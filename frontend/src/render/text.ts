import { isNumber, ownFrame } from "../geometry/frame";
import type { Element } from "../model/element";
import type { Canvas } from "./canvas";

export const FONT = 'ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif';
/** Of the letters' size. */
export const LINE_HEIGHT = 1.25;
/** Between a note's edge and its text, board pixels; less on a small one. */
const NOTE_PADDING = 14;

const DEFAULT_SIZE = 24;
const SMALLEST = 4;

type Measure = Pick<Canvas, "font" | "measureText">;

interface Layout {
  readonly lines: readonly string[];
  readonly size: number;
}

const layouts = new WeakMap<Element, Layout>();

export function sizeOf(element: Element): number {
  return isNumber(element.size) && element.size > 0 ? element.size : DEFAULT_SIZE;
}

export function textOf(element: Element): string {
  return typeof element.text === "string" ? element.text : "";
}

/** How far from a note's edges its text is kept, board pixels. */
export function paddingOf({ w, h }: { w: number; h: number }): number {
  return Math.min(NOTE_PADDING, w / 8, h / 8);
}

/** The width and height of lines of text, board pixels. */
export function measure(context: Measure, text: string, size: number): { w: number; h: number } {
  context.font = fontOf(size);
  const lines = text.split("\n");
  const w = Math.max(0, ...lines.map((line) => context.measureText(line).width));
  return { w: Math.ceil(w) + 1, h: Math.ceil(lines.length * size * LINE_HEIGHT) };
}

/** Paints the text of a text element or a note, within its frame; the context's plane is the board's, unturned. */
export function paintText(context: Canvas, element: Element): void {
  const frame = ownFrame(element);
  if (frame === undefined) return;
  const isNote = element.kind === "note";
  const { lines, size } = layoutOf(context, element, frame);
  const step = size * LINE_HEIGHT;
  const top = isNote ? frame.y + (frame.h - lines.length * step) / 2 : frame.y;
  context.font = fontOf(size);
  context.textBaseline = "middle";
  context.textAlign = isNote ? "center" : "left";
  context.direction = "ltr"; // a line's own letters may run the other way; where it begins must not
  const x = isNote ? frame.x + frame.w / 2 : frame.x;
  lines.forEach((line, i) => {
    context.fillText(line, x, top + (i + 0.5) * step, frame.w); // other machines have wider letters
  });
}

/**
 * The lines that fit a width: broken between words, and within those that are too long or know no blanks.
 */
export function wrapped(context: Measure, text: string, width: number): string[] {
  return text.split("\n").flatMap((line) => wrappedLine(context, line, width));
}

/** The lines of a text or a note, and the size of their letters. */
export function layoutOf(context: Measure, element: Element, frame: { w: number; h: number }): Layout {
  let layout = layouts.get(element);
  if (layout === undefined) {
    layout = element.kind === "note" ? noteLayout(context, element, frame) : plainLayout(element, frame);
    layouts.set(element, layout);
  }
  return layout;
}

/** Letters are as small as their frame, if that was made for smaller ones. */
function plainLayout(element: Element, { h }: { h: number }): Layout {
  const lines = textOf(element).split("\n");
  return { lines, size: Math.min(sizeOf(element), h / (lines.length * LINE_HEIGHT)) };
}

/** Letters get smaller until all of them are on the note; what would be too small to read is left out at the end. */
function noteLayout(context: Measure, element: Element, { w, h }: { w: number; h: number }): Layout {
  const padding = paddingOf({ w, h });
  const [width, height] = [w - 2 * padding, h - 2 * padding];
  let size = sizeOf(element);
  for (;;) {
    context.font = fontOf(size);
    const lines = wrapped(context, textOf(element), width);
    const fitting = Math.max(0, Math.floor(height / (size * LINE_HEIGHT)));
    if (lines.length <= fitting) return { lines, size };
    if (size <= SMALLEST) return { lines: lines.slice(0, fitting), size };
    size *= 0.9;
  }
}

function wrappedLine(context: Measure, line: string, width: number): string[] {
  const fits = (text: string) => context.measureText(text).width <= width;
  const lines: string[] = [];
  let current = "";
  // A blank belongs to the word before it. Where there are no words, each character may begin a line.
  for (const word of line.match(/\S+\s*|\s+/g) ?? []) {
    if (fits(current + word.trimEnd())) {
      current += word;
      continue;
    }
    if (current !== "") lines.push(current.trimEnd());
    current = word;
    if (fits(word.trimEnd())) continue;
    current = "";
    for (const unit of unbroken(word)) {
      if (current === "" || fits(current + unit)) current += unit;
      else {
        lines.push(current);
        current = unit;
      }
    }
  }
  return [...lines, current.trimEnd()];
}

/** What begins no line, by the custom of Chinese and Japanese: closing marks, and small letters that belong to the one before. */
const CLOSING =
  /^[、。，．・：；？！）］｝」』】〉》〕’”)\]}!?,.:;%ーぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ々…‥]$/u;
/** What ends no line. */
const OPENING = /[（［｛「『【〈《〔‘“([{]$/u;

/** A row of marks that is longer is broken all the same. */
const MAX_UNIT = 4;

/** A word's characters, with those that no line may be broken between. */
function unbroken(word: string): string[] {
  const units: string[] = [];
  for (const character of word) {
    const before = units.at(-1);
    const isFree = before === undefined || before.length >= MAX_UNIT;
    if (!isFree && (CLOSING.test(character) || OPENING.test(before)))
      units[units.length - 1] = before + character;
    else units.push(character);
  }
  return units;
}

function fontOf(size: number): string {
  return `${size}px ${FONT}`;
}
