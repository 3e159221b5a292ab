import { describe, expect, test } from "vitest";
import { backoff } from "../../src/sync/backoff";
import { identityOf, newIdentity } from "../../src/sync/identity";
import { statusOf } from "../../src/sync/status";

describe("the status", () => {
  const standing = { joined: true, refused: false, online: true, lostForMs: 0, unsaved: 0 };
  test.each([
    [{}, "saved"],
    [{ unsaved: 3 }, "unsaved"],
    [{ joined: false }, "reconnecting"],
    [{ joined: false, unsaved: 3 }, "reconnecting"],
    [{ joined: false, lostForMs: 10_000 }, "offline"],
    [{ joined: false, online: false }, "offline"],
    [{ joined: false, refused: true }, "gone"],
  ] as const)("%j is %s", (change, status) => {
    expect(statusOf({ ...standing, ...change })).toBe(status);
  });
});

describe("who the page is", () => {
  test("[B2] the client is the first 22 characters of the secret's SHA-256 in base64url", () => {
    expect(identityOf("abcdefghijklmnop").client).toBe(
      "852sbLq6U14sIHzQzY8VSXQiPISPcn-Ys1ZM6labQc8".slice(0, 22),
    );
  });

  test("[B1] a new secret has the form that the server takes, and is another one each time", () => {
    const secrets = [1, 2].map(() => newIdentity((into) => crypto.getRandomValues(into)).secret);
    for (const secret of secrets) expect(secret).toMatch(/^[A-Za-z0-9_-]{16,128}$/);
    expect(secrets[0]).not.toBe(secrets[1]);
  });
});

test("waits double up to a bound and start again", () => {
  const wait = backoff(100, 500, () => 0);
  expect([wait.next(), wait.next(), wait.next(), wait.next()]).toEqual([100, 200, 400, 500]);
  wait.reset();
  expect(wait.next()).toBe(100);
});
