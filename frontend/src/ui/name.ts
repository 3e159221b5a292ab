import { remember, remembered } from "./habits";

const MAX_NAME = 40;
/** What the server refuses in a name (SPEC.md B10): control characters, and those that turn the writing around them. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
const UNFIT = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu;

export function cleanName(text: string): string {
  return [...text.replaceAll(UNFIT, "").trim()].slice(0, MAX_NAME).join("");
}

/** The name that was given on any board, or nothing. */
export function storedName(): string {
  return cleanName(remembered("name"));
}

export function storeName(name: string): void {
  remember("name", name);
}
