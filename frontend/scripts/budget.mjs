/** Fails when the scripts of a first load, gzipped, are above the budget. Builds in memory; writes nothing. */
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "vite";

const BUDGET_BYTES = 150_000;

const root = fileURLToPath(new URL("..", import.meta.url));
const { output } = await build({ root, logLevel: "error", build: { write: false } });
const chunks = output.filter((file) => file.type === "chunk" && !file.isDynamicEntry);
const total = chunks.reduce((sum, { code }) => sum + gzipSync(code, { level: 9 }).length, 0);

console.log(`Scripts of a first load: ${total} of ${BUDGET_BYTES} bytes (gzip)`);
if (total === 0 || total > BUDGET_BYTES) process.exit(1);
