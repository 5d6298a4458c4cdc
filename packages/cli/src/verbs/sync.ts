import * as Options from "@effect/cli/Options"
import { Sync } from "@roundlot/core/ledger"
import { synced as views } from "@roundlot/queries"
import { Effect } from "effect"
import { accountNames } from "@roundlot/commands"
import { UsageError } from "@roundlot/commands/errors"
import { syncing } from "@roundlot/daemon"
import * as detail from "../terminal/detail.ts"
import * as flags from "../terminal/flags.ts"
import { Output } from "../terminal/Output.ts"
import * as Verb from "../terminal/Verb.ts"
import { writing } from "../within.ts"
import { atBroker } from "./atBroker.ts"

const common = { ...flags.view, account: flags.account }

const MOST_DAYS = 30

/** `sync trades`. */
export const syncTrades = Verb.make({
  name: "sync trades",
  summary: "sync executions and orders from the broker, with corrections and commissions",
  examples: [
    ["roundlot sync trades --env-file ibkr.env", "the last 7 days, as far as the broker keeps them"],
    ["roundlot sync trades --lookback-days 2 --json", "counts as JSON"]
  ],
  flags: {
    ...common,
    lookbackDays: Options.integer("lookback-days").pipe(
      Options.withDescription("Number of days, 1 to 30; default 7. The broker may keep fewer"),
      Options.withDefault(Sync.LOOKBACK_DAYS)
    )
  },
  run: ({ account, lookbackDays, ...where }) =>
    writing(where, (settings) =>
      Effect.gen(function* () {
        const output = yield* Output
        if (lookbackDays < 1 || lookbackDays > MOST_DAYS) {
          const problem = `--lookback-days ${lookbackDays} is not from 1 to ${MOST_DAYS}`
          return yield* new UsageError({
            problem,
            remedy: "For older executions use the broker's statements: 'roundlot sync statement'"
          })
        }
        const name = yield* accountNames.sole(account)
        const here = Effect.map(Sync.syncTradesOnce({ account: name, lookbackDays }), views.tradesDocument)
        yield* output.status(`Asking the broker of ${name} …`)
        const synced = yield* atBroker(name, settings, here, {
          type: syncing.tradesSync.name,
          payload: { account: name, lookbackDays },
          result: views.TradesSynced
        })
        yield* output.answer(synced, (screen) => detail.format(synced, screen))
      })
    )
})

/** `sync positions`. */
export const syncPositions = Verb.make({
  name: "sync positions",
  summary: "record broker positions with their date",
  examples: [["roundlot sync positions --env-file ibkr.env", "then: roundlot positions list --broker"]],
  flags: common,
  run: ({ account, ...where }) =>
    writing(where, (settings) =>
      Effect.gen(function* () {
        const output = yield* Output
        const name = yield* accountNames.sole(account)
        const here = Effect.map(Sync.syncPositionsOnce({ account: name }), views.positionsDocument)
        yield* output.status(`Asking the broker of ${name} …`)
        const synced = yield* atBroker(name, settings, here, {
          type: syncing.positionsSync.name,
          payload: { account: name },
          result: views.PositionsSynced
        })
        yield* output.answer(synced, (screen) => detail.format(synced, screen))
      })
    )
})
