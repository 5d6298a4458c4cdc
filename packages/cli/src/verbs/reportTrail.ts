import { journal, trail as views } from "@roundlot/queries"
import { Effect, Stream } from "effect"
import { accountNames } from "@roundlot/commands"
import * as flags from "../terminal/flags.ts"
import { Output } from "../terminal/Output.ts"
import * as Verb from "../terminal/Verb.ts"
import { reading } from "../within.ts"

/** `report trail`. */
export const reportTrail = Verb.make({
  name: "report trail",
  summary:
    "export the audit trail of a period: trades, allocations, fills and corrections, each with journal entry and hash",
  examples: [
    [
      "roundlot report trail --since 2026-01-01 --until 2026-04-01 > q1.csv",
      "a quarter, safe to open in a spreadsheet program"
    ],
    ["roundlot report trail --as-of 812 --json", "as of feed position 812, one object a line"]
  ],
  flags: { ...flags.place, ...flags.period, account: flags.ofAccount, asOf: flags.asOf },
  run: (asked) =>
    reading(asked, () =>
      Effect.gen(function* () {
        const { isJson, note, raw } = yield* Output
        yield* accountNames.expectKnown(asked.account)
        const found = yield* views.trail(asked)
        const lines = isJson ? Stream.map(found, (row) => `${JSON.stringify(row)}\n`) : views.csvOf(found)
        yield* Stream.runForEach(lines, raw)
        const { hash, position } = yield* journal.head
        yield* note(`Store at ${position}:${hash}; 'roundlot audit --anchor' checks everything before it.`)
      })
    )
})
