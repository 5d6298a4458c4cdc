import { text as texts } from "@roundlot/queries"
import * as Options from "@effect/cli/Options"
import { Retention } from "@roundlot/core/ledger"
import { Effect } from "effect"
import { accountNames, duration } from "@roundlot/commands"
import * as flags from "../terminal/flags.ts"
import { Output } from "../terminal/Output.ts"
import * as confirm from "../terminal/confirm.ts"
import * as Verb from "../terminal/Verb.ts"
import { writing } from "../within.ts"

const AGE = "payloads-older-than"

/** `store retain`. */
export const storeRetain = Verb.make({
  name: "store retain",
  summary: "delete the bytes of old requests and responses; their hashes stay, and the deletion is journaled",
  examples: [
    ["roundlot store retain --payloads-older-than 90d --dry-run", "show how many"],
    ["roundlot store retain --payloads-older-than 90d", "delete them"]
  ],
  flags: {
    ...flags.place,
    age: Options.text(AGE).pipe(Options.withDescription("Minimum age with a unit: 90d, 36h")),
    plan: Options.boolean("plan").pipe(Options.withDescription("The same as --dry-run")),
    dryRun: confirm.dryRun
  },
  run: ({ age, dryRun, plan, ...where }) =>
    Effect.gen(function* () {
      const olderThanMs = yield* duration.durationMs(age, `--${AGE}`)
      yield* writing(where, () =>
        Effect.gen(function* () {
          const { answer } = yield* Output
          const isPlan = plan || dryRun
          const { bytes, kept, payloads } = yield* Retention.run({ olderThanMs, actor: accountNames.ACTOR, isPlan })
          const done = isPlan ? "would be deleted" : "were deleted"
          const text = `Bytes of ${texts.counted(payloads, "payload")} ${done}, ${bytes} in all; their hashes stay. ${kept} are kept: their orders have not ended.`
          yield* answer({ payloads, bytes, kept, done: !isPlan }, text)
        })
      )
    })
})
