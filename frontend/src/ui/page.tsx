import { House, Link2, Plus, Undo2, X } from "lucide";
import type { Element } from "../model/element";
import { KINDS } from "../model/kinds";
import type { Look } from "../model/style";
import type { Colors } from "../render/colors";
import type { Offer } from "../sync/couriers";
import type { Person } from "../sync/people";
import type { Status } from "../sync/status";
import type { Desk } from "../tools/tool";
import type { ToolName } from "../tools/toolbox";
import { LOBBY } from "./board_name";
import { Button } from "./button";
import type { Files } from "./files";
import { FilesMenu } from "./files_menu";
import { Help } from "./help";
import { Icon } from "./icon";
import { Loading } from "./loading";
import { People } from "./people";
import { StatusPill } from "./status_pill";
import { strings } from "./strings";
import { Toolbar } from "./toolbar";
import { ZoomBar } from "./zoom_bar";

/** All that the page around the drawing shows. */
export interface Shown {
  readonly board: string;
  readonly status: Status;
  readonly unsaved: number;
  /** What is unsaved outlives the page, as far as is known. */
  readonly kept: boolean;
  /** How much of the board is here, percent; undefined once it is, and while it is not worth a word. */
  readonly loading: number | undefined;
  /** Empty until the first welcome. */
  readonly replica: string;
  readonly tool: ToolName;
  readonly look: Look;
  readonly selection: readonly Element[];
  readonly canUndo: boolean;
  readonly canRedo: boolean;
  /** The help is open. */
  readonly helping: boolean;
  readonly toast: string | undefined;
  readonly offer: Offer | undefined;
  readonly me: Person;
  /** All who are here, oneself among them. */
  readonly people: readonly Person[];
  /** Who drew what is selected, if that is one thing of somebody else's. */
  readonly author: string | undefined;
  /** Percent: 100 is a CSS pixel a board pixel. */
  readonly zoom: number;
  /** There is something on the board, and nothing of it is to be seen. */
  readonly lost: boolean;
  /** How the screen shows a board's colours. */
  readonly colors: Colors;
}

/** What people can do there. */
export interface Doings {
  readonly files: Pick<Files, "exportPng" | "exportSvg" | "exportJson" | "importJson">;
  take(tool: ToolName): void;
  setLook(change: Partial<Look>): void;
  /** Takes the next width on offer, up or down, or the next size of letters where only they are meant. */
  step(by: -1 | 1): void;
  /** Does something with what is selected, as one action. */
  act(doing: (desk: Desk) => void): void;
  zoomIn(): void;
  zoomOut(): void;
  zoomToLife(): void;
  /** Shows all that is on the board. */
  fit(): void;
  undo(): void;
  redo(): void;
  /** Lets the person write in the text or note that is selected. */
  write(): void;
  /** Gives up what is under way, or lets go of what is selected. */
  cancel(): void;
  newBoard(): void;
  copyLink(): void;
  rename(name: string): void;
  /** Opens or closes the help. */
  help(open: boolean): void;
  dismiss(): void;
  answer(offer: Offer, send: boolean): void;
}

export interface Props {
  readonly shown: Shown;
  readonly doings: Doings;
}

export function Page({ shown, doings }: Props) {
  const isThere = shown.status !== "gone";
  return (
    <>
      <header class="top">
        <div class="bar place">
          {shown.board !== LOBBY && (
            <a class="button" href="/" aria-label={strings.toLobby} data-tip={strings.toLobby}>
              <Icon node={House} />
            </a>
          )}
          <h1 class="name" title={strings.board(shown.board)}>
            {shown.board}
          </h1>
          {isThere && <Button name={strings.copyLink} icon={Link2} onClick={() => doings.copyLink()} />}
          {isThere && <FilesMenu shown={shown} doings={doings} />}
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
        <div class="company">
          <People shown={shown} doings={doings} />
          <StatusPill {...shown} />
        </div>
      </header>
      <Loading loading={shown.loading} />
      <ZoomBar shown={shown} doings={doings} />
      <footer class="bottom">
        {shown.lost && (
          <button type="button" class="bar button labelled back" onClick={() => doings.fit()}>
            <Icon node={Undo2} />
            {strings.backToContent}
          </button>
        )}
        {shown.author !== undefined && (
          <p class="bar author">
            <bdi>{strings.drawnBy(shown.author)}</bdi>
          </p>
        )}
        {shown.selection.some(({ kind }) => !KINDS.has(kind)) && (
          <p class="bar author">{strings.newerKind}</p>
        )}
        {!isThere && (
          <div class="bar toast" role="status">
            <span>{strings.badName}</span>
            <a class="button labelled" href="/">
              {strings.toLobby}
            </a>
            <button type="button" class="button labelled" onClick={() => doings.newBoard()}>
              {strings.newBoard}
            </button>
          </div>
        )}
        {shown.offer !== undefined && <Offered offer={shown.offer} doings={doings} />}
        {shown.toast !== undefined && (
          <div class="bar toast" role="alert">
            <span>{shown.toast}</span>
            <Button name={strings.dismiss} icon={X} onClick={() => doings.dismiss()} />
          </div>
        )}
        {isThere && <Toolbar shown={shown} doings={doings} />}
      </footer>
      {shown.helping && <Help closed={() => doings.help(false)} />}
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
