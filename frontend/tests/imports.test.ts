import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

/** Which folder may import from which; README says the same. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  model: [],
  geometry: ["model"],
  sync: ["geometry", "model"],
  tools: ["geometry", "model"],
  render: ["geometry", "model"],
  files: ["render", "tools", "geometry", "model"],
  input: ["geometry"],
  ui: ["files", "input", "render", "tools", "sync", "geometry", "model"],
};

function violations(folder: string, source: string): string[] {
  const imported = [...source.matchAll(/from "\.\.\/(\w+)\//g)].map((match) => match[1] ?? "");
  return imported.filter((other) => !MAY_IMPORT[folder]?.includes(other));
}

test("imports point one way", () => {
  const src = fileURLToPath(new URL("../src/", import.meta.url));
  const folders = readdirSync(src, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  expect(folders.map(({ name }) => name).sort()).toEqual(Object.keys(MAY_IMPORT).sort());
  for (const { name } of folders) {
    for (const file of readdirSync(src + name).filter((file) => /\.tsx?$/.test(file))) {
      expect(violations(name, readFileSync(`${src}${name}/${file}`, "utf8")), `${name}/${file}`).toEqual([]);
    }
  }
});

test("a planted violation is found", () => {
  expect(violations("model", 'import { Session } from "../sync/session";')).toEqual(["sync"]);
});
