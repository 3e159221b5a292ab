import { sha256 } from "@noble/hashes/sha2.js";

/** Who the page is to the log: a secret of its own, and the client name that everybody may see (SPEC.md B1, B2). */
export interface Identity {
  readonly secret: string;
  readonly client: string;
}

/**
 * @param randomBytes fills an array with random bytes; `crypto.getRandomValues` also works on plain http, where
 *   `crypto.subtle` does not
 */
export function newIdentity(randomBytes: (into: Uint8Array<ArrayBuffer>) => void): Identity {
  const bytes = new Uint8Array(24);
  randomBytes(bytes);
  return identityOf(base64url(bytes));
}

export function identityOf(secret: string): Identity {
  return { secret, client: base64url(sha256(new TextEncoder().encode(secret))).slice(0, 22) };
}

function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
}
