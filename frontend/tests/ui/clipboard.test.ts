import { describe, expect, test } from "vitest";
import { elementsIn } from "../../src/ui/clipboard";

const note = {
  id: "",
  by: "",
  ...{ kind: "note", x: 0, y: 0, w: 9, h: 9, text: "a", color: "black", fill: "#ffec99", size: 24 },
};

describe("what is pasted", () => {
  test("is elements if it was copied from a board", () => {
    expect(elementsIn(JSON.stringify({ whiteboard: 1, elements: [note] }))).toEqual([note]);
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
    expect(elementsIn(text)).toBeUndefined();
  });

  test("[O7] is without what is broken, and with what a newer release has made", () => {
    const hologram = { id: "", by: "", kind: "hologram", x: 1, y: 1 };
    const broken = [null, 7, {}, { kind: "note" }, { kind: "stroke", points: "far" }];
    const elements = [...broken, hologram, note];
    expect(elementsIn(JSON.stringify({ whiteboard: 1, elements }))).toEqual([hologram, note]);
  });

  test("is all that was copied, however much", () => {
    const elements = Array.from({ length: 1_200 }, () => note);
    expect(elementsIn(JSON.stringify({ whiteboard: 1, elements }))).toHaveLength(1_200);
  });
});
