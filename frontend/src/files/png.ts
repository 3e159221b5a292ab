import type { Box } from "../geometry/box";
import type { Element } from "../model/element";
import type { Colors } from "../render/colors";
import { paintElement } from "../render/paint";
import { scaleFor, smaller } from "./size";
import { paintInSlices } from "./slices";

/** A picture, and the device pixels a board pixel that it was given. */
export interface Png {
  readonly blob: Blob;
  readonly scale: number;
}

/**
 * A picture of elements, at the wanted scale or at the largest below it that this browser manages; undefined when there is none.
 *
 * @param box what the picture shows, board pixels
 * @param paper the colour behind everything; undefined: none
 */
export async function pngOf(
  elements: readonly Element[],
  box: Box,
  colors: Colors,
  wanted: number,
  paper?: string,
): Promise<Png | undefined> {
  for (const scale of smaller(scaleFor(box, wanted))) {
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round((box.right - box.left) * scale));
    canvas.height = Math.max(1, Math.round((box.bottom - box.top) * scale));
    const context = canvas.getContext("2d");
    if (context === null || !holds(context)) continue;
    await paint(context, elements, box, colors, scale, paper);
    const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/png"));
    if (blob !== null && blob.size > 0) return { blob, scale };
  }
  return undefined;
}

/** Whether it has pixels: a canvas that is too large for the browser may say nothing, and stay empty. */
function holds(context: CanvasRenderingContext2D): boolean {
  const { width, height } = context.canvas;
  try {
    context.fillRect(width - 1, height - 1, 1, 1);
    const isThere = context.getImageData(width - 1, height - 1, 1, 1).data[3] === 255;
    context.clearRect(0, 0, width, height);
    return isThere;
  } catch {
    return false;
  }
}

async function paint(
  context: CanvasRenderingContext2D,
  elements: readonly Element[],
  box: Box,
  colors: Colors,
  scale: number,
  paper: string | undefined,
): Promise<void> {
  const { width, height } = context.canvas;
  if (paper !== undefined) {
    context.fillStyle = paper;
    context.fillRect(0, 0, width, height);
  }
  context.setTransform(scale, 0, 0, scale, -box.left * scale, -box.top * scale);
  await paintInSlices(elements, (element) => paintElement(context, element, colors, scale));
}
