import { describe, expect, test } from "vitest";
import { frameOfPicture } from "../../src/files/extent";
import { svgOf } from "../../src/files/svg";
import type { Element } from "../../src/model/element";
import { Colors } from "../../src/render/colors";
import { ruler } from "./ruler";

/** Takes `#rrggbb`, and nothing else. */
const probe = {
  value: "#000000",
  get fillStyle(): string {
    return this.value;
  },
  set fillStyle(text: string) {
    if (/^#[0-9a-f]{6}$/.test(text)) this.value = text;
  },
};
const colors = new Colors(probe, false);

function picture(...elements: Record<string, unknown>[]): Promise<string> {
  const whole = elements.map((element, i) => ({ id: `a:${i}`, by: "", color: "#e03131", ...element }));
  const box = frameOfPicture(whole as unknown as Element[]);
  if (box === undefined) throw new Error("nothing is seen");
  return svgOf(whole as unknown as Element[], box, colors, ruler);
}

const frame = { x: 10, y: 20, w: 100, h: 60 };

describe("an SVG", () => {
  test("is as large as what it shows, and a margin", async () => {
    expect(await picture({ kind: "rectangle", ...frame, width: 4 })).toMatch(
      /^<svg xmlns="http:\/\/www.w3.org\/2000\/svg" width="142" height="102" viewBox="-11 -1 142 102">/,
    );
  });

  test("has paper only where it is asked for", async () => {
    const elements = [{ id: "a:1", by: "", kind: "line", ...frame, width: 4, color: "#e03131" }];
    const box = { left: 0, top: 0, right: 200, bottom: 100 };
    expect(await svgOf(elements, box, colors, ruler)).not.toContain("<rect");
    expect(await svgOf(elements, box, colors, ruler, "#ffffff")).toContain(
      '<rect x="0" y="0" width="200" height="100" fill="#ffffff"/>',
    );
  });

  test.each([
    ["stroke", { points: [0, 0, 50, 50, 100, 0], width: 4 }, /^<path fill="#e03131" d="M[^"]+Q[^"]+"\/>$/],
    [
      "highlighter",
      { points: [0, 0, 50, 50, 100, 0], width: 16 },
      /stroke="#e03131" stroke-opacity="0.4" stroke-width="16" stroke-linecap="round"/,
    ],
    ["line", { ...frame, width: 4 }, /stroke-linecap="round".* d="M10 20L110 80"/],
    ["arrow", { ...frame, width: 4 }, /d="M10 20L110 80M[^"]+L110 80L[^"]+"/],
    ["rectangle", { ...frame, width: 4 }, /d="M22 20L98 20A12 12 0 0 1 110 32/],
    ["diamond", { ...frame, width: 4 }, /d="M60 20L110 50L60 80L10 50Z"/],
    ["ellipse", { ...frame, width: 4 }, /d="M110 50A50 30 0 0 1 10 50A50 30 0 0 1 110 50Z"/],
    ["text", { ...frame, text: "Hello", size: 24 }, /<text fill="#e03131" x="10" y="[\d.]+".*>Hello<\/text>/],
    ["note", { ...frame, text: "Hello", size: 24, fill: "#ffec99" }, /<g filter="url\(#shadow1\)"><path/],
  ])("draws a %s", async (kind, geometry, mark) => {
    const marks = (await picture({ kind, ...geometry })).split("\n").slice(1, -2);
    expect(marks.some((line) => mark.test(line))).toBe(true);
  });

  test("shows that there is something of a kind that is not known", async () => {
    expect(await picture({ kind: "hologram", ...frame })).toMatch(
      /stroke-dasharray="6 5".*\n<text.*>\?<\/text>/,
    );
  });

  test("says of a small one only that it is there, and nothing where there is no room", async () => {
    const small = await picture({ kind: "hologram", x: 0, y: 0, w: 20, h: 9 });
    expect(small).toContain("stroke-dasharray");
    expect(small).not.toContain("?</text>");
    expect(await picture({ kind: "hologram", x: 0, y: 0, w: 8, h: 4 })).not.toContain("<path");
  });

  test("shows the tap of a highlighter: a line of no length would be nothing", async () => {
    for (const points of [
      [5, 5],
      [5, 5, 5, 5],
    ])
      expect(await picture({ kind: "highlighter", points, width: 16 })).toContain('d="M5 5L5.01 5"');
  });

  test("turns, fills and lets shine through", async () => {
    const turned = await picture({
      kind: "rectangle",
      ...frame,
      width: 4,
      angle: Math.PI / 2,
      fill: "#ffc9c9",
      opacity: 0.5,
    });
    expect(turned).toContain('<path transform="matrix(0 1 -1 0 110 -10)" fill="#ffc9c9" fill-opacity="0.5"');
    expect(turned).toContain('stroke="#e03131" stroke-opacity="0.5"');
  });

  test("lets the shadow of a turned note fall straight down", async () => {
    const turned = await picture({ kind: "note", ...frame, text: "", size: 24, fill: "#ffec99", angle: 1 });
    expect(turned).toMatch(/<g filter="url\(#shadow1\)"><path transform="matrix/);
    expect(turned.match(/<filter /g)).toHaveLength(1);
  });

  test("lets no shadow be seen through a pale note", async () => {
    const pale = await picture({ kind: "note", ...frame, text: "", size: 24, fill: "#ffec99", opacity: 0.6 });
    expect(pale).not.toContain("filter");
  });

  test("breaks the lines of a note as the canvas does, and squeezes what is too wide", async () => {
    const note = await picture({ kind: "note", ...frame, w: 68, text: "one two", size: 10, fill: "#ffec99" });
    expect(note.match(/>[^<]+<\/text>/g)).toEqual([">one</text>", ">two</text>"]);
    const text = await picture({ kind: "text", ...frame, w: 30, text: "wider than it", size: 24 });
    expect(text).toContain('textLength="30"');
  });

  test("holds texts as text, whatever markup is in them", async () => {
    const evil = '</text><script>alert("1")</script>&amp;\u0001\ufffe';
    const svg = await picture({ kind: "text", ...frame, w: 10_000, text: evil, size: 24 });
    expect(svg).not.toContain("<script");
    expect(svg).toContain("&lt;/text&gt;&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;amp;</text>");
  });

  test("of many elements is painted bit by bit, and the page gets turns between", async () => {
    const note = { kind: "note", ...frame, text: "a", size: 24 };
    let turns = 0;
    const timer = setInterval(() => {
      turns += 1;
    });
    const svg = await picture(...Array.from({ length: 2_000 }, () => note));
    clearInterval(timer);
    expect(turns).toBeGreaterThan(1);
    expect(svg.match(/<text /g)).toHaveLength(2_000);
  });

  test("takes no colour that is none into its markup", async () => {
    const svg = await picture({ kind: "note", ...frame, text: "a", size: 24, color: '"/><b', fill: '"/><b' });
    expect(svg).not.toContain("<b");
    expect(svg).toContain('fill="#ffec99"');
  });
});

test("nothing is seen of nothing", () => {
  expect(frameOfPicture([])).toBeUndefined();
  expect(frameOfPicture([{ id: "a:1", by: "", kind: "hologram" }])).toBeUndefined();
});
