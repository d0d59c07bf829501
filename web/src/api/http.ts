/** Requests to the server: JSON in, JSON out, and every error as a sentence with its problems. */

import type { Problem } from "../graph/errors.ts";
import type { Json } from "../graph/json.ts";
import { say } from "../texts/texts.ts";

/** What the server answered instead, or that it could not be reached (`status` 0). */
export class ServerError extends Error {
  readonly status: number;
  readonly code: string;
  readonly problems: readonly Problem[];

  constructor(status: number, code: string, message: string, problems: readonly Problem[] = []) {
    super(message);
    this.name = "ServerError";
    this.status = status;
    this.code = code;
    this.problems = problems;
  }
}

export interface Asked {
  readonly method?: string;
  readonly json?: Json | object;
  readonly body?: BodyInit;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** The answer, whatever its kind. Throws ServerError unless it is a success (or not modified). */
export async function ask(path: string, asked: Asked = {}): Promise<Response> {
  const {
    method = asked.json === undefined && asked.body === undefined ? "GET" : "POST",
    json,
    body,
    headers,
    signal,
  } = asked;
  const init: RequestInit = {
    method,
    credentials: "same-origin",
    headers: { ...(json === undefined ? {} : { "Content-Type": "application/json" }), ...headers },
    ...(json === undefined ? {} : { body: JSON.stringify(json) }),
    ...(body === undefined ? {} : { body }),
    ...(signal ? { signal } : {}),
  };
  let answer: Response;
  try {
    answer = await fetch(path, init);
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new ServerError(0, "unreachable", say("line.down"));
  }
  if (answer.ok || answer.status === 304) return answer;
  throw await failure(answer);
}

/** As `ask`, read as JSON of the type the caller knows from the API. */
export async function askJson<T>(path: string, asked: Asked = {}): Promise<T> {
  const answer = await ask(path, asked);
  return (await answer.json()) as T;
}

async function failure(answer: Response): Promise<ServerError> {
  try {
    const { error } = (await answer.json()) as {
      readonly error: {
        readonly code: string;
        readonly message: string;
        readonly problems?: readonly Problem[];
      };
    };
    return new ServerError(answer.status, error.code, error.message, error.problems);
  } catch {
    return new ServerError(
      answer.status,
      "unexpected",
      `The server answered with ${answer.status}.`,
    );
  }
}
