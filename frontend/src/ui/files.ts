import { extentOf, frameOfPicture } from "../files/extent";
import { MAX_FILE_BYTES, read, written } from "../files/format";
import { shiftedBy, shiftFor } from "../files/place";
import { pngOf } from "../files/png";
import { svgOf } from "../files/svg";
import type { Box } from "../geometry/box";
import { boxOf } from "../geometry/shape";
import type { Element } from "../model/element";
import { MAX_REMOVE_IDS } from "../model/limits";
import type { Renderer } from "../render/renderer";
import type { Session } from "../sync/session";
import type { Toolbox } from "../tools/toolbox";
import { attempt } from "./attempt";
import type { Entrance } from "./entrance";
import { download, pickFile } from "./file_dialogs";
import { strings } from "./strings";
import { colorsOf } from "./theme";

/** What lies behind a picture that has a background. */
const PAPER = "#ffffff";

/** What the page lets files do. */
interface Parts {
  readonly session: Session;
  readonly toolbox: Toolbox;
  readonly renderer: Renderer;
  readonly entrance: Entrance;
  /** Says a sentence to the person. */
  say(sentence: string): void;
}

/** The board as files: what the menu beside its name does. Each of them says what came of it. */
export class Files {
  constructor(private readonly parts: Parts) {}

  /** @param scale device pixels a board pixel that are wanted */
  exportPng(scale: number, hasPaper: boolean): void {
    this.attempt(async () => {
      const [elements, frame] = this.picture();
      if (frame === undefined) return;
      const paper = hasPaper ? PAPER : undefined;
      const png = await pngOf(elements, frame, colorsOf("light"), scale, paper);
      if (png === undefined) {
        this.parts.say(strings.files.noPicture);
        return;
      }
      const name = this.download(png.blob, "png");
      this.parts.say(
        png.scale === scale ? strings.files.saved(name) : strings.files.smaller(name, png.scale, scale),
      );
    });
  }

  exportSvg(hasPaper: boolean): void {
    this.attempt(async () => {
      const [elements, frame] = this.picture();
      const ruler = document.createElement("canvas").getContext("2d");
      if (frame === undefined || ruler === null) return;
      const svg = await svgOf(elements, frame, colorsOf("light"), ruler, hasPaper ? PAPER : undefined);
      this.parts.say(strings.files.saved(this.download(new Blob([svg], { type: "image/svg+xml" }), "svg")));
    });
  }

  exportJson(): void {
    const elements = this.exported;
    if (elements.length === 0) this.parts.say(strings.files.empty);
    else {
      const json = new Blob([written(elements)], { type: "application/json" });
      this.parts.say(strings.files.saved(this.download(json, "json")));
    }
  }

  importJson(): void {
    this.attempt(async () => {
      const file = await pickFile(".json,application/json");
      if (file === undefined) return;
      if (file.size > MAX_FILE_BYTES) this.parts.say(strings.files.tooLarge(MAX_FILE_BYTES / 2 ** 20));
      else await this.take(await file.text());
    });
  }

  private attempt(doing: () => Promise<void>): void {
    void attempt(doing, this.parts.say);
  }

  /** What is selected, or else everything; bottom to top. */
  private get exported(): readonly Element[] {
    const { session, toolbox } = this.parts;
    return toolbox.selection.length > 0 ? toolbox.selection : [...session.view];
  }

  private picture(): [elements: readonly Element[], frame: Box | undefined] {
    const elements = this.exported;
    const frame = frameOfPicture(elements);
    this.parts.say(frame === undefined ? strings.files.empty : strings.files.painting);
    return [elements, frame];
  }

  private download(blob: Blob, ending: string): string {
    const name = `${this.parts.session.board}.${ending}`;
    download(blob, name);
    return name;
  }

  private async take(text: string): Promise<void> {
    const { entrance, toolbox, renderer, say } = this.parts;
    const reading = read(text);
    if (reading.is === "refused") {
      say(strings.files.refused[reading.why]);
      return;
    }
    const { elements, broken, split } = reading;
    if (elements.length === 0) say(strings.files.allBroken);
    else if (entrance.admits(elements)) {
      const placed = this.place(elements.map((element) => ({ ...element, id: "", by: "" })));
      renderer.camera.show(extentOf(placed));
      const ids = await entrance.enter(placed);
      if (ids.length === placed.length && ids.length <= MAX_REMOVE_IDS && !toolbox.isBusy)
        toolbox.desk.select(ids);
      say(strings.files.imported(ids.length, elements.length, broken, split));
    }
  }

  private place(elements: readonly Element[]): Element[] {
    const { session, renderer } = this.parts;
    const box = extentOf(elements);
    if (box === undefined) return [...elements];
    const { left, top, right, bottom } = renderer.camera.seen;
    const middle = { x: (left + right) / 2, y: (top + bottom) / 2 };
    return shiftedBy(elements, shiftFor(box, [...session.view].map(boxOf), middle));
  }
}
