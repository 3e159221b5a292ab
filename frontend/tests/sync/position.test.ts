import { describe, expect, test } from "vitest";
import { Progress } from "../../src/sync/position";

describe("where the page is in the log", () => {
  test("[B1] a commit counts as complete only when the next one begins", () => {
    const progress = new Progress();
    progress.reset("1-4");
    expect(progress.resumeFrom).toBe("1-4");
    progress.advance("1-5-0");
    progress.advance("1-5-1");
    expect(progress.position).toBe("1-5");
    expect(progress.resumeFrom).toBe("1-4");
    progress.advance("1-6-0");
    expect(progress.resumeFrom).toBe("1-5");
  });

  test("[B4] what comes a second time is not newer", () => {
    const progress = new Progress();
    progress.reset("1-4");
    expect(progress.advance("1-4-0")).toBe(false);
    expect(progress.advance("1-5-1")).toBe(true);
    expect(progress.advance("1-5-0")).toBe(false);
    expect(progress.advance("1-5-1")).toBe(false);
    expect(progress.advance("1-5-2")).toBe(true);
    expect(progress.advance("1-10-0")).toBe(true);
  });

  test("[L7] a later epoch is newer, whatever its number", () => {
    const progress = new Progress();
    progress.reset("1-9");
    expect(progress.advance("2-7-0")).toBe(true);
    expect(progress.advance("1-10-0")).toBe(false);
  });

  test.each([undefined, null, 7, "", "1", "1-", "x-1-2", "1-2-3-4"])("rubbish is not newer: %j", (offset) => {
    expect(new Progress().advance(offset)).toBe(false);
  });
});
