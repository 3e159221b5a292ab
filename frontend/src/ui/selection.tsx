import { render } from "preact";
import { outlineIn } from "../geometry/outline";
import { formOf, frameOf } from "../geometry/shape";
import type { Point, Transform } from "../geometry/transform";
import type { Element } from "../model/element";
import { frameAround, type Handle, handlesOf } from "../tools/handles";
import type { Toolbox } from "../tools/toolbox";

/** What is shown of a selection, in CSS pixels of the stage. */
interface Shown {
  readonly outlines: readonly string[];
  readonly handles: readonly Handle[];
  readonly marquee: string | undefined;
}

/** Frames, handles and the marquee, above the drawing. What lies under a pointer the tools decide. */
export class SelectionOverlay {
  private readonly host = document.createElement("div");
  private last = "";

  constructor(
    stage: HTMLElement,
    private readonly toolbox: Toolbox,
  ) {
    this.host.className = "selection";
    stage.append(this.host);
  }

  /** Called in each frame. */
  show(view: Transform): void {
    const shown = this.shown(view);
    const now = JSON.stringify(shown);
    if (now === this.last) return;
    this.last = now;
    render(<Frames {...shown} />, this.host);
  }

  private shown(view: Transform): Shown {
    const { selection, select, desk } = this.toolbox;
    const place = ({ x, y }: Point) => ({ x: x * view.scale + view.dx, y: y * view.scale + view.dy });
    const line = (points: readonly number[]) =>
      points.map((value, i) => (value * view.scale + (i % 2 === 0 ? view.dx : view.dy)).toFixed(1)).join(" ");
    const frame = frameAround(selection);
    const [only] = selection;
    const isLine = selection.length === 1 && only !== undefined && formOf(only) === "line";
    const around = frame === undefined || isLine ? [] : [line(outlineIn("rectangle", frame))];
    const each =
      selection.length > 1
        ? selection.slice(0, MAX_OUTLINED).flatMap((element) => outline(element, line))
        : [];
    const box = select.marquee;
    return {
      outlines: [...each, ...around],
      handles: handlesOf(selection, desk.pixel).map(({ name, at }) => ({ name, at: place(at) })),
      marquee:
        box &&
        line(
          outlineIn("rectangle", {
            x: box.left,
            y: box.top,
            w: box.right - box.left,
            h: box.bottom - box.top,
            angle: 0,
          }),
        ),
    };
  }
}

/** More frames would be a grey mass. */
const MAX_OUTLINED = 100;

function outline(element: Element, line: (points: readonly number[]) => string): string[] {
  const frame = frameOf(element);
  return frame === undefined ? [] : [line(outlineIn("rectangle", frame))];
}

function Frames({ outlines, handles, marquee }: Shown) {
  return (
    <svg class="frames" aria-hidden="true">
      {outlines.map((points, i) => (
        <polygon key={i} class={i === outlines.length - 1 ? "frame" : "frame each"} points={points} />
      ))}
      {handles.map(({ name, at }) =>
        name === "se" || name === "sw" || name === "ne" || name === "nw" ? (
          <rect key={name} x={at.x - 5} y={at.y - 5} width="10" height="10" rx="2.5" />
        ) : (
          <circle key={name} cx={at.x} cy={at.y} r="5.5" />
        ),
      )}
      {marquee !== undefined && <polygon class="marquee" points={marquee} />}
    </svg>
  );
}
