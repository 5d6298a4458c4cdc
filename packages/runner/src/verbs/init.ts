import * as Options from "@effect/cli/Options"
import * as FileSystem from "@effect/platform/FileSystem"
import { Effect } from "effect"
import { existsSync } from "node:fs"
import { carryingOut } from "@roundlot/commands"
import { Output, Verb, flags } from "@roundlot/cli"
import { StorePlace } from "@roundlot/daemon/configuration"
import { DEFAULT_CONFIGS, isModule } from "../settings/configFile.ts"

const STARTER = {
  store: StorePlace.DEFAULT_STORE,
  accounts: {
    paper: { broker: "paper", environment: "paper", direction: "mirror", lot: "1", shorting: "allowed" }
  },
  sources: { venue: { account: "paper", suffixes: ["s1"], symbols: {} } }
}

const explanation = (file: string): string =>
  [
    `${file} written. Its settings:`,
    "  store      where the books are; a flag --store or the variable ROUNDLOT_STORE overrides it",
    "  accounts   one entry per account: broker, environment, direction (mirror or offset), lot, threshold or",
    "             thresholdNotional, shorting (never or allowed), external (ignore or count), cancelOnFlip,",
    "             crossing (wait or refuse: direct orders while an order on the other side is live),",
    "             lotMethod (fifo, lifo, hifo or average: lot method of profit reports),",
    "             allocation (fifo, pro-rata or key: how an order's fills go to its trades), allocationKey (owners and weights: ann=60), cutOffs (when collected trades are ordered: 15:45, close-10m), fourEyes,",
    '             order ("market", or { "limitOffsetBp": 10, "lifeSeconds": 60 }: limit offset in basis points beyond the last price, cancelled after that time;',
    "             [5, 20, 50] in place of 10: one step further after each order that expires unfilled),",
    '             restrictedHours (nothing is sent then: "09:30-09:45"), resendWindow, limits.orderQuantity. Quantities are strings: "0.5"',
    "             listing (paper accounts: file of the exchange's symbols; default: about 800 built-in symbols)",
    "  sources    one entry per source of trades: its account, direction, suffixes of its symbols",
    '             (AAPLs1 is AAPL here), and replacements of names: "symbols": { "Apple": "AAPL" }',
    "Next: roundlot trades import FILE --source venue, then roundlot start"
  ].join("\n")

/** `init`. */
export const init = Verb.make({
  name: "init",
  summary: "write a starter configuration, with explanations",
  examples: [["roundlot init", `writes ${DEFAULT_CONFIGS[0]}`]],
  flags: {
    file: Options.text("config").pipe(
      Options.withDescription("File to write"),
      Options.withDefault(DEFAULT_CONFIGS[0])
    ),
    json: flags.place.json
  },
  run: ({ file }) =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const { answer } = yield* Output.Output
      const code = isModule(file) ? file : DEFAULT_CONFIGS.find((each) => isModule(each) && existsSync(each))
      if (code !== undefined && (isModule(file) || file === DEFAULT_CONFIGS[0])) {
        const why = `${code} is a code configuration, and 'init' writes JSON: name another file with --config`
        return yield* new carryingOut.CommandRefused({ why })
      }
      yield* fs.writeFileString(file, `${JSON.stringify(STARTER, null, 2)}\n`, { flag: "wx" }).pipe(
        Effect.mapError((error) => {
          const isThere = error._tag === "SystemError" && error.reason === "AlreadyExists"
          return new carryingOut.CommandRefused({
            why: isThere
              ? `${file} already exists and was not changed. Move it away, or name another with --config`
              : `${file} cannot be written (${error.message}). Check the folder and its permissions`
          })
        })
      )
      yield* answer({ written: file }, explanation(file))
    })
})
