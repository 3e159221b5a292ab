import type { Shown } from "./page";
import { Popover } from "./popover";
import { strings } from "./strings";

/** Whether what was drawn is saved. What it opens says what that means, and which server answers. */
export function StatusPill({ status, unsaved, kept, replica }: Shown) {
  const text =
    replica === "" && status === "reconnecting" ? strings.connecting : strings.status[status](unsaved);
  const calm = status === "saved" || status === "unsaved";
  return (
    <>
      <span class="unseen" role="status" aria-live={calm ? "off" : "polite"}>
        {text}
      </span>
      <Popover
        name={strings.connection(text)}
        label={
          <span class="standing" data-status={status}>
            <span class="dot" />
            <span class="standing-text">{text}</span>
          </span>
        }
      >
        <p>{strings.meaning[status]}</p>
        {unsaved > 0 && <p>{kept ? strings.kept : strings.notKept}</p>}
        {replica !== "" && <p class="quiet">{strings.replica(replica)}</p>}
      </Popover>
    </>
  );
}
