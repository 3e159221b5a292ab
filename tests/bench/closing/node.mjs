// node.mjs <url> <clients> <pauseMs>: prints what `emitUntilClosed` resolves to.
import { createRequire } from "node:module";
import "./emit.js";

const frontend = createRequire(new URL("../../../frontend/package.json", import.meta.url));
const [url, clients, pauseMs] = process.argv.slice(2);
const told = await globalThis.emitUntilClosed(frontend("socket.io-client").io, url, { clients: +clients, pauseMs: +pauseMs });
console.log(JSON.stringify(told));
process.exit();
