/**
 * The last step of the build: puts the client bundle that classic pages load beside the page, and a compressed copy beside
 * every file that gets smaller by it; the server sends those as they lie.
 */
import { copyFileSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const page = fileURLToPath(new URL("../../backend/whiteboard/web/page/", import.meta.url));
const client = join(dirname(createRequire(import.meta.url).resolve("socket.io-client/package.json")), "dist");

for (const name of ["socket.io.js", "socket.io.js.map"]) copyFileSync(join(client, name), join(page, name));

for (const entry of readdirSync(page, { recursive: true, withFileTypes: true })) {
  const path = join(entry.parentPath ?? entry.path, entry.name);
  if (!entry.isFile() || !/\.(html|js|css|svg|map|json)$/.test(entry.name)) continue;
  const plain = readFileSync(path);
  const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY } };
  for (const [ending, small] of [
    [".gz", gzipSync(plain, { level: 9 })],
    [".br", brotliCompressSync(plain, quality)],
  ]) {
    if (small.length < plain.length) writeFileSync(path + ending, small);
  }
}
