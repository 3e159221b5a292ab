import { beforeEach, describe, expect, test } from "vitest";
import { Gestures, type Pointer } from "../../src/input/gestures";

let told: string[];
let holds: boolean;
let gestures: Gestures;

const pointer = (
  type: Pointer["type"],
  id: number,
  x: number,
  y: number,
  more: Partial<Pointer> = {},
): Pointer => ({
  ...{ id, type, x, y, button: 0, pressure: 0.5, contact: 20 },
  ...more,
});
const finger = (id: number, x: number, y: number) => pointer("touch", id, x, y);

beforeEach(() => {
  told = [];
  holds = false;
  const hands = {
    down: ({ x, y }: Pointer) => void told.push(`down ${x},${y}`),
    move: (along: readonly Pointer[]) =>
      void told.push(`move ${along.map(({ x, y }) => `${x},${y}`).join(" ")}`),
    up: () => void told.push("up"),
    cancel: () => void told.push("cancel"),
    pan: (x: number, y: number) => void told.push(`pan ${x},${y}`),
    zoom: (by: number) => void told.push(`zoom ${by}`),
  };
  gestures = new Gestures(hands, () => holds);
});

describe("a mouse", () => {
  test("draws with its left button; another pointer meanwhile changes nothing", () => {
    gestures.down(pointer("mouse", 1, 10, 10), 0);
    expect(gestures.down(pointer("mouse", 2, 50, 50), 1)).toBe(false);
    gestures.move([pointer("mouse", 1, 11, 10), pointer("mouse", 1, 12, 10)], 2);
    gestures.move([pointer("mouse", 2, 60, 60)], 3);
    gestures.up(2);
    gestures.up(1);
    expect(told).toEqual(["down 10,10", "move 11,10 12,10", "up"]);
  });

  test("pans with the middle button, and with space; the right one does nothing", () => {
    gestures.down(pointer("mouse", 1, 10, 10, { button: 1 }), 0);
    gestures.move([pointer("mouse", 1, 15, 12)], 1);
    gestures.up(1);
    holds = true;
    gestures.down(pointer("mouse", 1, 0, 0), 2);
    gestures.move([pointer("mouse", 1, 1, 1)], 3);
    gestures.up(1);
    holds = false;
    expect(gestures.down(pointer("mouse", 1, 0, 0, { button: 2 }), 4)).toBe(false);
    expect(told).toEqual(["pan 5,2", "pan 1,1"]);
  });
});

describe("fingers", () => {
  test("one draws, with all that it did before that was clear", () => {
    gestures.down(finger(1, 10, 10), 0);
    gestures.move([finger(1, 14, 10)], 10);
    expect(told).toEqual([]);
    gestures.move([finger(1, 30, 10)], 20);
    gestures.up(1);
    expect(told).toEqual(["down 10,10", "move 14,10 30,10", "up"]);
  });

  test("a tap is a dot", () => {
    gestures.down(finger(1, 10, 10), 0);
    gestures.up(1);
    expect(told).toEqual(["down 10,10", "up"]);
  });

  test("two pan and pinch, and nothing is drawn", () => {
    gestures.down(finger(1, 100, 100), 0);
    gestures.down(finger(2, 200, 100), 60);
    gestures.move([finger(2, 300, 100)], 80);
    gestures.up(2);
    gestures.move([finger(1, 100, 110)], 90);
    gestures.up(1);
    expect(told).toEqual(["pan 50,0", "zoom 2", "pan 0,10"]);
  });

  test("a second one that comes while the first draws is no pinch", () => {
    gestures.down(finger(1, 0, 0), 0);
    gestures.move([finger(1, 50, 0)], 20);
    expect(gestures.down(finger(2, 200, 100), 400)).toBe(false);
    gestures.up(1);
    expect(told).toEqual(["down 0,0", "move 50,0", "up"]);
  });

  test("one that the browser takes away before that was clear draws nothing", () => {
    gestures.down(finger(1, 0, 0), 0);
    gestures.cancel(1);
    expect(told).toEqual([]);
  });
});

describe("a pen", () => {
  test("draws while fingers pan", () => {
    gestures.down(pointer("pen", 1, 10, 10), 0);
    gestures.up(1);
    gestures.down(finger(2, 0, 0), 2_000);
    gestures.move([finger(2, 5, 0)], 2_010);
    gestures.up(2);
    expect(told).toEqual(["down 10,10", "up", "pan 5,0"]);
  });

  test("near it, a touch is a palm", () => {
    gestures.move([pointer("pen", 1, 10, 10)], 1_000);
    expect(gestures.down(finger(2, 0, 0), 1_100)).toBe(false);
    gestures.down(pointer("pen", 1, 10, 10), 1_200);
    expect(gestures.down(finger(3, 0, 0), 5_000)).toBe(false);
    gestures.up(1);
    expect(told).toEqual(["down 10,10", "up"]);
  });

  test("the hand that came just before it draws nothing", () => {
    gestures.down(finger(2, 0, 0), 1_000);
    gestures.down(pointer("pen", 1, 10, 10), 1_050);
    gestures.move([finger(2, 50, 50)], 1_060);
    gestures.up(2);
    gestures.up(1);
    expect(told).toEqual(["down 10,10", "up"]);
  });

  test("a large contact is a palm, also without a pen", () => {
    expect(gestures.down(pointer("touch", 1, 0, 0, { contact: 90 }), 0)).toBe(false);
  });
});
