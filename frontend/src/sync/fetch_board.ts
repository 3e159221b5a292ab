import { type FetchBoard, type FetchedBoard, Refused, type Rejection } from "./wire";

/** Nothing has arrived for so long: it is asked again. A slow line alone is no reason. */
const SILENCE_MS = 15_000;

/** Gets a board over HTTP (SPEC.md B8). */
export const fetchBoard: FetchBoard = async (board, progress) => {
  const silence = new AbortController();
  let timer = setTimeout(() => silence.abort(), SILENCE_MS);
  const arrived = () => {
    clearTimeout(timer);
    timer = setTimeout(() => silence.abort(), SILENCE_MS);
  };
  try {
    const response = await fetch(`/api/boards/${encodeURIComponent(board)}`, {
      cache: "no-cache", // ask whether it changed; the answer is often "no"
      signal: silence.signal,
    });
    if (response.status === 400) throw new Refused(await rejectionIn(response));
    if (!response.ok || response.body === null) throw new Error(`GET board: status ${response.status}`);
    const whole = Number(response.headers.get("Board-Length"));
    const reader = response.body.getReader();
    const decoder = new TextDecoder();
    let [text, bytes] = ["", 0];
    for (let { done, value } = await reader.read(); !done; { done, value } = await reader.read()) {
      arrived();
      bytes += value?.byteLength ?? 0;
      text += decoder.decode(value, { stream: true });
      progress(whole > 0 ? Math.min(1, bytes / whole) : 0);
    }
    return JSON.parse(text) as FetchedBoard;
  } finally {
    clearTimeout(timer);
  }
};

async function rejectionIn(response: Response): Promise<Rejection> {
  const body = await response.json().catch(() => null);
  return { code: "invalid", message: response.statusText, ...(body?.error ?? body), retry: false };
}
