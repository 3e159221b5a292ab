import { defineConfig } from "vitest/config";

/** The page becomes part of the Python package; a server in development answers on port 3000. */
export default defineConfig({
  build: {
    outDir: "../backend/whiteboard/web/page",
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0, // no data: addresses, so that a strict content security policy holds
    modulePreload: { polyfill: false },
    license: { fileName: "licenses.md" }, // of what is bundled
  },
  server: {
    proxy: { "/api": "http://127.0.0.1:3000", "/socket.io": { target: "http://127.0.0.1:3000", ws: true } },
  },
  // One module graph for all files of a worker: half the time; no file of ours changes what another sees.
  test: { include: ["tests/**/*.test.ts"], environment: "node", isolate: false },
});
