import { type DBSchema, type IDBPDatabase, openDB } from "idb";
import type { Op } from "../model/element";

/** Whose ops they are. Without it nobody could send them: the secret proves the client in their ids (SPEC.md B2). */
export interface Label {
  readonly client: string;
  readonly secret: string;
  readonly board: string;
  /** When an op was last put in: milliseconds since 1970, by this machine's clock. */
  readonly changedAt: number;
}

/** An outbox is here while it holds something: a label by its client, and its ops by client and number. */
interface Schema extends DBSchema {
  outboxes: { key: string; value: Label; indexes: { board: string } };
  ops: { key: [client: string, n: number]; value: Op };
}

export type Database = IDBPDatabase<Schema>;

/** Opens what this browser keeps for all its pages. Undefined where it is denied, as in some private windows. */
export async function openDatabase(): Promise<Database | undefined> {
  try {
    return await openDB<Schema>("whiteboard", 1, {
      upgrade(database) {
        database.createObjectStore("outboxes", { keyPath: "client" }).createIndex("board", "board");
        database.createObjectStore("ops");
      },
      // A newer release wants to change the schema. What this page then cannot write is at risk, and it says so.
      blocking: (_current, _blocked, { target }) => (target as IDBDatabase).close(),
    });
  } catch {
    return undefined;
  }
}

/** The keys of all ops of a client, in the order of their numbers. */
export function opsOf(client: string): IDBKeyRange {
  return IDBKeyRange.bound([client, 0], [client, Number.MAX_SAFE_INTEGER]);
}
