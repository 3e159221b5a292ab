// Notes what happens to our page on its WebSockets, as cast.mjs does of its people. Put into the page ahead of its own scripts; see pages.py.
//
// window.notes: [ms since 1970, what, …details], of the connection that the page is on: the one that was welcome last.
window.notes = [];

{
  const note = (...details) => window.notes.push([performance.timeOrigin + performance.now(), ...details]);
  const parse = (data, prefix) =>
    typeof data === "string" && data.startsWith(prefix) ? JSON.parse(data.slice(prefix.length)) : undefined;
  const sent = new Set();
  let unanswered = [];
  let current;

  window.WebSocket = class extends WebSocket {
    constructor(...args) {
      super(...args);
      this.addEventListener("message", ({ data }) => this.heard(parse(data, "42/board,") ?? []));
      this.addEventListener("close", () => this.left());
    }

    send(data) {
      this.position = parse(data, "40/board,")?.position ?? this.position;
      const [name, ops] = parse(data, "42/board,") ?? [];
      for (const { id } of name === "ops" ? ops : []) {
        if (sent.has(id)) continue; // it was on its way when another connection broke
        sent.add(id);
        unanswered.push(id);
        note("sent", id);
      }
      super.send(data);
    }

    close(...args) {
      this.left();
      super.close(...args);
    }

    heard([name, payload, offset]) {
      if (name === "welcome") {
        current = this;
        note("connect", payload.recovered, payload.sid, this.position);
      } else if (current !== this) return;
      else if (name === "resync") note("resync");
      else if (name === "op") {
        const { id, element } = payload;
        note("heard", element?.extra?.n ?? id, element?.color ?? null, offset);
      } else if (name === "ack") {
        const isOpen = (id) => Number(id.split(":")[1]) > payload.n;
        for (const id of unanswered) if (!isOpen(id)) note("answered", id, offset);
        unanswered = unanswered.filter(isOpen);
      }
    }

    left() {
      if (current !== this) return;
      current = undefined;
      note("disconnect");
    }
  };
}
