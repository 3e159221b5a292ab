import { useRef } from "preact/hooks";
import type { Shown } from "./page";
import { strings } from "./strings";

/** How much of a board is here that takes its time. Who does not see it hears when it begins and when it ends. */
export function Loading({ loading }: Pick<Shown, "loading">) {
  const wasShown = useRef(false);
  wasShown.current ||= loading !== undefined;
  const told = loading !== undefined ? strings.opening : wasShown.current ? strings.opened : "";
  return (
    <>
      <span class="unseen" aria-live="polite">
        {told}
      </span>
      {loading !== undefined && (
        <div class="bar loading">
          <span>{strings.opening}</span>
          {/* Without a value it is shown as under way: nothing is known yet. */}
          <progress aria-label={strings.opening} max={100} value={loading > 0 ? loading : undefined} />
        </div>
      )}
    </>
  );
}
