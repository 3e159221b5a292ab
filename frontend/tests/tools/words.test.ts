import { expect, test } from "vitest";
import { cleanText, lossOf } from "../../src/tools/words";

test("[O11] text is cleaned of what the server refuses, and of nothing else", () => {
  expect(cleanText("a\r\nb\rc\u2028d\te")).toBe("a\nb\nc\nd    e");
  expect(cleanText("\u202eabc\u2066\u0000\u001b\u009f\ufeff\ud800")).toBe("abc");
  expect(cleanText("<b>שלום\u200f 👩‍👩‍👧 日本語</b>\n")).toBe("<b>שלום\u200f 👩‍👩‍👧 日本語</b>\n");
  expect(cleanText("😀".repeat(2_501))).toBe("😀".repeat(2_500));
  expect(cleanText(`a${"😀".repeat(2_500)}`)).toBe(`a${"😀".repeat(2_499)}`);
});

test("people are told of what is left out, and of nothing that is merely spelled otherwise", () => {
  expect(lossOf("a\r\nb\tc <b>שלום\u200f</b> 👩‍👩‍👧")).toBeUndefined();
  expect(lossOf("5 \u202eoruE")).toBe("harmful");
  expect(lossOf("a\u0007")).toBe("harmful");
  expect(lossOf("x".repeat(5_000))).toBeUndefined();
  expect(lossOf("x".repeat(5_001))).toBe("long");
});
