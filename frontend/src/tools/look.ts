import { moved } from "../geometry/change";
import { isNumber, ownFrame } from "../geometry/frame";
import { stretch } from "../geometry/matrix";
import { inFrame } from "../geometry/outline";
import type { Element, NewElement } from "../model/element";
import type { Fill, Look } from "../model/style";

/** The light tints of the colours on offer. */
const TINTS: ReadonlyMap<unknown, string> = new Map([
  ["black", "#e9ecef"],
  ["#868e96", "#dee2e6"],
  ["#e03131", "#ffc9c9"],
  ["#f08c00", "#ffd8a8"],
  ["#2f9e44", "#b2f2bb"],
  ["#1971c2", "#a5d8ff"],
  ["#7048e8", "#d0bfff"],
  ["#e64980", "#fcc2d7"],
]);
/** The paper of a note that was given no colour. */
const YELLOW = "#ffec99";
const TEXT_COLOR = "black";
/** A highlighter is broader than a pen of the same name. */
const HIGHLIGHTER = 4;

type Geometry = Readonly<Record<string, unknown>>;

/** An element of a kind as the person's look dresses it, at the top of the board. */
export function dressed(kind: string, geometry: Geometry, look: Look, topZ: number): NewElement {
  return {
    kind,
    ...geometry,
    ...styleOf(kind, look),
    ...(look.opacity < 1 ? { opacity: look.opacity } : {}),
    ...(topZ > 0 ? { z: topZ } : {}),
  };
}

function styleOf(kind: string, { color, width, fill, size }: Look): Geometry {
  switch (kind) {
    case "text":
      return { color, size };
    case "note":
      return { color: TEXT_COLOR, fill: paperOf(color), size };
    case "highlighter":
      return { color, width: Math.min(200, width * HIGHLIGHTER) };
    case "rectangle":
    case "diamond":
    case "ellipse":
      return fill === "none" ? { color, width } : { color, width, fill: inside(fill, color) };
    default:
      return { color, width };
  }
}

/** What setting one property of the look sets of an element; undefined if that would change nothing it has. */
export function restyled(element: Element, change: Partial<Look>): Geometry | undefined {
  const props: Record<string, unknown> = {};
  const { kind } = element;
  if (change.color !== undefined) {
    if (kind === "note") props.fill = paperOf(change.color);
    else props.color = change.color;
    const fill = fillOf(element);
    if (kind !== "note" && fill !== "none") props.fill = inside(fill, change.color);
  }
  if (change.width !== undefined && "width" in element)
    props.width = kind === "highlighter" ? Math.min(200, change.width * HIGHLIGHTER) : change.width;
  if (change.fill !== undefined && hasInside(kind)) props.fill = inside(change.fill, element.color);
  if (change.opacity !== undefined) props.opacity = change.opacity;
  if (change.size !== undefined && kind === "note") props.size = change.size;
  if (change.size !== undefined && kind === "text") Object.assign(props, lettered(element, change.size));
  return Object.entries(props).some(([name, value]) => element[name] !== value) ? props : undefined;
}

/** What gives a text letters of another size: its frame grows with them, from where it begins. */
function lettered(element: Element, size: number): Geometry {
  const frame = ownFrame(element);
  if (frame === undefined || !isNumber(element.size) || element.size === size) return { size };
  const by = size / element.size;
  return { ...moved(element, stretch(by, by, inFrame(frame, 0, 0), frame.angle)), size };
}

/** How several things look: undefined where they differ, or have no such property. */
export type SharedLook = { readonly [Property in keyof Look]: Look[Property] | undefined };

/** What the selected elements look like; without any, what comes next does. */
export function lookOf(selection: readonly Element[], look: Look): SharedLook {
  if (selection.length === 0) return look;
  const looks = selection.map(ownLook);
  return {
    color: shared(looks.map(({ color }) => color)),
    width: shared(looks.map(({ width }) => width)),
    size: shared(looks.map(({ size }) => size)),
    opacity: shared(looks.map(({ opacity }) => opacity)),
    fill: shared(looks.map(({ fill }) => fill)),
  };
}

function ownLook(element: Element): SharedLook {
  const { kind, width, size, opacity, fill } = element;
  const color = kind === "note" ? (colorOfPaper(fill) ?? fill) : element.color;
  return {
    color: typeof color === "string" ? color : undefined,
    width: typeof width === "number" ? (kind === "highlighter" ? width / HIGHLIGHTER : width) : undefined,
    size: typeof size === "number" ? size : undefined,
    opacity: typeof opacity === "number" ? opacity : 1,
    fill: hasInside(kind) ? fillOf(element) : undefined,
  };
}

/** What all have that have any. */
function shared<Value>(values: readonly (Value | undefined)[]): Value | undefined {
  const [first, ...others] = values.filter((value) => value !== undefined);
  return others.every((value) => value === first) ? first : undefined;
}

function fillOf({ kind, fill, color }: Element): Fill {
  if (!hasInside(kind) || typeof fill !== "string" || fill === "none") return "none";
  return fill === color ? "solid" : "tint";
}

export function hasInside(kind: string): boolean {
  return kind === "rectangle" || kind === "diamond" || kind === "ellipse";
}

function inside(fill: Fill, color: unknown): string {
  const solid = typeof color === "string" ? color : "black";
  if (fill === "none") return "none";
  return fill === "tint" ? (TINTS.get(color) ?? solid) : solid;
}

/** The colour that a note of this paper was given. */
function colorOfPaper(fill: unknown): unknown {
  if (fill === YELLOW) return "black";
  return [...TINTS].find(([, tint]) => tint === fill)?.[0];
}

function paperOf(color: unknown): string {
  return color === "black" ? YELLOW : (TINTS.get(color) ?? YELLOW);
}
