import type { Look } from "../model/style";
import type { Session } from "../sync/session";
import type { Kept } from "../sync/wire";
import { cleanName, storedName, storeName } from "./name";
import { storedStyle, storeStyle } from "./palette";

/** What the person draws with, and is called. The server keeps it for the session, the browser keeps name, colour and width for all boards. */
export class Me {
  look: Look = { color: "black", width: 4, fill: "none", opacity: 1, size: 32, ...storedStyle() };
  name = storedName();

  /** @param changed told when it is something else */
  constructor(
    private readonly session: Session,
    private readonly changed: () => void,
  ) {
    session.keep({ ...storedStyle(), ...(this.name !== "" && { name: this.name }) });
  }

  wear(change: Partial<Look>): void {
    this.look = { ...this.look, ...change };
    const { color, width } = this.look;
    if (change.color !== undefined || change.width !== undefined) {
      storeStyle({ color, width });
      this.session.keep({ color, width });
    }
    this.changed();
  }

  rename(name: string): void {
    this.name = cleanName(name);
    storeName(this.name);
    this.session.keep({ name: this.name });
    this.changed();
  }

  /** Goes on as the server has kept it. */
  restore({ color, width, name }: Kept): void {
    this.look = { ...this.look, color, width };
    this.name = name;
    this.changed();
  }
}
