/** The lobby is where people land who name no board. */
export const LOBBY = "lobby";

/** The board that an address names: `/` is the lobby, `/b/<board>` a board. The server judges the name. */
export function boardIn(pathname: string): string {
  const name = /^\/b\/([^/]+)\/?$/.exec(pathname)?.[1];
  if (name === undefined) return LOBBY;
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

const LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"; // 32, none that is read as another

/** The address of a board that nobody has been on: 12 letters, 60 random bits. */
export function newBoardPath(randomBytes: (into: Uint8Array<ArrayBuffer>) => void): string {
  const bytes = new Uint8Array(12);
  randomBytes(bytes);
  return `/b/${Array.from(bytes, (byte) => LETTERS[byte % LETTERS.length]).join("")}`;
}
