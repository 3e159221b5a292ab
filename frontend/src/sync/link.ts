import { io, type Socket } from "socket.io-client";
import { backoff } from "./backoff";
import { later } from "./pause";
import { Pulse } from "./pulse";
import type { Link, LinkEvents, OpenLink, Rejection } from "./wire";

/** CONNECT_ERROR as the server sends it (SPEC.md E2). */
interface ConnectError extends Error {
  readonly data?: Partial<Rejection>;
}

/**
 * A link over Socket.IO.
 *
 * After a transport is gone the stock client comes back by itself. After a DISCONNECT packet or a CONNECT_ERROR it never
 * does, so here both are followed by a `connect` of ours. Nothing is ever emitted into a socket that is not welcome: the
 * stock client would keep it and send it later, past the outbox.
 */
export const openLink: OpenLink = (credentials, events): Link => {
  const socket = io("/board", {
    auth: (answer) => answer({ ...credentials() }),
    forceNew: true,
    transports: ["websocket", "polling"],
    tryAllTransports: true,
    timeout: 10_000,
    reconnectionDelay: 300,
    reconnectionDelayMax: 4_000,
  });
  const again = backoff(300, 4_000);
  let pid: string | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const pulse = new Pulse(
    { later },
    () => void socket.emit("session", {}, () => {}),
    // Not `engine.close`: on long-polling that waits for what is being sent, and a frozen server never takes it.
    () => void socket.disconnect(),
  );

  const connectLater = () => {
    clearTimeout(timer);
    timer = setTimeout(() => socket.connect(), again.next());
  };

  // The client keeps the pid to itself, and another connection of ours may need it. It is in the answer to CONNECT.
  socket.io.on("packet", ({ nsp, data }) => {
    pulse.heard();
    if (nsp === "/board" && typeof data?.pid === "string") pid = data.pid;
  });
  socket.on("disconnect", () => {
    pulse.heard();
    events.lost();
    if (!socket.active) connectLater();
  });
  socket.on("connect_error", (error: ConnectError) => {
    events.lost();
    if (socket.active) return;
    if (error.data?.retry === false) events.refused(rejectionOf(error));
    else connectLater();
  });
  listen(socket, events, () => again.reset());

  return {
    get pid() {
      return pid;
    },
    ops: (ops) => {
      socket.emit("ops", ops);
      pulse.sent();
    },
    session: (change) => void socket.emit("session", change),
    cursor: (at) => void socket.volatile.emit("cursor", at),
    hurry: () => {
      if (!socket.connected) socket.disconnect().connect();
    },
    close: () => {
      clearTimeout(timer);
      pulse.heard();
      socket.off();
      socket.disconnect();
    },
  };
};

function listen(socket: Socket, events: LinkEvents, welcomed: () => void): void {
  socket.on("welcome", (welcome) => {
    welcomed();
    events.welcome(welcome);
  });
  socket.on("op", (op, offset) => events.op(op, offset));
  socket.on("ack", ({ n }, offset) => events.ack(n, offset));
  socket.on("rejected", (rejection) => events.rejected(rejection));
  socket.on("people", (news) => events.people(news));
  socket.on("cursors", (cursors) => events.cursors(cursors));
  socket.on("resync", () => events.resync());
  socket.on("drain", ({ slot_ms }) => events.drain(slot_ms));
}

function rejectionOf({ message, data }: ConnectError): Rejection {
  return { code: data?.code ?? message, message: data?.message ?? message, retry: false };
}
