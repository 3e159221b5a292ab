import { capsOf, MOD } from "./chord";
import { Dialog } from "./dialog";
import { type Group, SHORTCUTS, type Shortcut } from "./shortcuts";
import { strings } from "./strings";

const GROUPS: readonly Group[] = ["tools", "edit", "look", "view"];
/** More keys than these are told by the first and the last. */
const MAX_KEYS = 4;

/** Whoever has no keyboard reads first what hands do. */
const fingers = matchMedia("(pointer: coarse)");

/** All keys, out of the table by which they work; and what hands do without keys. */
export function Help({ closed }: { closed(): void }) {
  const all: readonly Shortcut[] = Object.values(SHORTCUTS);
  return (
    <Dialog name={strings.help} closed={closed}>
      <div class="help">
        {fingers.matches && <Hands />}
        {GROUPS.map((group) => (
          <section key={group} aria-label={strings.group[group]}>
            <h3>{strings.group[group]}</h3>
            <dl>
              {all
                .filter((shortcut) => shortcut.group === group)
                .map(({ name, keys }) => (
                  <div key={name}>
                    <dt>{name}</dt>
                    <dd>
                      <Keys keys={keys} />
                    </dd>
                  </div>
                ))}
            </dl>
          </section>
        ))}
        {!fingers.matches && <Hands />}
      </div>
    </Dialog>
  );
}

function Hands() {
  return (
    <section aria-label={strings.hands}>
      <h3>{strings.hands}</h3>
      <dl>
        {strings.gestures(MOD).map(([name, how]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd class="quiet">{how}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function Keys({ keys }: Pick<Shortcut, "keys">) {
  if (keys.length <= MAX_KEYS) return keys.map((chord) => <Chord key={chord} chord={chord} />);
  const [first = "", last = ""] = [keys[0], keys.at(-1)];
  return (
    <>
      <Chord chord={first} />–<Chord chord={last} />
    </>
  );
}

function Chord({ chord }: { chord: string }) {
  return (
    <span class="chord">
      {capsOf(chord).map((cap) => (
        <kbd key={cap}>{cap}</kbd>
      ))}
    </span>
  );
}
