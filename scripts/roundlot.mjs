#!/usr/bin/env -S node --v8-pool-size=0 --
// `npx roundlot …` from a checkout: the command line from its sources, in the caller's folder. Node takes no flag behind `--`:
// `--env-file` is the verb's.
import { spawn } from "node:child_process"
import { constants } from "node:os"
import process from "node:process"
import { fileURLToPath, pathToFileURL } from "node:url"
import { bootstrap } from "./bootstrap.mjs"

// npx passes a signal to its shell only, which dies of it and leaves the command running.
if (process.env.npm_lifecycle_event === "npx") {
  const parent = process.ppid
  const watch = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(watch)
    process.kill(process.pid, "SIGTERM")
  }, 200).unref()
}

bootstrap()
// The daemon serves it; the other verbs do not wait for it.
if (process.argv[2] === "start") (await import("./dashboard.mjs")).offerDashboard()
const { freshProgram } = await import("./bundle.mjs")
const folder = pathToFileURL(`${await freshProgram()}/`)
const words = process.argv.slice(2)
const { readsModule } = await import(new URL("settings/configFile.js", folder).href)
if (readsModule(words)) {
  // How TypeScript is read is said to Node when it starts.
  const node = ["--v8-pool-size=0", "-C", "@roundlot/source", "--import", import.meta.resolve("tsx")]
  const program = fileURLToPath(new URL("../packages/runner/src/main.ts", import.meta.url))
  const child = spawn(process.execPath, [...node, program, ...words], { stdio: "inherit" })
  for (const signal of ["SIGHUP", "SIGINT", "SIGTERM"]) process.on(signal, () => child.kill(signal))
  child.on("exit", (code, signal) => process.exit(code ?? 128 + constants.signals[signal]))
} else {
  await import(new URL("main.js", folder).href)
}
