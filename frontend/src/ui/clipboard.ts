import { read, written } from "../files/format";
import { isForDrawing } from "../input/keys";
import type { Element } from "../model/element";
import { addCopies, removeSelected } from "../tools/actions";
import { dressed } from "../tools/look";
import type { Desk } from "../tools/tool";
import { cleanText } from "../tools/words";

type Act = (doing: (desk: Desk) => void) => void;

/** Where pasted things lie beside what was copied, board pixels; again and again a bit further. */
const ASIDE = 24;

/** Copies, cuts and pastes by the browser's own clipboard events, where they are for the drawing. */
export function listenToClipboard(
  act: Act,
  center: () => { x: number; y: number },
  tellLoss: (text: string) => void,
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
      const elements = elementsIn(text);
      if (elements !== undefined) addCopies(desk, elements, by);
      else {
        writeText(desk, cleanText(text), center());
        tellLoss(text);
      }
    });
  });
}

/** The elements in our format, as a copy leaves them on the clipboard; undefined when the text is something else. */
export function elementsIn(text: string): Element[] | undefined {
  const reading = read(text);
  if (reading.is === "refused") return undefined;
  return reading.elements.map((element) => ({ ...element, id: "", by: "" }));
}

function writeText(desk: Desk, text: string, { x, y }: { x: number; y: number }): void {
  const note = { x: x - 120, y: y - 120, w: 240, h: 240, text };
  const op = desk.push({ op: "add", element: dressed("note", note, desk.look, desk.board.topZ) });
  if (op !== undefined) desk.select([op.id]);
}
