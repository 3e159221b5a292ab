// Many stock clients of socket.io in one process, some of whom draw; every thing that happens to them is noted. See cast.py.
//
// argv: {"url", "everyMs", "record", "people": [{"number", "board", "color", "draws", "transports"}]}
// in:   `draw`, `rest` or `end`, a line each · out: how it stands, a line every 100 ms
// record, written at the end, a line each: [ms since 1970, number, what, …details]
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const frontend = createRequire(new URL("../../frontend/package.json", import.meta.url));
const { io } = frontend("socket.io-client");
const { url, everyMs, record, people } = JSON.parse(process.argv[2]);
const notes = [];
const stand = { connected: 0, colored: 0, resting: 0, sent: 0, answered: 0, heard: 0 };
let drawing = false;

const note = (...details) => notes.push([performance.timeOrigin + performance.now(), ...details]);

function enter({ number, board, color, draws, transports }) {
  const socket = io(url, { forceNew: true, transports, auth: { board } });
  let began = false;
  socket.on("connect", () => {
    stand.connected += 1;
    note(number, "connect", socket.recovered, socket.id);
    if (!began) {
      began = true;
      socket.emit("colorUpdate", { color }, () => {
        stand.colored += 1;
        if (draws) setTimeout(draw, Math.random() * everyMs, socket, number, 1);
      });
    }
  });
  socket.on("disconnect", (reason) => {
    stand.connected -= 1;
    note(number, "disconnect", reason);
  });
  socket.io.on("reconnect_attempt", () => note(number, "attempt"));
  socket.io.on("reconnect_error", (error) => note(number, "failure", error.message));
  socket.on("init", (payload) => note(number, "init", payload.color));
  socket.on("resync", () => note(number, "resync"));
  socket.on("drawing", (payload, offset) => {
    stand.heard += 1;
    note(number, "heard", payload.n, payload.color, offset ?? null);
  });
}

// Without a colour, and also while not connected: stock clients then send it later.
function draw(socket, number, k) {
  setTimeout(draw, everyMs, socket, number, drawing ? k + 1 : k);
  if (!drawing) return;
  const n = number * 1_000_000 + k;
  const at = { x0: Math.random(), y0: Math.random(), x1: Math.random(), y1: Math.random(), n };
  stand.sent += 1;
  note(number, "sent", n);
  socket.emit("drawing", at, (answer) => {
    stand.answered += 1;
    note(number, "answered", n, answer.offset ?? null);
  });
}

people.forEach(enter);
setInterval(() => process.stdout.write(`${JSON.stringify(stand)}\n`), 100);
for await (const line of createInterface({ input: process.stdin })) {
  drawing = line === "draw";
  stand.resting = drawing ? 0 : people.length;
  if (line === "end") break;
}
writeFileSync(record, notes.map((one) => `${JSON.stringify(one)}\n`).join(""));
process.exit();
