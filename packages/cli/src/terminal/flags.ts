import * as Args from "@effect/cli/Args"
import * as Options from "@effect/cli/Options"
import { age } from "@roundlot/core/ledger"
import { Option } from "effect"

/** The flags of every verb that needs a store. */
export const place = {
  store: Options.text("store").pipe(
    Options.withDescription(
      "Where the books are: sqlite:PATH or postgres://USER@HOST/DATABASE. Variable ROUNDLOT_STORE; default sqlite:.roundlot/roundlot.db"
    ),
    Options.optional
  ),
  config: Options.text("config").pipe(
    Options.withDescription("The configuration; default roundlot.json or roundlot.config.ts where there is one"),
    Options.optional
  ),
  envFile: Options.text("env-file").pipe(
    Options.withDescription("A file of KEY=value lines; they win over the environment"),
    Options.optional
  ),
  paper: Options.text("paper").pipe(
    Options.withDescription("The paper exchange's file; default beside the store"),
    Options.optional
  ),
  json: Options.boolean("json").pipe(
    Options.withDescription("One JSON document on the standard output, everything else on the standard error")
  )
}

/** The flags of every verb that shows records. */
export const view = {
  ...place,
  wide: Options.boolean("wide").pipe(
    Options.withDescription(
      "All columns and whole texts, although the terminal is narrower; what is piped has them anyway"
    )
  )
}

/** The account that is meant. */
export const account = Options.text("account").pipe(
  Options.withDescription("The account; default the only one, or 'paper' on a new store"),
  Options.optional
)

/** Why an operator decides as he does: on record with the verdict. */
export const reason = Options.text("reason").pipe(Options.withDescription("Why; it goes on record"))

/** The id that makes a command happen once. */
export const commandId = Options.text("command-id").pipe(
  Options.withDescription("Makes it happen once: the same id again is answered with its first result"),
  Options.optional
)

/** Asks only what would follow. */
export const dryRun = Options.boolean("dry-run").pipe(
  Options.withDescription("Show what would follow, in entries and orders; write and send nothing")
)

/** A text that may be left away. */
export const text = (name: string, description: string): Options.Options<string | undefined> =>
  Options.text(name).pipe(Options.withDescription(description), Options.optional, Options.map(Option.getOrUndefined))

/** Which part of a list. */
export const page = {
  limit: Options.integer("limit").pipe(
    Options.withDescription("How many at most; 0 for all; default 100"),
    Options.optional,
    Options.map(Option.getOrUndefined)
  ),
  cursor: text("cursor", "Go on where a page ended: its nextCursor"),
  order: text("order", "oldest or newest first; default newest, with --json oldest"),
  count: Options.boolean("count").pipe(Options.withDescription("Say how many there are in all: from 10,000 on about"))
}

/** Sums in place of records. */
export const totals = Options.boolean("totals").pipe(
  Options.withDescription("Print what all matching records come to, up to 10,000 of them, in place of the records")
)

/** A period of time. */
export const period = {
  since: text("since", "From this date or time on"),
  until: text("until", "Before this date or time")
}

/** The moment of which a record is asked. */
export const asOf = text(
  "as-of",
  "As it stood then: a position of the feed ('journal head' prints the newest), or a time"
)

/** The position that a verb is about. */
export const position = {
  account: Options.text("account").pipe(Options.withDescription("Whose; default the only one"), Options.optional),
  symbol: Args.text({ name: "SYMBOL" }).pipe(Args.withDescription("The symbol"))
}

/** The account that a list is about. */
export const ofAccount = text("account", "Only this account's")
/** The symbol that a list is about. */
export const ofSymbol = text("symbol", "Only this symbol's")

/** The id of a record. */
export const id = (description: string): Args.Args<string> =>
  Args.text({ name: "ID" }).pipe(Args.withDescription(description))

/** What people call a batch. */
export const batchName = Options.text("name").pipe(Options.withDescription("What people call it"))

/** What becomes of trades of long ago. */
export const backfill = Options.choice("backfill", age.backfills).pipe(
  Options.withDescription(
    "Trades older than the account's maxTradeAge: orders counts and orders them like new; hedged counts them and books that the broker holds them, so that nothing is ordered; record keeps them and never counts them. Default on a paper account: orders; a live account holds them until they are released"
  ),
  Options.optional
)
