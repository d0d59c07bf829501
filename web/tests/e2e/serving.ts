/** One real server with the demo model for all browser tests, on data of its own. */

import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  interface ProvidedContext {
    url: string;
  }
}

const ROOT = join(import.meta.dirname, "../../..");

/** A server as a process: where it is, and how it ends. */
export interface Served {
  readonly url: string;
  readonly process: ChildProcess;
  readonly stop: () => Promise<void>;
}

/** The command of the checkout, unless another is named. */
export function command(): string {
  return process.env.LATENTGRAPH ?? join(ROOT, ".venv", "bin", "latentgraph");
}

export async function serve(data: string, port = 0): Promise<Served> {
  const web = process.env.LATENTGRAPH_WEB ?? join(ROOT, "web", "dist");
  if (!existsSync(join(web, "index.html")))
    throw new Error("The editor is not built: run `make web-build`.");
  cpSync(join(import.meta.dirname, "nodes"), join(data, "nodes"), { recursive: true });
  const env = { ...process.env, LATENTGRAPH_CACHE: join(data, "cache"), OMP_NUM_THREADS: "1" };
  const args = [
    "serve",
    "--port",
    String(port),
    "--data",
    join(data, "data"),
    "--web",
    web,
    "--nodes",
    join(data, "nodes"),
  ];
  const child = spawn(command(), args, { env, stdio: ["ignore", "pipe", "pipe"] });
  try {
    const url = await address(child);
    await ready(url);
    return { url, process: child, stop: () => stopped(child) };
  } catch (error) {
    await stopped(child); // nobody else knows of it
    throw error;
  }
}

/** The address from the first line that the server says. */
function address(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = "";
    const hear = (chunk: Buffer): void => {
      said += chunk.toString();
      const found = /at (http:\/\/\S+)/.exec(said)?.[1];
      if (found !== undefined) resolve(found);
    };
    child.stdout?.on("data", hear);
    child.stderr?.on("data", hear);
    child.once("exit", (code) => reject(new Error(`The server ended (${code}): ${said}`)));
  });
}

async function ready(url: string): Promise<void> {
  for (const end = Date.now() + 60_000; Date.now() < end;) {
    const { ok } = await fetch(`${url}/api/ready`);
    if (ok) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error("The server's worker did not start within a minute.");
}

function stopped(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) {
      resolve();
      return;
    }
    child.once("exit", () => resolve());
    child.kill("SIGTERM");
  });
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const data = mkdtempSync(join(tmpdir(), "latentgraph-e2e-"));
  const served = await serve(data);
  project.provide("url", served.url);
  return async () => {
    await served.stop();
    rmSync(data, { recursive: true, force: true });
  };
}
