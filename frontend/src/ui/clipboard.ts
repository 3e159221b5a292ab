import { type Reading, read, written } from "../files/format";
import { isForDrawing } from "../input/keys";
import { addCopies, removeSelected } from "../tools/actions";
import { dressed } from "../tools/look";
import type { Desk } from "../tools/tool";
import { cleanText } from "../tools/words";
import { strings } from "./strings";

type Act = (doing: (desk: Desk) => void) => void;

/** Where pasted things lie beside what was copied, board pixels; again and again a bit further. */
const ASIDE = 24;

/** Copies, cuts and pastes by the browser's own clipboard events, where they are for the drawing. */
export function listenToClipboard(
  act: Act,
  center: () => { x: number; y: number },
  tellLoss: (text: string) => void,
  say: (sentence: string) => void,
): void {
  let pasted = 0;
  const listen = (name: "copy" | "cut" | "paste", doing: (event: ClipboardEvent) => void) =>
    document.addEventListener(name, (event) => {
      if (isForDrawing(event)) doing(event);
    });
  const take = (event: ClipboardEvent, desk: Desk) => {
    if (desk.selection.length === 0) return;
    event.clipboardData?.setData("text/plain", written(desk.selection));
    event.preventDefault();
    pasted = 0;
  };
  listen("copy", (event) => act((desk) => take(event, desk)));
  listen("cut", (event) =>
    act((desk) => {
      take(event, desk);
      removeSelected(desk);
    }),
  );
  listen("paste", (event) => {
    const text = event.clipboardData?.getData("text/plain") ?? "";
    if (text.trim() === "") return;
    event.preventDefault();
    pasted += 1;
    const by = { x: ASIDE * pasted, y: ASIDE * pasted };
    act((desk) => {
      const clip = clipIn(text);
      if (clip !== undefined) void pasteClip(desk, clip, by, say);
      else {
        writeText(desk, cleanText(text), center());
        tellLoss(text);
      }
    });
  });
}

/** What a text in our format holds, as a copy leaves it on the clipboard; undefined when the text is something else. */
export function clipIn(text: string): Reading | undefined {
  const clip = read(text);
  const isText = clip.is === "refused" && (clip.why === "not_json" || clip.why === "not_ours");
  return isText ? undefined : clip;
}

/** Adds copies of what a clip holds, moved by some board pixels, and says what it does not get out of it. */
export async function pasteClip(
  desk: Desk,
  clip: Reading,
  by: { x: number; y: number },
  say: (sentence: string) => void,
): Promise<void> {
  if (clip.is === "refused") {
    say(strings.files.refused[clip.why]);
    return;
  }
  const elements = clip.elements.map((element) => ({ ...element, id: "", by: "" }));
  const entered = await addCopies(desk, elements, by);
  // Why not all of the others are in was said already, and matters more.
  if (clip.broken > 0 && entered === elements.length) say(strings.files.broken(clip.broken));
}

function writeText(desk: Desk, text: string, { x, y }: { x: number; y: number }): void {
  const note = { x: x - 120, y: y - 120, w: 240, h: 240, text };
  const op = desk.push({ op: "add", element: dressed("note", note, desk.look, desk.board.topZ) });
  if (op !== undefined) desk.select([op.id]);
}
