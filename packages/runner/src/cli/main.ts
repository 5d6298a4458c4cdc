import { Effect } from "effect"
import process from "node:process"
import { OwnProgram, READER } from "./ownProgram.ts"
import { run } from "./run.ts"

const SIGNALLED = 130

/** Ctrl-C reaches every process of a terminal, and npm passes what it gets on to its child: that is one signal. */
const SAME_MS = 500

/** The first signal asks the verb to end; a later one ends the process. */
const signalled = Effect.async<void>((resume) => {
  let firstAt: number | undefined
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => {
      firstAt ??= performance.now()
      if (performance.now() - firstAt > SAME_MS) process.exit(SIGNALLED)
      resume(Effect.void)
    })
  }
})

const streams = {
  out: (text: string) => void process.stdout.write(text),
  err: (text: string) => void process.stderr.write(text),
  isTerminal: process.stderr.isTTY,
  isOutTerminal: process.stdout.isTTY,
  columns: process.stdout.isTTY ? process.stdout.columns : process.stderr.columns
}

/** The program: runs the command line that this process was started with, and leaves its exit code. */
export const main = async (): Promise<void> => {
  if (process.argv[2] === READER) return (await import("../start/reader.ts")).serve()
  // A reader that has seen enough (`| head`) is no failure.
  process.stdout.on("error", () => process.exit(0))
  const own = [process.execPath, ...process.execArgv, process.argv[1] ?? ""]
  const ran = run(process.argv.slice(2), process.env, streams, signalled)
  process.exitCode = await Effect.runPromise(Effect.provideService(ran, OwnProgram, own))
  // Listeners for signals would keep the process alive.
  process.removeAllListeners("SIGINT").removeAllListeners("SIGTERM")
}
