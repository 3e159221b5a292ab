import { Maximize, Minus, Plus } from "lucide";
import { Button } from "./button";
import type { Props } from "./page";
import { strings } from "./strings";

/** Where one looks, and how near. On a narrow screen two fingers do this better: there it shows only the way to everything. */
export function ZoomBar({ shown, doings }: Props) {
  return (
    <fieldset class="bar group zoom" aria-label={strings.view}>
      <Button name={strings.zoomOut} shortcut="-" icon={Minus} onClick={() => doings.zoomOut()} />
      <Button name={strings.zoomToLife(shown.zoom)} shortcut="0" onClick={() => doings.zoomToLife()}>
        <span class="percent">{shown.zoom} %</span>
      </Button>
      <Button name={strings.zoomIn} shortcut="+" icon={Plus} onClick={() => doings.zoomIn()} />
      <Button name={strings.fit} shortcut="F" icon={Maximize} onClick={() => doings.fit()} />
    </fieldset>
  );
}
