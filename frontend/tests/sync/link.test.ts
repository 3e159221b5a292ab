import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { openLink } from "../../src/sync/link";
import type { Link, LinkEvents } from "../../src/sync/wire";

const NOBODY: LinkEvents = {
  welcome: () => {},
  op: () => {},
  ack: () => {},
  rejected: () => {},
  people: () => {},
  cursors: () => {},
  resync: () => {},
  drain: () => {},
  lost: () => {},
  refused: () => {},
};

/** A server that takes long-polling only: it welcomes each connection, and from then on answers nothing. */
class FreezingServer {
  private opened = 0;
  /** POSTs that it will never answer. */
  unanswered = 0;
  private readonly server: Server = createServer((request, response) => this.answer(request, response));
  /** The poll that waits for the welcome, and whether CONNECT has asked for it. */
  private poll: ServerResponse | undefined;
  private hasConnect = false;
  private hasWelcomed = false;

  async start(): Promise<string> {
    this.server.on("upgrade", (_request, socket) => socket.destroy());
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    request.resume();
    if (!request.url?.includes("sid=")) this.open(response);
    else if (this.hasWelcomed) this.unanswered += request.method === "POST" ? 1 : 0;
    else {
      if (request.method === "GET") this.poll = response;
      else {
        this.hasConnect = true;
        response.end("ok");
      }
      this.hasWelcomed = this.hasConnect && this.poll !== undefined;
      if (this.hasWelcomed) this.poll?.end('40/board,{"sid":"s"}\u001e42/board,["welcome",{}]');
    }
  }

  private open(response: ServerResponse): void {
    this.opened += 1;
    this.poll = undefined;
    this.hasConnect = false;
    this.hasWelcomed = false;
    const times = '"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000';
    response.end(`0{"sid":"${this.opened}","upgrades":[],${times}}`);
  }
}

let server: FreezingServer;
let link: Link | undefined;

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  server = new FreezingServer();
  const host = await server.start();
  vi.stubGlobal("location", { protocol: "http:", host });
});

afterEach(() => {
  link?.close();
  server.stop();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test("[B10] a frozen server is given up on long-polling too, where what was sent last still waits for an answer", async () => {
  const welcome = vi.fn();
  const lost = vi.fn();
  link = openLink(() => ({ board: "b", secret: "s", position: "0-0" }), { ...NOBODY, welcome, lost });
  await vi.waitFor(() => expect(welcome).toHaveBeenCalledTimes(1));
  link.ops([]);
  await vi.waitFor(() => expect(server.unanswered).toBe(1));
  vi.advanceTimersByTime(15_000);
  expect(lost).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(1_000);
  await vi.waitFor(() => expect(welcome).toHaveBeenCalledTimes(2));
});
