/** Op ids are `<client>:<n>` (SPEC.md L3). */

export function opId(client: string, n: number): string {
  return `${client}:${n}`;
}

export function clientOf(id: string): string {
  return id.slice(0, Math.max(0, id.lastIndexOf(":")));
}

/** The n of an id, or 0 if it has none. */
export function numberOf(id: string): number {
  const n = Number(id.slice(id.lastIndexOf(":") + 1));
  return Number.isSafeInteger(n) && n > 0 ? n : 0;
}
