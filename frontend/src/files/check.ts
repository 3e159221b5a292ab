import type { NewElement } from "../model/element";
import { KINDS } from "../model/kinds";
import {
  MAX_ANGLE,
  MAX_COORDINATE,
  MAX_DEPTH,
  MAX_SIZE,
  MAX_STRANGE_BYTES,
  MAX_STROKE_POINTS,
  MAX_TEXT_CHARACTERS,
  MAX_TRANSFORM,
  MAX_WIDTH,
  MIN_SIZE,
  MIN_WIDTH,
} from "../model/limits";
import { harmless } from "../tools/words";

/** What a property has to be in any element that has it. Sources: SPEC.md O2, O8, O9. */
type Rule = (value: unknown) => boolean;

const color: Rule = (value) => typeof value === "string" && /^[A-Za-z0-9#(),.%/ -]{1,64}$/.test(value);
const coordinate = within(-MAX_COORDINATE, MAX_COORDINATE);

const RULES: ReadonlyMap<string, Rule> = new Map([
  ["color", color],
  ["fill", color],
  ["width", within(MIN_WIDTH, MAX_WIDTH)],
  ["opacity", within(0, 1)],
  ["x", coordinate],
  ["y", coordinate],
  ["w", coordinate],
  ["h", coordinate],
  ["angle", within(-MAX_ANGLE, MAX_ANGLE)],
  ["size", within(MIN_SIZE, MAX_SIZE)],
  ["text", (value) => typeof value === "string" && value.length <= MAX_TEXT_CHARACTERS],
  ["transform", numbers(within(-MAX_TRANSFORM, MAX_TRANSFORM), (count) => count === 6)],
  ["points", numbers(coordinate, (count) => count >= 2 && count % 2 === 0)],
]);

/** What kinds of any release are called. */
const KIND = /^[a-z][a-z0-9-]{0,39}$/;
/** The place among the layers that an element is given as it enters, as it is written. */
const Z_BYTES = ',"z":-1000000'.length;
/** Points in an op have so many digits behind the point at most: finer than any screen, and an op has room for them. */
const POINT = 1e4;

/**
 * The elements that a board takes for one in a file: itself, or several strokes where one has too many points. Undefined: it is
 * broken, and no board takes it.
 *
 * What the server refuses in texts is taken out of them. An element of a kind that is not known here is kept as it is, but for
 * its place among the layers: that is the file's order.
 */
export function taken(value: unknown): NewElement[] | undefined {
  if (!isObject(value) || typeof value.kind !== "string") return undefined;
  const kind = KINDS.get(value.kind);
  if (kind === undefined) return stranger(value);
  if (kind.must.some((name) => value[name] === undefined)) return undefined;
  const element = picked(value, [...kind.must, ...kind.may]);
  if (typeof element.text === "string") element.text = harmless(element.text);
  if (!obeysRules(element)) return undefined;
  if (element.pressures !== undefined && !arePressures(element)) return undefined;
  return split({ kind: value.kind, ...element });
}

/** One for each point. */
function arePressures({ pressures, points }: Readonly<Record<string, unknown>>): boolean {
  const count = Array.isArray(points) ? points.length / 2 : 0;
  return Array.isArray(pressures) && pressures.length === count && pressures.every(within(0, 1));
}

/** Of a kind that is not known: whatever it has that all kinds may have is what it is there; the rest is plain. */
function stranger(value: Record<string, unknown>): NewElement[] | undefined {
  const { id: _id, by: _by, z: _z, ...rest } = value;
  try {
    const element = plain(rest, 0) as NewElement;
    const fits =
      KIND.test(element.kind) &&
      obeysRules(element) &&
      countOf(element) <= 2 * MAX_STROKE_POINTS &&
      bytesOf({ ...element, points: undefined, text: undefined }) <= MAX_STRANGE_BYTES - Z_BYTES;
    return fits ? [withShortPoints(element)] : undefined;
  } catch (error) {
    if (error instanceof Unfit) return undefined;
    throw error;
  }
}

/** Something that no log takes. */
class Unfit extends Error {}

/** A value that both languages read alike (SPEC.md O12), its texts cleaned. Throws Unfit. */
function plain(value: unknown, depth: number): unknown {
  if (typeof value === "string") return harmless(value);
  if (typeof value === "number" && Math.abs(value) > Number.MAX_SAFE_INTEGER) throw new Unfit();
  if (typeof value !== "object" || value === null) return value;
  if (depth === MAX_DEPTH) throw new Unfit();
  if (Array.isArray(value)) return value.map((item) => plain(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [harmless(name), plain(item, depth + 1)]),
  );
}

function split(element: NewElement): NewElement[] {
  const { points, pressures } = withShortPoints(element);
  if (!Array.isArray(points)) return [element];
  const pieces: NewElement[] = [];
  // Each begins where the one before ended, so that the line is whole.
  const step = 2 * (MAX_STROKE_POINTS - 1);
  for (let i = 0; i === 0 || i + 2 < points.length; i += step)
    pieces.push({
      ...element,
      points: points.slice(i, i + step + 2),
      ...(Array.isArray(pressures) && { pressures: pressures.slice(i / 2, (i + step) / 2 + 1) }),
    });
  return pieces;
}

function withShortPoints(element: NewElement): NewElement {
  if (!Array.isArray(element.points)) return element;
  return { ...element, points: element.points.map((value) => Math.round(value * POINT) / POINT || 0) };
}

function obeysRules(element: Readonly<Record<string, unknown>>): boolean {
  return Object.entries(element).every(([name, value]) => RULES.get(name)?.(value) ?? true);
}

function picked(value: Record<string, unknown>, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(
    names.filter((name) => value[name] !== undefined).map((name) => [name, value[name]]),
  );
}

function within(low: number, high: number): Rule {
  return (value) => typeof value === "number" && value >= low && value <= high;
}

function numbers(each: Rule, isCount: (count: number) => boolean): Rule {
  return (value) => Array.isArray(value) && isCount(value.length) && value.every(each);
}

function countOf({ points }: NewElement): number {
  return Array.isArray(points) ? points.length : 0;
}

function bytesOf(value: unknown): number {
  return new TextEncoder().encode(JSON.stringify(value)).length;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
