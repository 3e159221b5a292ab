/** Waits that double from `first_ms` to `most_ms`, each shortened at random by up to half so that people do not return all at once. */
export function backoff(firstMs: number, mostMs: number, random: () => number = Math.random) {
  let tries = 0;
  return {
    next(): number {
      const whole = Math.min(mostMs, firstMs * 2 ** tries);
      tries += 1;
      return whole * (1 - random() / 2);
    },
    reset(): void {
      tries = 0;
    },
  };
}
