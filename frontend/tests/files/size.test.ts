import { expect, test } from "vitest";
import { MAX_AREA_PX, MAX_SIDE_PX, scaleFor, smaller } from "../../src/files/size";

const box = (width: number, height: number) => ({ left: -5, top: 7, right: width - 5, bottom: height + 7 });

test.each([
  [1_000, 800, 3, 3],
  [5_461, 1_000, 3, 3],
  [6_000, 1_000, 3, 2.7],
  [9_000, 9_000, 3, 0.91],
  [20_000, 10, 1, 0.81],
  [2_000_000, 2_000_000, 1, 0.004],
])("a picture of %i × %i at %i× is made at %d×", (width, height, wanted, scale) => {
  expect(scaleFor(box(width, height), wanted)).toBe(scale);
});

test("what is chosen is within the limits, and not less than nine tenths of them", () => {
  for (let i = 1; i < 400; i += 1) {
    const [width, height] = [i * 997, 1 + ((i * i * 31) % 900_000)];
    const scale = scaleFor(box(width, height), 3);
    const side = (Math.max(width, height) * scale) / MAX_SIDE_PX;
    const area = (width * height * scale * scale) / MAX_AREA_PX;
    expect(Math.max(side, area)).toBeLessThanOrEqual(1);
    if (scale < 3) expect(Math.max(side, Math.sqrt(area))).toBeGreaterThan(0.9);
  }
});

test("a browser that manages less is asked for half, and half again", () => {
  expect(smaller(2)).toEqual([2, 1, 0.5, 0.25, 0.125]);
});
