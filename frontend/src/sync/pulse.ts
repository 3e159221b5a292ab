import { type Later, Pause } from "./pause";

/** After something was sent, this long nothing may come. */
const SILENCE_MS = 5_000;
/** Then an answer may take this long. */
const ANSWER_MS = 10_000;

/**
 * Notices a connection that is dead without a sign: its server is frozen, or the network swallows what is sent. Socket.IO
 * takes up to 45 s for that, all the while what is drawn reaches nobody.
 *
 * Silence alone is no sign: while its store is away, a server answers nothing else. So it asks, and only who does not
 * answer that is given up.
 */
export class Pulse {
  private readonly silence: Pause;

  /**
   * @param ask asks for something that any living server answers at once
   * @param giveUp ends the connection
   */
  constructor(
    clock: Later,
    private readonly ask: () => void,
    private readonly giveUp: () => void,
  ) {
    this.silence = new Pause(clock);
  }

  /** Something was sent that is to be answered. */
  sent(): void {
    if (this.silence.isOn) return;
    this.silence.begin(SILENCE_MS, () => {
      this.silence.begin(ANSWER_MS, this.giveUp);
      this.ask();
    });
  }

  /** Something has come, or the connection is over. */
  heard(): void {
    this.silence.end();
  }
}
