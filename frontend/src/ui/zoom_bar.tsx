import { CircleQuestionMark, Maximize, Minus, Plus } from "lucide";
import { Button } from "./button";
import type { Props } from "./page";
import { keyOf } from "./shortcuts";
import { strings } from "./strings";

/** Where one looks, and how near. On a narrow screen two fingers do this better: there it shows only the way to everything. */
export function ZoomBar({ shown, doings }: Props) {
  return (
    <fieldset class="bar group zoom" aria-label={strings.view}>
      <Button
        name={strings.zoomOut}
        shortcut={keyOf("zoomOut")}
        icon={Minus}
        onClick={() => doings.zoomOut()}
      />
      <Button
        name={strings.zoomToLife(shown.zoom)}
        shortcut={keyOf("zoomToLife")}
        onClick={() => doings.zoomToLife()}
      >
        <span class="percent">{shown.zoom} %</span>
      </Button>
      <Button name={strings.zoomIn} shortcut={keyOf("zoomIn")} icon={Plus} onClick={() => doings.zoomIn()} />
      <Button name={strings.fit} shortcut={keyOf("fit")} icon={Maximize} onClick={() => doings.fit()} />
      <Button
        name={strings.help}
        shortcut={keyOf("help")}
        icon={CircleQuestionMark}
        onClick={() => doings.help(true)}
      />
    </fieldset>
  );
}
