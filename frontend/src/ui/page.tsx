import { Plus, Undo2, X } from "lucide";
import type { Element } from "../model/element";
import type { Look } from "../model/style";
import type { Colors } from "../render/colors";
import type { Offer } from "../sync/couriers";
import type { Status } from "../sync/status";
import type { Desk } from "../tools/tool";
import type { ToolName } from "../tools/toolbox";
import { Button } from "./button";
import { Icon } from "./icon";
import { strings } from "./strings";
import { Toolbar } from "./toolbar";
import { ZoomBar } from "./zoom_bar";

/** All that the page around the drawing shows. */
export interface Shown {
  readonly board: string;
  readonly status: Status;
  readonly unsaved: number;
  /** Empty until the first welcome. */
  readonly replica: string;
  readonly tool: ToolName;
  readonly look: Look;
  readonly selection: readonly Element[];
  readonly canUndo: boolean;
  readonly canRedo: boolean;
  readonly toast: string | undefined;
  readonly offer: Offer | undefined;
  /** Percent: 100 is a CSS pixel a board pixel. */
  readonly zoom: number;
  /** There is something on the board, and nothing of it is to be seen. */
  readonly lost: boolean;
  /** How the screen shows a board's colours. */
  readonly colors: Colors;
}

/** What people can do there. */
export interface Doings {
  take(tool: ToolName): void;
  setLook(change: Partial<Look>): void;
  /** Does something with what is selected, as one action. */
  act(doing: (desk: Desk) => void): void;
  zoomIn(): void;
  zoomOut(): void;
  zoomToLife(): void;
  /** Shows all that is on the board. */
  fit(): void;
  undo(): void;
  redo(): void;
  newBoard(): void;
  dismiss(): void;
  answer(offer: Offer, send: boolean): void;
}

export interface Props {
  readonly shown: Shown;
  readonly doings: Doings;
}

export function Page({ shown, doings }: Props) {
  return (
    <>
      <header class="top">
        <div class="bar place">
          <h1 class="name" title={strings.board(shown.board)}>
            {shown.board}
          </h1>
          <button
            type="button"
            class="button labelled"
            onClick={() => doings.newBoard()}
            aria-label={strings.newBoard}
          >
            <Icon node={Plus} />
            <span class="label">{strings.newBoard}</span>
          </button>
        </div>
        <StatusPill {...shown} />
      </header>
      <ZoomBar shown={shown} doings={doings} />
      <footer class="bottom">
        {shown.lost && (
          <button type="button" class="bar button labelled back" onClick={() => doings.fit()}>
            <Icon node={Undo2} />
            {strings.backToContent}
          </button>
        )}
        {shown.offer !== undefined && <Offered offer={shown.offer} doings={doings} />}
        {shown.toast !== undefined && (
          <div class="bar toast" role="alert">
            <span>{shown.toast}</span>
            <Button name={strings.dismiss} icon={X} onClick={() => doings.dismiss()} />
          </div>
        )}
        <Toolbar shown={shown} doings={doings} />
      </footer>
    </>
  );
}

/** Asks, and does not press for an answer: whoever gives none is asked by the next page. */
function Offered({ offer, doings }: { offer: Offer; doings: Doings }) {
  return (
    <div class="bar toast" role="status">
      <span>{strings.offer(offer.count, new Date(offer.changedAt))}</span>
      <button type="button" class="button labelled" onClick={() => doings.answer(offer, true)}>
        {strings.send}
      </button>
      <button type="button" class="button labelled" onClick={() => doings.answer(offer, false)}>
        {strings.discard}
      </button>
    </div>
  );
}

function StatusPill({ status, unsaved, replica }: Shown) {
  const text =
    replica === "" && status === "reconnecting" ? strings.connecting : strings.status[status](unsaved);
  const calm = status === "saved" || status === "unsaved";
  return (
    <div class="bar status" data-status={status}>
      <span class="dot" />
      <span role="status" aria-live={calm ? "off" : "polite"}>
        {text}
      </span>
      {calm && replica !== "" && <span class="replica">{strings.replica(replica)}</span>}
    </div>
  );
}
