// Stock clients that emit numbered events without a pause, in Node and in a browser alike: what had they emitted when they noticed the end?
// `io` is socket.io-client's; resolves to {client: count}, the events each emitted while it believed to be connected.
globalThis.emitUntilClosed = (io, url, { clients, pauseMs }) => {
  const all = Array.from({ length: clients }, (_, client) =>
    new Promise((resolve) => {
      let count = 0;
      const socket = io(url, { forceNew: true, transports: ["websocket"], reconnection: false });
      const timer = setInterval(() => socket.connected && socket.emit("n", client, ++count), pauseMs);
      socket.on("disconnect", (reason) => {
        clearInterval(timer);
        resolve({ client, count, reason });
      });
    }),
  );
  return Promise.all(all);
};
