import { strings } from "./strings";

/** Does what may fail, and never rejects: the person is told of a failure, and the console why. */
export async function attempt(doing: () => Promise<void>, say: (sentence: string) => void): Promise<void> {
  try {
    await doing();
  } catch (error) {
    console.error(error);
    say(strings.failed);
  }
}
