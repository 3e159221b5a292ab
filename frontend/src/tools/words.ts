import { MAX_TEXT_CHARACTERS } from "../model/limits";

/** What people write, as the board takes it (SPEC.md O11). */

/** Text without what the server refuses, and of no more than it takes. */
export function cleanText(text: string): string {
  return harmless(text)
    .slice(0, MAX_TEXT_CHARACTERS)
    .replace(/[\ud800-\udbff]$/, "");
}

/** Text of any length without what the server refuses in it. */
export function harmless(text: string): string {
  return spelled(text).replace(HARMFUL, "");
}

/** Why text is not taken as it is; undefined when nothing but the spelling of its blanks and line ends changes. */
export function lossOf(text: string): "harmful" | "long" | undefined {
  if (harmless(text) !== spelled(text)) return "harmful";
  return harmless(text).length > MAX_TEXT_CHARACTERS ? "long" : undefined;
}

function spelled(text: string): string {
  return text.replace(/\r\n?|[\u2028\u2029]/g, "\n").replaceAll("\t", "    ");
}

/** Characters that control, and those that turn, the writing around them. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what has to go
const HARMFUL = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\ufeff]|\p{Surrogate}/gu;
