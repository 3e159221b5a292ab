import { User, Users } from "lucide";
import { useState } from "preact/hooks";
import type { Person } from "../sync/people";
import { Icon } from "./icon";
import type { Props, Shown } from "./page";
import { Popover } from "./popover";
import { strings } from "./strings";

/** More faces than these are a number. */
const MAX_FACES = 3;
/** More than these are a number on a phone. */
const FEW = 2;
const MAX_NAME = 40;

/** Who is here; one's own name is written there. */
export function People({ shown, doings }: Props) {
  const { people, me } = shown;
  const others = people.filter(({ sid }) => sid !== me.sid);
  return (
    <Popover
      name={strings.people(others.length + 1)}
      label={
        others.length === 0 ? <Icon node={Users} /> : <Faces people={[me, ...others]} colors={shown.colors} />
      }
    >
      <NameField name={me.name} rename={(name) => doings.rename(name)} />
      <ul class="people">
        <li>
          <Face person={me} colors={shown.colors} />
          <span>{strings.you}</span>
        </li>
        {others.map((person) => (
          <li key={person.sid}>
            <Face person={person} colors={shown.colors} />
            <bdi>{person.name === "" ? strings.guest : person.name}</bdi>
          </li>
        ))}
        {others.length === 0 && <li class="quiet">{strings.alone}</li>}
      </ul>
    </Popover>
  );
}

function Faces({ people, colors }: { people: Shown["people"]; colors: Shown["colors"] }) {
  return (
    <span class={people.length > FEW ? "faces many" : "faces"}>
      {people.slice(0, MAX_FACES).map((person) => (
        <Face key={person.sid} person={person} colors={colors} />
      ))}
      {people.length > MAX_FACES && <span class="more">+{people.length - MAX_FACES}</span>}
      <span class="count">
        <Icon node={Users} /> {people.length}
      </span>
    </span>
  );
}

/** A person in little: the first letter of the name, and the colour in hand. */
function Face({ person, colors }: { person: Person; colors: Shown["colors"] }) {
  const [initial] = person.name;
  return (
    <span class="face" style={{ borderColor: colors.resolve(person.color) }} aria-hidden="true">
      {initial === undefined ? <Icon node={User} /> : initial.toUpperCase()}
    </span>
  );
}

function NameField({ name, rename }: { name: string; rename: (name: string) => void }) {
  const [text, setText] = useState<string>();
  return (
    <label class="field">
      {strings.yourName}
      <input
        type="text"
        dir="auto"
        maxLength={MAX_NAME}
        placeholder={strings.guest}
        value={text ?? name}
        onInput={({ currentTarget }) => setText(currentTarget.value)}
        onChange={({ currentTarget }) => {
          rename(currentTarget.value);
          setText(undefined);
        }}
      />
    </label>
  );
}
