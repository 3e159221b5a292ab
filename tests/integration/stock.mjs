// Stock clients of socket.io, driven by JSON lines on stdin; what they hear goes to stdout. See stock.py.
//
// in:  {"do": "open", "client", "url", "options"} · {"do": "emit", "client", "args", "ask"?} · {"do": "close", "client"}
// out: {"client", "name", "args"}: events, among them `connect` (with what a recovery goes by), `disconnect`,
//      `connect_error`, and two of our own: `transport` tells of each that is used, `answer:<ask>` brings an
//      acknowledgement.
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const frontend = createRequire(new URL("../../frontend/package.json", import.meta.url));
const { io } = frontend("socket.io-client");
const sockets = new Map();

const tell = (client, name, args) => process.stdout.write(`${JSON.stringify({ client, name, args })}\n`);

const commands = {
  open({ client, url, options }) {
    const socket = io(url, { forceNew: true, reconnectionDelay: 50, reconnectionDelayMax: 200, ...options });
    sockets.set(client, socket);
    socket.io.on("open", () => {
      const { engine } = socket.io;
      tell(client, "transport", [engine.transport.name]);
      engine.on("upgrade", ({ name }) => tell(client, "transport", [name]));
    });
    socket.on("connect", () => {
      const { recovered, id, _pid, _lastOffset } = socket;
      tell(client, "connect", [{ recovered, sid: id, pid: _pid, offset: _lastOffset }]);
    });
    socket.on("disconnect", (reason) => tell(client, "disconnect", [reason]));
    socket.on("connect_error", (error) => tell(client, "connect_error", [error.message, error.data ?? null]));
    socket.onAny((name, ...args) => tell(client, name, args));
  },
  emit({ client, args, ask }) {
    const answer = ask === undefined ? [] : [(...said) => tell(client, `answer:${ask}`, said)];
    sockets.get(client).emit(...args, ...answer);
  },
  close({ client }) {
    sockets.get(client).close();
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const command = JSON.parse(line);
  commands[command.do](command);
}
process.exit();
