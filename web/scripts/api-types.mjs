/**
 * Writes src/api/schema.ts from a server's OpenAPI document: `npm run api-types -- FILE_OR_URL`.
 * Only the bodies: paths of stock graphs and the graph file's own schema are left out.
 */
import { readFile, writeFile } from "node:fs/promises";
import process from "node:process";
import openapi, { astToString } from "openapi-typescript";

const source = process.argv[2] ?? "http://127.0.0.1:8188/api/openapi.json";
const text = /^https?:/.test(source)
  ? await (await fetch(source)).text()
  : await readFile(source, "utf8");
const whole = JSON.parse(text);
const schemas = Object.fromEntries(
  Object.entries(whole.components.schemas).map(([name, schema]) => [
    name,
    /^Graph(?!s?Json)/.test(name) ? {} : schema,
  ]),
);
const document = { openapi: whole.openapi, info: whole.info, paths: {}, components: { schemas } };
const made = astToString(await openapi(document, { immutable: true, alphabetize: true }));
const head =
  "/** Made by `npm run api-types` from the server's OpenAPI document; not edited by hand. */\n/* eslint-disable */\n\n";
await writeFile(new URL("../src/api/schema.ts", import.meta.url), head + made);
