import { english, type Strings } from "./strings_en";
import { japanese } from "./strings_ja";

const LANGUAGES: Readonly<Record<string, Strings>> = { en: english, ja: japanese };

/** The first of the languages that a person reads which there are words in; else English. */
export function languageOf(read: readonly string[]): string {
  return read.map((tag) => tag.slice(0, 2).toLowerCase()).find((tag) => tag in LANGUAGES) ?? "en";
}

export const language = languageOf(globalThis.navigator?.languages ?? []);
/** Every word that people read, in their language. */
export const strings: Strings = LANGUAGES[language] ?? english;
