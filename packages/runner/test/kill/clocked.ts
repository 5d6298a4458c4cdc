import { Effect } from "effect"
import process from "node:process"
import { run } from "../../src/cli/run.ts"
import { jumping } from "./jumping.ts"

const stopped = Effect.async<void>((resume) => {
  process.once("SIGTERM", () => resume(Effect.void))
})

const streams = {
  out: (text: string) => void process.stdout.write(text),
  err: (text: string) => void process.stderr.write(text)
}

/** The command line on a machine whose clock is set while it runs. */
export const main = async (): Promise<void> => {
  process.exitCode = await Effect.runPromise(
    run(process.argv.slice(2), process.env, streams, stopped).pipe(Effect.withClock(jumping()))
  )
  process.removeAllListeners("SIGTERM").removeAllListeners("SIGUSR2")
}
