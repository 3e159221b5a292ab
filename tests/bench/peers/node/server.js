// Socket.IO's own server with its Redis Streams adapter, as their documentation starts them.
import { createServer } from "node:http";
import { createAdapter } from "@socket.io/redis-streams-adapter";
import { createClient } from "redis";
import { Server } from "socket.io";

const redis = createClient({ url: process.env.REDIS_URL });
await redis.connect();

const http = createServer();
const io = new Server(http, { adapter: createAdapter(redis), connectionStateRecovery: {} });

io.on("connection", (socket) => {
  const board = socket.handshake.query.board;
  socket.join(board);
  socket.on("drawing", (data) => socket.to(board).emit("drawing", data));
});

http.listen(Number(process.env.PORT), "127.0.0.1");
