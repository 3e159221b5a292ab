/** Limits that the server enforces too (SPEC.md O8, O12, B5, E4). */

export const MAX_STROKE_POINTS = 10_000;
export const MAX_ELEMENTS = 50_000;
/** Numbers in points and characters in texts, together. */
export const MAX_BOARD_SIZE = 5_000_000;
export const MAX_OP_BYTES = 65_536;
export const MAX_REMOVE_IDS = 1_000;
export const MAX_COORDINATE = 1_000_000;
export const MAX_TRANSFORM = 1_000_000_000;
export const MAX_TEXT_CHARACTERS = 5_000;
export const MIN_SIZE = 4;
export const MAX_SIZE = 400;
export const MIN_WIDTH = 0.1;
export const MAX_WIDTH = 200;
export const MAX_ANGLE = 100;
/** Of an element of a kind that is not known: objects and lists within each other. */
export const MAX_DEPTH = 16;
/** Of the same, in JSON, beside its points and its text. */
export const MAX_STRANGE_BYTES = 1_024;
export const MAX_Z = 1_000_000;
export const MAX_OPS_PER_EVENT = 100;
/** A packet may have 1,000,000 bytes; an event keeps well below, so that others get between. */
export const MAX_EVENT_BYTES = 262_144;
