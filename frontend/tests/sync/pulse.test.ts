import { beforeEach, describe, expect, test, vi } from "vitest";
import { later } from "../../src/sync/pause";
import { Pulse } from "../../src/sync/pulse";

describe("the pulse of a connection", () => {
  const ask = vi.fn();
  const giveUp = vi.fn();
  let pulse: Pulse;

  beforeEach(() => {
    vi.useFakeTimers();
    vi.resetAllMocks();
    pulse = new Pulse({ later }, ask, giveUp);
  });

  test("nothing is asked as long as nothing was sent", () => {
    vi.advanceTimersByTime(100_000);
    expect(ask).not.toHaveBeenCalled();
  });

  test("a server that is heard of in time is not asked, however much is sent", () => {
    for (let i = 0; i < 10; i += 1) {
      pulse.sent();
      vi.advanceTimersByTime(4_000);
      pulse.heard();
    }
    vi.advanceTimersByTime(100_000);
    expect(ask).not.toHaveBeenCalled();
  });

  test("a server that is silent is asked, counted from the first that it has not answered", () => {
    pulse.sent();
    vi.advanceTimersByTime(4_000);
    pulse.sent();
    vi.advanceTimersByTime(1_000);
    expect(ask).toHaveBeenCalledTimes(1);
  });

  test("[B10] one that answers is alive, whatever it still owes", () => {
    pulse.sent();
    ask.mockImplementation(() => pulse.heard());
    vi.advanceTimersByTime(100_000);
    pulse.sent();
    vi.advanceTimersByTime(100_000);
    expect(ask).toHaveBeenCalledTimes(2);
    expect(giveUp).not.toHaveBeenCalled();
  });

  test("one that does not answer is given up, once", () => {
    pulse.sent();
    vi.advanceTimersByTime(14_999);
    pulse.sent();
    expect(giveUp).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(giveUp).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(100_000);
    expect(ask).toHaveBeenCalledTimes(1);
    expect(giveUp).toHaveBeenCalledTimes(1);
  });
});
