#!/usr/bin/env -S node --v8-pool-size=0 --
// `npx roundlot …` from a checkout: the command line from its sources, in the caller's folder. Node takes no flag behind `--`:
// `--env-file` is the verb's.
import process from "node:process"
import { pathToFileURL } from "node:url"
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
await import(pathToFileURL(`${await freshProgram()}/main.js`).href)
