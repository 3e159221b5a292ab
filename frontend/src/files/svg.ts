import type { Box } from "../geometry/box";
import type { Element } from "../model/element";
import type { Colors } from "../render/colors";
import { paintElement } from "../render/paint";
import { paintInSlices } from "./slices";
import { escaped, type Ruler, SvgCanvas } from "./svg_canvas";

/**
 * A picture of elements as an SVG document, a board pixel a unit.
 *
 * @param elements bottom to top
 * @param box what the picture shows, board pixels
 * @param paper the colour behind everything; undefined: what lies behind the picture is seen
 */
export async function svgOf(
  elements: readonly Element[],
  box: Box,
  colors: Colors,
  ruler: Ruler,
  paper?: string,
): Promise<string> {
  const canvas = new SvgCanvas(ruler);
  await paintInSlices(elements, (element) => paintElement(canvas, element, colors, 1));
  const [width, height] = [box.right - box.left, box.bottom - box.top];
  const place = `${box.left} ${box.top} ${width} ${height}`;
  const filters = [...canvas.filters].map(([filter, name]) => {
    const room = 'x="-50%" y="-50%" width="200%" height="200%" color-interpolation-filters="sRGB"';
    return `<filter id="${name}" ${room}>${filter}</filter>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="${place}">`,
    ...(filters.length === 0 ? [] : [`<defs>${filters.join("")}</defs>`]),
    ...(paper === undefined
      ? []
      : [
          `<rect x="${box.left}" y="${box.top}" width="${width}" height="${height}" fill="${escaped(paper)}"/>`,
        ]),
    ...canvas.marks,
    "</svg>\n",
  ].join("\n");
}
