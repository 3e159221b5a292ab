import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { taken } from "../../src/files/check";
import { type Reading, read, written } from "../../src/files/format";
import type { Element, NewElement } from "../../src/model/element";

interface Vector {
  readonly name: string;
  readonly element: unknown;
  readonly taken: boolean;
}

const vectors: Vector[] = JSON.parse(
  readFileSync(new URL("../../../tests/vectors/elements.json", import.meta.url), "utf8"),
);

const note = { kind: "note", x: 0, y: 0, w: 9, h: 9, text: "a", color: "black", fill: "#ffec99", size: 24 };
const stroke = { kind: "stroke", points: [0, 0, 5, 5], color: "red", width: 4 };
const hologram = { kind: "hologram", x: 1, y: 2, of: { light: [1, null, "é"] } };

function file(...elements: unknown[]): string {
  return JSON.stringify({ whiteboard: 1, elements });
}

function elementsIn(reading: Reading): readonly NewElement[] {
  if (reading.is !== "read") throw new Error(reading.why);
  return reading.elements;
}

test.each(vectors)("[O8] [O12] the server and a file agree on $name", ({ element, taken: isTaken }) => {
  expect(taken(element) !== undefined).toBe(isTaken);
});

describe("what was exported", () => {
  const onBoard = [stroke, hologram, note].map((element, i) => ({
    ...element,
    id: `a:${i}`,
    by: "s",
    z: 7,
  })) as Element[];

  test("comes back in its order, without ids and layers, also what a newer release has made", () => {
    const reading = read(written(onBoard));
    expect(reading).toEqual({ is: "read", elements: [stroke, hologram, note], broken: 0, split: 0 });
  });

  test("is a line an element, and says its version first", () => {
    expect(written([onBoard[0] as Element])).toBe(
      '{"whiteboard":1,"elements":[\n{"kind":"stroke","color":"red","points":[0,0,5,5],"width":4}\n]}\n',
    );
  });

  test("is the same on all pages, whatever order its properties came in", () => {
    const turned = onBoard.map((element) => Object.fromEntries(Object.entries(element).reverse()));
    expect(written(turned as unknown as Element[])).toBe(written(onBoard));
  });

  test("may have fields that a newer release has added", () => {
    expect(elementsIn(read(JSON.stringify({ whiteboard: 1, author: "Ann", elements: [note] })))).toEqual([
      note,
    ]);
  });
});

describe("what is no board", () => {
  test.each([
    ["", "not_json"],
    ["words", "not_json"],
    ['{"whiteboard":1,"elements":[{"kind":"stroke","points":[NaN,0]}]}', "not_json"],
    ["null", "not_ours"],
    ["[]", "not_ours"],
    ['"whiteboard"', "not_ours"],
    ['{"type":"excalidraw","elements":[]}', "not_ours"],
    ['{"whiteboard":"1","elements":[]}', "not_ours"],
    ['{"whiteboard":0,"elements":[]}', "not_ours"],
    ['{"whiteboard":1}', "not_ours"],
    ['{"whiteboard":1,"elements":{}}', "not_ours"],
    ['{"whiteboard":2,"elements":{}}', "newer"],
    ['{"whiteboard":1,"elements":[]}', "nothing"],
  ])("%s is refused as %s", (text, why) => {
    expect(read(text)).toEqual({ is: "refused", why });
  });
});

describe("what a file may hold", () => {
  test("one broken element leaves the good ones alone", () => {
    const broken = [null, 7, {}, { ...note, x: null }, { ...stroke, width: "4" }, { ...stroke, points: [1] }];
    expect(read(file(stroke, ...broken, note))).toEqual({
      is: "read",
      elements: [stroke, note],
      broken: 6,
      split: 0,
    });
  });

  test("a stroke of 100,000 points becomes several that belong together", () => {
    const points = Array.from({ length: 200_000 }, (_, i) => i % 1_000);
    const reading = read(file({ ...stroke, points }));
    const pieces = elementsIn(reading).map((element) => element.points as number[]);
    expect(reading).toMatchObject({ broken: 0, split: 1 });
    expect(pieces.map(({ length }) => length / 2)).toEqual([...Array(10).fill(10_000), 10]);
    pieces.slice(1).forEach((piece, i) => {
      expect(piece.slice(0, 2)).toEqual(pieces[i]?.slice(-2));
    });
    expect([pieces[0]?.slice(0, 2), pieces.at(-1)?.slice(-2)]).toEqual([[0, 1], points.slice(-2)]);
  });

  test("[O11] what would turn or control the writing is taken out of texts, markup stays text", () => {
    const text = "a\u202eb\u0000\u2066c\r\nd\u2028e\ufeff<b>bold</b>";
    const clean = "abc\nd\ne<b>bold</b>";
    const alien = { ...hologram, of: { light: [text] } };
    expect(elementsIn(read(file({ ...note, text }, alien)))).toEqual([
      { ...note, text: clean },
      { ...hologram, of: { light: [clean] } },
    ]);
  });

  test("points with endless digits fit into an op", () => {
    const points = [1 / 3, -1 / 3, 1e-9, -1e-9];
    expect(elementsIn(read(file({ ...stroke, points })))).toEqual([
      { ...stroke, points: [0.3333, -0.3333, 0, 0] },
    ]);
  });

  test("what a known kind does not have is left out", () => {
    expect(elementsIn(read(file({ ...note, id: "a:1", by: "s", z: 3, points: "far", extra: {} })))).toEqual([
      note,
    ]);
  });
});
