import { describe, expect, test } from "vitest";
import { Colors, onDarkPaper } from "../../src/render/colors";
import { LiveElements, MAX_LIVE, QUIET_MS } from "../../src/render/live";

/** Takes the few colours of these tests as a canvas would, and nothing else. */
class FakeProbe {
  private value = "#000000";
  get fillStyle(): string {
    return this.value;
  }
  set fillStyle(text: string) {
    const known: Record<string, string> = { red: "#ff0000", "rgb(0 0 0 / 50%)": "rgba(0, 0, 0, 0.5)" };
    this.value = known[text] ?? (/^#[0-9a-f]{6}$/.test(text) ? text : this.value);
  }
}

describe("colours from strangers", () => {
  const light = new Colors(new FakeProbe(), false);

  test("a colour is painted as it is", () => {
    expect(light.resolve("red")).toBe("#ff0000");
    expect(light.resolve("#010203")).toBe("#010203");
    expect(light.resolve("rgb(0 0 0 / 50%)")).toBe("rgba(0, 0, 0, 0.5)");
  });

  test.each([["nonsense"], [""], ["url(x)"], [undefined], [null], [7], [{}]])(
    "%j is painted black",
    (color) => {
      expect(light.resolve(color)).toBe("#000000");
    },
  );

  test("a flood of colours does not stay in memory, and each is still right", () => {
    const colors = new Colors(new FakeProbe(), false);
    for (let i = 0; i < 5_000; i += 1) colors.resolve(`#${i.toString(16).padStart(6, "0")}`);
    expect(colors.resolve("red")).toBe("#ff0000");
  });

  test("on dark paper black is nearly white, and red stays red", () => {
    expect(new Colors(new FakeProbe(), true).resolve("nonsense")).toBe("hsla(0, 0%, 92%, 1)");
    expect(onDarkPaper("#ff0000")).toBe("hsla(0, 100%, 67%, 1)");
    expect(onDarkPaper("#0000ff")).toBe("hsla(240, 100%, 67%, 1)");
    expect(onDarkPaper("rgba(0, 128, 0, 0.5)")).toBe("hsla(120, 100%, 79%, 0.5)");
    expect(onDarkPaper("color(display-p3 1 0 0)")).toBe("color(display-p3 1 0 0)");
  });
});

describe("what is being drawn", () => {
  test("settles when it was quiet long enough, the oldest first", () => {
    const live = new LiveElements();
    live.touch("a", 0);
    live.touch("b", 100);
    live.touch("a", 200);
    expect(live.dueIn(200)).toBe(QUIET_MS - 100);
    expect(live.settle(100 + QUIET_MS)).toEqual(["b"]);
    expect([...live]).toEqual(["a"]);
    expect(live.settle(200 + QUIET_MS)).toEqual(["a"]);
    expect(live.dueIn(1_000)).toBeUndefined();
  });

  test("is bounded: the oldest settles when there is too much", () => {
    const live = new LiveElements();
    for (let i = 0; i < MAX_LIVE + 2; i += 1) live.touch(`e${i}`, 0);
    expect(live.settle(1)).toEqual(["e0", "e1"]);
    expect(live.size).toBe(MAX_LIVE);
  });
});
