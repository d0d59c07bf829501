/**
 * Finds a Chromium, and installs one where there is none: `node chromium.mjs`.
 *
 * As root on Debian and its like the distribution's package; otherwise playwright's own download.
 */

import { spawnSync } from "node:child_process";
import { accessSync, constants, existsSync } from "node:fs";
import { createRequire } from "node:module";
import process from "node:process";
import { delimiter, dirname, join } from "node:path";
import { chromium } from "playwright-core";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];

/**
 * The program of a Chromium on this machine, null where there is none.
 * @returns {string | null}
 */
export function findChromium() {
  const given = process.env.CHROMIUM;
  if (given) return given;
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    for (const name of NAMES) {
      const file = join(folder, name);
      if (runs(file)) return file;
    }
  }
  const own = chromium.executablePath();
  return existsSync(own) ? own : null;
}

/** @param {string} file */
function runs(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** @param {string} command @param {readonly string[]} args */
function run(command, args) {
  return (
    spawnSync(command, args, {
      stdio: "inherit",
      env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
    }).status === 0
  );
}

function install() {
  const root = process.getuid?.() === 0;
  if (root && existsSync("/usr/bin/apt-get")) {
    run("apt-get", ["update", "-qq"]);
    if (run("apt-get", ["install", "-y", "-qq", "--no-install-recommends", "chromium"])) return;
  }
  const package_ = createRequire(import.meta.url).resolve("playwright-core/package.json");
  run(process.execPath, [
    join(dirname(package_), "cli.js"),
    "install",
    ...(root ? ["--with-deps"] : []),
    "chromium",
  ]);
}

if (process.argv[1] === import.meta.filename) {
  if (findChromium() === null) install();
  const found = findChromium();
  if (found === null) {
    console.error("The browser tests need a Chromium: install one, or name it in CHROMIUM.");
    process.exit(1);
  }
  console.warn(`Chromium: ${found}`);
}
