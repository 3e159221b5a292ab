import type { Link, LinkEvents } from "./wire";

/** A second link that is not welcome by then is given up; the first one is closed by the server and comes back by itself. */
const GIVE_UP_AFTER_MS = 5_000;

/**
 * Moves a session to another connection, make-before-break (SPEC.md D4): opens a second link, and only when the server says
 * welcome there hands it over. Until then the first one goes on, and nothing of the second is heard.
 *
 * @param open opens the second link
 * @param session hears what the second link tells, from its welcome on
 * @param arrived takes the second link, and closes the first; called right before the session hears the welcome
 * @returns what calls it off, as long as it has not arrived
 */
export function move(
  open: (events: LinkEvents) => Link,
  later: (ms: number, call: () => void) => () => void,
  session: LinkEvents,
  arrived: (link: Link) => void,
): () => void {
  let has: "begun" | "arrived" | "ended" = "begun";
  const link = open({
    welcome: (welcome) => {
      if (has === "begun") {
        has = "arrived";
        endWait();
        arrived(link);
      }
      session.welcome(welcome);
    },
    op: (op, offset) => session.op(op, offset),
    ack: (n, offset) => session.ack(n, offset),
    rejected: (rejection) => session.rejected(rejection),
    people: (news) => session.people(news),
    cursors: (cursors) => session.cursors(cursors),
    resync: () => session.resync(),
    drain: (slotMs) => session.drain(slotMs),
    lost: () => {
      if (has === "arrived") session.lost(); // else it tries again by itself
    },
    refused: (rejection) => {
      if (has === "arrived") session.refused(rejection);
      else end();
    },
  });
  const end = () => {
    if (has !== "begun") return;
    has = "ended";
    endWait();
    link.close();
  };
  const endWait = later(GIVE_UP_AFTER_MS, end);
  return end;
}
