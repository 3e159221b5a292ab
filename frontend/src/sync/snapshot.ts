import { type GetSnapshot, Refused, type Rejection, type Snapshot } from "./wire";

/** Gets a board over HTTP (SPEC.md B8). */
export const getSnapshot: GetSnapshot = async (board) => {
  const response = await fetch(`/api/boards/${encodeURIComponent(board)}`, {
    cache: "no-cache", // ask whether it changed; the answer is often "no"
    signal: AbortSignal.timeout(15_000),
  });
  if (response.ok) return (await response.json()) as Snapshot;
  if (response.status === 400) throw new Refused(await rejectionIn(response));
  throw new Error(`GET board: status ${response.status}`);
};

async function rejectionIn(response: Response): Promise<Rejection> {
  const body = await response.json().catch(() => null);
  return { code: "invalid", message: response.statusText, ...(body?.error ?? body), retry: false };
}
