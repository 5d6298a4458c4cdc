#!/usr/bin/env node
import { Effect, Fiber } from "effect"
import process from "node:process"
import { run } from "./cli/run.ts"

// A reader that has seen enough (`| head`) is no failure.
process.stdout.on("error", () => process.exit(0))

const SIGNALLED = 130

const fiber = Effect.runFork(
  run(process.argv.slice(2), process.env, {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text)
  })
)

let isStopping = false
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => {
    if (isStopping) process.exit(SIGNALLED)
    isStopping = true
    Effect.runFork(Fiber.interrupt(fiber))
  })
}

const exit = await Effect.runPromise(Fiber.await(fiber))
process.exitCode = exit._tag === "Success" ? exit.value : 1
