import * as Args from "@effect/cli/Args"
import * as Options from "@effect/cli/Options"
import { accountNames } from "@roundlot/commands"
import { Statements } from "@roundlot/core/ledger"
import { StatementFile } from "@roundlot/imports"
import { statement as views } from "@roundlot/queries"
import { Effect, Option } from "effect"
import { basename } from "node:path"
import type { Settings } from "../Program.ts"
import * as flags from "../terminal/flags.ts"
import { Output } from "../terminal/Output.ts"
import * as Verb from "../terminal/Verb.ts"
import { reading, writing } from "../within.ts"

const ofFile = {
  ...flags.view,
  account: flags.account,
  file: Args.text({ name: "FILE" }).pipe(
    Args.withDescription("A Flex query as XML, Alpaca's activities or Schwab's transactions as JSON")
  ),
  broker: Options.choice("broker", StatementFile.brokers).pipe(
    Options.withDescription("Broker of the file; default: detected from its contents"),
    Options.optional,
    Options.map(Option.getOrUndefined)
  ),
  zone: flags.text(
    "zone",
    "Time zone of times and dates without one, such as America/New_York. Default for a Flex query: variable IB_TIME_ZONE"
  ),
  from: flags.text("from", "First date covered; default: the period in the file, else the date of its first row"),
  to: flags.text("to", "Last date covered")
}

interface Asked extends StatementFile.Options {
  readonly file: string
  readonly account: Option.Option<string>
}

/** A file beside the books of its account. */
const compared = ({ file, ...asked }: Asked, { variable }: Settings) =>
  Effect.gen(function* () {
    const account = yield* accountNames.sole(asked.account)
    const read = yield* StatementFile.read(file, { ...asked, flexZone: variable("IB_TIME_ZONE") })
    return { account, ...(yield* views.comparison(account, basename(file), read)) }
  })

/** `report statement`. */
export const reportStatement = Verb.make({
  name: "report statement",
  summary:
    "compare a broker's end-of-day file with the books; exit code 3 where they differ, 2 where it cannot be read",
  examples: [
    ["roundlot report statement flex.xml --account main --zone America/New_York", "a Flex query of yesterday, as XML"],
    [
      "roundlot report statement activities.json --account main --from 2026-01-02 --to 2026-01-02 --json",
      "Alpaca's activities of a day"
    ]
  ],
  flags: ofFile,
  run: (asked) =>
    reading(asked, (settings) =>
      Effect.gen(function* () {
        const output = yield* Output
        const { document } = yield* compared(asked, settings)
        if (views.isLook(document)) yield* output.look
        yield* output.answer(document, (screen) => views.text(document, screen))
      })
    )
})

/** `sync statement`. */
export const syncStatement = Verb.make({
  name: "sync statement",
  summary:
    "reconcile the books with a broker's end-of-day file: differences become breaks; exit code 3 where they differ",
  examples: [
    ["roundlot sync statement flex.xml --account main --zone America/New_York", "then: roundlot breaks list"],
    [
      "roundlot sync statement transactions.json --from 2026-01-05 --to 2026-01-05 --dry-run",
      "compare only; write nothing"
    ]
  ],
  flags: { ...ofFile, dryRun: Options.boolean("dry-run").pipe(Options.withDescription("Write nothing")) },
  run: ({ dryRun, ...asked }) =>
    writing(asked, (settings) =>
      Effect.gen(function* () {
        const output = yield* Output
        const { account, document, found } = yield* compared(asked, settings)
        const booked = yield* dryRun
          ? Statements.foresee(account, found)
          : Statements.book(account, found, accountNames.ACTOR)
        if (views.isLook(document)) yield* output.look
        const answer = { dryRun, ...document, breaks: booked }
        yield* output.answer(answer, (screen) => `${views.text(document, screen)}\n${views.bookedText(booked, dryRun)}`)
      })
    )
})
