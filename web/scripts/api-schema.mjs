/**
 * The types in src/api/schema.ts, from an OpenAPI document.
 * Only the bodies: paths of stock graphs and the graph file's own schema are left out.
 */
import openapi, { astToString } from "openapi-typescript";

const HEAD =
  "/** Made by `npm run api-types` from the server's OpenAPI document; not edited by hand. */\n/* eslint-disable */\n\n";

export async function typesFrom(whole) {
  const schemas = Object.fromEntries(
    Object.entries(whole.components.schemas).map(([name, schema]) => [
      name,
      /^Graph(?!s?Json)/.test(name) ? {} : schema,
    ]),
  );
  const document = { openapi: whole.openapi, info: whole.info, paths: {}, components: { schemas } };
  return HEAD + astToString(await openapi(document, { immutable: true, alphabetize: true }));
}
