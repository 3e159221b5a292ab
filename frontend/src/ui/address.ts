import { newBoardPath } from "./board_name";
import { strings } from "./strings";
import { randomBytes } from "./world";

/** Opens a board that nobody has drawn on. */
export function openNewBoard(): void {
  location.assign(newBoardPath(randomBytes));
}

/** Puts the address of this board onto the clipboard, and says so, or says the address. */
export async function copyAddress(say: (sentence: string) => void): Promise<void> {
  try {
    await navigator.clipboard.writeText(location.href); // over plain HTTP there is no clipboard, whatever the types say
    say(strings.copied);
  } catch {
    say(strings.notCopied(location.href));
  }
}
