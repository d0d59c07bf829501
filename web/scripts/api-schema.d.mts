/** The text of src/api/schema.ts for an OpenAPI document. */
export function typesFrom(whole: unknown): Promise<string>;
