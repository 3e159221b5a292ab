import { Download, FolderOpen } from "lucide";
import { useState } from "preact/hooks";
import { Icon } from "./icon";
import type { Props } from "./page";
import { Popover } from "./popover";
import { strings } from "./strings";

/** Pixels of a PNG a board pixel. */
const SCALES = [1, 2, 3];

/** The board, or what is selected, as a file; and what a file holds onto the board. */
export function FilesMenu({ shown, doings }: Props) {
  const [scale, setScale] = useState(2);
  const [hasPaper, setPaper] = useState(true);
  const { files } = doings;
  const selected = shown.selection.length;
  const formats = {
    PNG: () => files.exportPng(scale, hasPaper),
    SVG: () => files.exportSvg(hasPaper),
    JSON: () => files.exportJson(),
  };
  return (
    <Popover name={strings.files.menu} label={<Icon node={Download} />}>
      <h2>{selected === 0 ? strings.files.exportAll : strings.files.exportSelection(selected)}</h2>
      <div class="row formats">
        {Object.entries(formats).map(([format, save]) => (
          <button
            key={format}
            type="button"
            class="button labelled outlined"
            aria-label={strings.files.export(format)}
            data-closes
            onClick={save}
          >
            {format}
          </button>
        ))}
      </div>
      <fieldset class="row scales">
        <legend>{strings.files.scale}</legend>
        {SCALES.map((times) => (
          <button
            key={times}
            type="button"
            class="button"
            aria-pressed={scale === times}
            onClick={() => setScale(times)}
          >
            {times}×
          </button>
        ))}
      </fieldset>
      <label class="check">
        <input
          type="checkbox"
          checked={hasPaper}
          onChange={({ currentTarget }) => setPaper(currentTarget.checked)}
        />
        {strings.files.background}
      </label>
      <h2>{strings.files.import}</h2>
      <button type="button" class="button labelled outlined" data-closes onClick={() => files.importJson()}>
        <Icon node={FolderOpen} />
        {strings.files.importJson}
      </button>
      <p class="quiet">{strings.files.about}</p>
    </Popover>
  );
}
