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
    Options.withDescription("Configuration file; default roundlot.json or roundlot.config.ts, if present"),
    Options.optional
  ),
  envFile: Options.text("env-file").pipe(
    Options.withDescription("File of KEY=value lines; they override the environment"),
    Options.optional
  ),
  paper: Options.text("paper").pipe(
    Options.withDescription("File of the paper exchange; default beside the store"),
    Options.optional
  ),
  json: Options.boolean("json").pipe(
    Options.withDescription("Print one JSON document to standard output, everything else to standard error")
  )
}

/** The flags of every verb that shows records. */
export const view = {
  ...place,
  wide: Options.boolean("wide").pipe(
    Options.withDescription(
      "Print all columns and full texts, even beyond the terminal's width; piped output always has them"
    )
  )
}

/** The account that is meant. */
export const account = Options.text("account").pipe(
  Options.withDescription("The account; default the only one, or 'paper' on a new store"),
  Options.optional
)

/** Why an operator decides as he does: on record with the verdict. */
export const reason = Options.text("reason").pipe(Options.withDescription("Reason, recorded in the journal"))

/** The id that makes a command happen once. */
export const commandId = Options.text("command-id").pipe(
  Options.withDescription("Idempotency key: a repeated id returns the first result and changes nothing"),
  Options.optional
)

/** Asks only what would follow. */
export const dryRun = Options.boolean("dry-run").pipe(
  Options.withDescription("Show the resulting entries and orders; write and send nothing")
)

/** A text that may be left away. */
export const text = (name: string, description: string): Options.Options<string | undefined> =>
  Options.text(name).pipe(Options.withDescription(description), Options.optional, Options.map(Option.getOrUndefined))

/** Which part of a list. */
export const page = {
  limit: Options.integer("limit").pipe(
    Options.withDescription("Maximum number of rows; 0 for all; default 100"),
    Options.optional,
    Options.map(Option.getOrUndefined)
  ),
  cursor: text("cursor", "Continue after the previous page: its nextCursor"),
  order: text("order", "Sort order: oldest or newest first; default newest, with --json oldest"),
  count: Options.boolean("count").pipe(Options.withDescription("Count all matching rows; an estimate from 10,000 on"))
}

/** Sums in place of records. */
export const totals = Options.boolean("totals").pipe(
  Options.withDescription(
    "Print the totals of the matching records, of the first 1,000 at most, instead of the records"
  )
)

/** A period of time. */
export const period = {
  since: text("since", "From this date or time on"),
  until: text("until", "Before this date or time")
}

/** The moment of which a record is asked. */
export const asOf = text("as-of", "State as of a feed position ('journal head' prints the newest) or a time")

/** The position that a verb is about. */
export const position = {
  account: Options.text("account").pipe(Options.withDescription("Account; default the only one"), Options.optional),
  symbol: Args.text({ name: "SYMBOL" }).pipe(Args.withDescription("The symbol"))
}

/** The account that a list is about. */
export const ofAccount = text("account", "Only this account's")
/** The symbol that a list is about. */
export const ofSymbol = text("symbol", "Only this symbol's")
/** Narrows a list or a report to what is of one beneficial owner. */
export const ofOwner = text("owner", "Only of this beneficial owner")

/** The id of a record. */
export const id = (description: string): Args.Args<string> =>
  Args.text({ name: "ID" }).pipe(Args.withDescription(description))

/** What people call a batch. */
export const batchName = Options.text("name").pipe(Options.withDescription("Its name"))

/** What becomes of trades of long ago. */
export const backfill = Options.choice("backfill", age.backfills).pipe(
  Options.withDescription(
    "Trades older than the account's maxTradeAge: orders counts and orders them like new ones; hedged counts them as already held at the broker and orders nothing; record keeps them and never counts them. Default: orders on a paper account; a live account quarantines them until released"
  ),
  Options.optional
)
