import { describe, expect, test } from "vitest";
import { clipIn, pasteClip } from "../../src/ui/clipboard";
import { strings } from "../../src/ui/strings";
import { FakeDesk } from "../tools/desk";

const note = {
  id: "",
  by: "",
  ...{ kind: "note", x: 0, y: 0, w: 9, h: 9, text: "a", color: "black", fill: "#ffec99", size: 24 },
};

/** Pastes what is a clip; returns what is on the board then, and what the person was told. */
async function pasted(text: string, refuses = false) {
  const desk = new FakeDesk();
  desk.refuses = refuses;
  const told: string[] = [];
  const clip = clipIn(text);
  if (clip === undefined) throw new Error("It is a text.");
  await pasteClip(desk, clip, { x: 0, y: 0 }, (sentence) => told.push(sentence));
  return { elements: [...desk.board], entered: desk.entered, told };
}

describe("what is pasted", () => {
  test("is elements if it was copied from a board", async () => {
    const { elements, told } = await pasted(JSON.stringify({ whiteboard: 1, elements: [note] }));
    expect(elements).toMatchObject([{ ...note, id: "me:1" }]);
    expect(told).toEqual([]);
  });

  test.each([
    "",
    "words",
    "{",
    "[]",
    "null",
    '"whiteboard"',
    "{}",
    '{"whiteboard":1}',
    '{"whiteboard":1,"elements":{}}',
  ])("is a text if it is anything else: %j", (text) => {
    expect(clipIn(text)).toBeUndefined();
  });

  test("[O7] is without what is broken, which is told, and with what a newer release has made", async () => {
    const hologram = { kind: "hologram", x: 1, y: 1 };
    const broken = [null, 7, {}, { kind: "note" }, { kind: "stroke", points: "far" }];
    const { elements, told } = await pasted(
      JSON.stringify({ whiteboard: 1, elements: [...broken, hologram, note] }),
    );
    expect(elements.map(({ kind }) => kind)).toEqual(["hologram", "note"]);
    expect(told).toEqual([strings.files.broken(5)]);
  });

  test.each([1, 12_000])("is told to lack what is broken only if the other %i are in", async (count) => {
    const text = JSON.stringify({ whiteboard: 1, elements: [null, ...Array(count).fill(note)] });
    expect((await pasted(text)).told).toEqual([strings.files.broken(1)]);
    expect((await pasted(text, true)).told).toEqual([]);
  });

  test.each([
    ["newer", 2, [note]],
    ["nothing", 1, []],
  ] as const)("is no text if it is ours and cannot be read: %s", async (why, whiteboard, elements) => {
    const { elements: drawn, told } = await pasted(JSON.stringify({ whiteboard, elements }));
    expect(drawn).toEqual([]);
    expect(told).toEqual([strings.files.refused[why]]);
  });

  test("is all that was copied, however much", async () => {
    const json = (count: number) => JSON.stringify({ whiteboard: 1, elements: Array(count).fill(note) });
    expect((await pasted(json(1_200))).elements).toHaveLength(1_200);
    expect((await pasted(json(12_000))).entered[0]).toHaveLength(12_000);
  });
});
