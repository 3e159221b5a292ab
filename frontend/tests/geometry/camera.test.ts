import { describe, expect, test } from "vitest";
import {
  fitted,
  home,
  MAX_SCALE,
  MIN_HOME_SCALE,
  MIN_SCALE,
  moved,
  seenIn,
  zoomed,
} from "../../src/geometry/camera";
import { type Transform, toBoard } from "../../src/geometry/transform";
import { Camera } from "../../src/render/camera";

const view = { scale: 0.5, dx: 100, dy: -20 };
const size = { width: 1000, height: 600 };

describe("where one looks", () => {
  test("what lies under the pointer stays there while one zooms", () => {
    const at = { x: 333, y: 444 };
    const nearer = zoomed(view, at, 1.7);
    expect(nearer.scale).toBeCloseTo(0.85);
    expect(toBoard(nearer, at.x, at.y).x).toBeCloseTo(toBoard(view, at.x, at.y).x);
    expect(toBoard(nearer, at.x, at.y).y).toBeCloseTo(toBoard(view, at.x, at.y).y);
  });

  test("zoom has an end on both sides", () => {
    expect(zoomed(view, { x: 0, y: 0 }, 1e9).scale).toBe(MAX_SCALE);
    expect(zoomed(view, { x: 0, y: 0 }, 1e-9).scale).toBe(MIN_SCALE);
  });

  const room = { left: 100, top: 100, right: 900, bottom: 400 };

  test("a pan moves what is seen by as many pixels", () => {
    expect(seenIn(moved(view, 50, -10), size)).toEqual({ left: -300, top: 60, right: 1700, bottom: 1260 });
  });

  test("a drawing is fitted into a part of the window, and never enlarged", () => {
    const box = { left: 0, top: 0, right: 4000, bottom: 1000 };
    const at = fitted(box, room);
    const seen = seenIn(at, size);
    expect(at.scale).toBeCloseTo(0.2);
    expect(seen.left).toBeCloseTo(-500);
    expect(seen.top).toBeCloseTo(500 - 250 / 0.2);
    expect(fitted({ left: 7, top: 7, right: 8, bottom: 8 }, room).scale).toBe(1);
  });

  test("a place of no size can be looked at", () => {
    expect(fitted({ left: 5, top: 5, right: 5, bottom: 5 }, room)).toEqual({ scale: 1, dx: 495, dy: 245 });
  });
});

describe("what one sees first", () => {
  const phone = { width: 390, height: 844 };
  const middle = (view: Transform) => toBoard(view, phone.width / 2, phone.height / 2);

  test("in a small window letters can be read: it shows the middle of the classic rectangle, or of what is drawn", () => {
    expect(home(phone, undefined).scale).toBe(MIN_HOME_SCALE);
    expect(middle(home(phone, undefined)).x).toBeCloseTo(1024);
    expect(middle(home(phone, undefined)).y).toBeCloseTo(512);
    const drawn = { left: -3000, top: 100, right: -2000, bottom: 200 };
    expect(middle(home(phone, drawn)).x).toBeCloseTo(-2500);
    expect(middle(home(phone, drawn)).y).toBeCloseTo(150);
  });

  test("in a larger one it is the whole classic rectangle, whatever is drawn", () => {
    const drawn = { left: -3000, top: 100, right: -2000, bottom: 200 };
    expect(home({ width: 1024, height: 768 }, drawn)).toEqual({ scale: 0.5, dx: 0, dy: 128 });
  });

  test("is looked for once: what comes later moves nothing", () => {
    const camera = new Camera(() => {});
    camera.resize(phone, 1);
    camera.arrive({ left: 5000, top: 0, right: 5100, bottom: 100 });
    const arrived = camera.view;
    expect(middle(arrived).x).toBeCloseTo(5050, -1);
    camera.arrive({ left: 0, top: 0, right: 100, bottom: 100 });
    expect(camera.view).toEqual(arrived);
    camera.moveBy(10, 0);
    expect(camera.view.dx).toBeCloseTo(arrived.dx + 10);
  });
});

describe("the camera", () => {
  test("shows the classic rectangle at any size until somebody moves; then the middle stays", () => {
    const camera = new Camera(() => {});
    camera.resize({ width: 2048, height: 1024 }, 1);
    expect(camera.view).toEqual({ scale: 1, dx: 0, dy: 0 });
    camera.resize({ width: 1024, height: 512 }, 1);
    expect(camera.view.scale).toBe(0.5);
    camera.moveBy(10, 0);
    camera.resize({ width: 1124, height: 512 }, 1);
    expect(camera.view).toEqual({ scale: 0.5, dx: 60, dy: 0 });
  });

  test("puts the board's origin on a device pixel, so that tiles need no resampling", () => {
    const camera = new Camera(() => {});
    camera.resize({ width: 800, height: 600 }, 1.5);
    camera.moveBy(0.21, 7.4);
    expect((camera.view.dx * 1.5) % 1).toBeCloseTo(0);
    expect((camera.view.dy * 1.5) % 1).toBeCloseTo(0);
  });
});
