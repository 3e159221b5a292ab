/** What can call back later. */
export interface Later {
  /** Calls back after that time; returns what calls it off. */
  later(ms: number, call: () => void): () => void;
}

/** By the browser's clock. */
export function later(ms: number, call: () => void): () => void {
  const timer = setTimeout(call, ms);
  return () => clearTimeout(timer);
}

/** A wait that can be called off. There is one at a time: the next takes the place of the one before. */
export class Pause {
  private callOff: (() => void) | undefined;

  constructor(private readonly clock: Later) {}

  get isOn(): boolean {
    return this.callOff !== undefined;
  }

  begin(ms: number, then: () => void): void {
    this.end();
    this.callOff = this.clock.later(ms, () => {
      this.callOff = undefined;
      then();
    });
  }

  /** Calls it off. */
  end(): void {
    this.callOff?.();
    this.callOff = undefined;
  }
}
