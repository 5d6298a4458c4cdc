import { Effect } from "effect"
import { createInterface } from "node:readline"
import { UsageError } from "@roundlot/commands/errors"

/** The first line of the standard input that has anything in it. */
export const pasted: Effect.Effect<string, UsageError> = Effect.async((resume) => {
  const lines = createInterface({ input: process.stdin })
  lines.on("line", (line) => {
    if (line.trim() === "") return
    resume(Effect.succeed(line))
    lines.close()
  })
  lines.on("close", () =>
    resume(
      Effect.fail(
        new UsageError({
          problem: "No address was pasted",
          remedy: "Log in at the address above, then paste the one that the browser shows"
        })
      )
    )
  )
  return Effect.sync(() => lines.close())
})
