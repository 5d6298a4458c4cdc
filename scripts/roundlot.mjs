#!/usr/bin/env -S node --
// `npx roundlot …` from a checkout: the command line from its sources, in the caller's folder.
import { spawn, spawnSync } from "node:child_process"
import { constants } from "node:os"
import process from "node:process"
import { fileURLToPath, pathToFileURL } from "node:url"
import { createRequire } from "node:module"

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url))

const bootstrap = spawnSync(process.execPath, [path("./bootstrap.mjs")], { stdio: ["ignore", "inherit", "inherit"] })
if (bootstrap.status !== 0) process.exit(bootstrap.status ?? 1)

// The daemon serves it; the other verbs do not wait for it.
if (process.argv[2] === "start") {
  spawnSync(process.execPath, [path("./dashboard.mjs")], { stdio: ["ignore", "inherit", "inherit"] })
}

// Resolved from here, not from the caller's folder.
const tsx = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href
const child = spawn(
  process.execPath,
  [
    "--v8-pool-size=0",
    "-C",
    "@roundlot/source",
    "--import",
    tsx,
    "--",
    path("../packages/runner/src/main.ts"),
    ...process.argv.slice(2)
  ],
  { stdio: "inherit", env: { ...process.env, TSX_TSCONFIG_PATH: path("../tsconfig.base.json") } }
)

// Ctrl-C in a terminal reaches the child by itself, and a second SIGINT would mean "now"; everything else is passed on.
process.on("SIGINT", () => process.stdin.isTTY || child.kill("SIGINT"))
for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal))

// npx passes a signal to its shell only, which dies of it and leaves the command running.
if (process.env.npm_lifecycle_event === "npx") {
  const parent = process.ppid
  setInterval(() => process.ppid === parent || child.kill("SIGTERM"), 200).unref()
}

child.on("exit", (code, signal) => {
  process.exitCode = code ?? 128 + constants.signals[signal]
})
