import type { Status } from "../sync/status";

/** Every word that people read. A translation is another object of this shape. */
export const strings = {
  product: "Whiteboard",
  lobby: "lobby",
  canvas: "Drawing",
  tools: "Tools",
  colors: "Colours",
  widths: "Pen width",
  tool: { pen: "Pen", eraser: "Eraser" },
  undo: "Undo my last stroke",
  newBoard: "New board",
  board: (name: string) => `Board ${name}`,
  title: (name: string) => `${name} · Whiteboard`,
  color: {
    black: "Black",
    grey: "Grey",
    red: "Red",
    orange: "Orange",
    green: "Green",
    blue: "Blue",
    violet: "Violet",
    pink: "Pink",
  },
  width: { fine: "Fine", medium: "Medium", bold: "Bold", broad: "Broad" },
  status: {
    saved: () => "Saved",
    unsaved: (n: number) => `${n} unsaved`,
    reconnecting: (n: number) => (n > 0 ? `Reconnecting… ${n} unsaved` : "Reconnecting…"),
    offline: (n: number) => (n > 0 ? `Offline, ${n} unsaved` : "Offline"),
  } satisfies Record<Status, (unsaved: number) => string>,
  connecting: "Connecting…",
  replica: (name: string) => `on ${name}`,
  rejected: {
    board_full: "This board is full. Erase something to draw on.",
    too_many_points: "That stroke was too long.",
    outbox_full: "Too much is unsaved. Drawing goes on when the connection is back.",
    bad_board: "There is no board of this name. Names have up to 64 letters, digits, - and _.",
  } as Readonly<Record<string, string>>,
  rejectedOther: "The server did not accept your last change.",
  dismiss: "Dismiss",
  offer: (n: number, day: Date) =>
    `${n === 1 ? "A change" : `${n} changes`} of ${day.toLocaleDateString()} ${n === 1 ? "was" : "were"} never saved.`,
  send: "Send",
  discard: "Discard",
};
