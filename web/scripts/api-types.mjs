/** Writes src/api/schema.ts from a server's OpenAPI document: `npm run api-types -- FILE_OR_URL`. */
import { readFile, writeFile } from "node:fs/promises";
import process from "node:process";
import { typesFrom } from "./api-schema.mjs";

const source = process.argv[2] ?? "http://127.0.0.1:8188/api/openapi.json";
const text = /^https?:/.test(source)
  ? await (await fetch(source)).text()
  : await readFile(source, "utf8");
await writeFile(
  new URL("../src/api/schema.ts", import.meta.url),
  await typesFrom(JSON.parse(text)),
);
