import * as Options from "@effect/cli/Options"
import * as Prompt from "@effect/cli/Prompt"
import { OrderTerms } from "@roundlot/core/adapter"
import { Batch, Template } from "@roundlot/core/ledger"
import { Effect, Option } from "effect"
import { UsageError, unknownWord } from "@roundlot/commands/errors"
import { batchTerms } from "@roundlot/commands"
import { isAtTerminal, NotConfirmed } from "../terminal/confirm.ts"
import * as flags from "../terminal/flags.ts"
import { TradeRow } from "@roundlot/imports"

const { text } = flags

const separators = { comma: ",", semicolon: ";", tab: "\t", bar: "|" } as const

/** What a new batch is told, and a template may say. */
export const ofBatch = {
  account: flags.account,
  mode: Options.choice("mode", Batch.batchModes).pipe(
    Options.withDescription(
      "execute: one order per row; accumulate: into the positions. Default: execute if every row has a limit price; otherwise a prompt"
    ),
    Options.optional
  ),
  priority: Options.integer("priority").pipe(
    Options.withDescription("Priority: higher numbers run first; default 0"),
    Options.optional
  )
}

/** How the orders of its rows are sent. */
export const ofOrders = {
  session: Options.choice("session", OrderTerms.sessions).pipe(
    Options.withDescription("Trading session for rows without their own; default: from the source or account settings"),
    Options.optional
  ),
  timeInForce: Options.choice("time-in-force", OrderTerms.policyTimesInForce).pipe(
    Options.withDescription("Time in force for rows without their own; default: from the source or account settings"),
    Options.optional
  )
}

/** How a file is written, and whose its trades are. */
export const ofFile = {
  source: text("source", "Source of the trades; source and source id identify a trade. Default: batch"),
  columns: text("columns", "Column mapping: ours=theirs,…; price= means no such column"),
  separator: Options.choiceWithValue("separator", [
    ["comma", separators.comma],
    ["semicolon", separators.semicolon],
    ["tab", separators.tab],
    ["bar", separators.bar]
  ]).pipe(Options.withDescription("Field separator; default: guessed from the header"), Options.optional),
  decimal: Options.choice("decimal", Template.decimals).pipe(
    Options.withDescription("Number format: 1234.5 or 1.234,5; default: detected if unambiguous, otherwise a prompt"),
    Options.optional
  ),
  dates: Options.choice("dates", Template.dateOrders).pipe(
    Options.withDescription("Date format: 2026-11-20, 20.11.2026 or 11/20/2026; default as above"),
    Options.optional
  ),
  zone: text("zone", "Time zone of times without one: Europe/Berlin, or an offset such as -05:00"),
  ...ofOrders,
  skip: Options.integer("skip").pipe(
    Options.withDescription("Lines to skip before the header; default: detected"),
    Options.optional
  )
}

/** The template whose terms hold where no flag says otherwise. */
export const ofTemplate = {
  template: text("template", "Template saved with 'batches templates save'; flags override it")
}

/** The flags that say how a batch is to be, and how its file is written. */
type TermFlags = BatchFlags & FileFlags

interface BatchFlags {
  readonly account: Option.Option<string>
  readonly mode: Option.Option<Batch.BatchMode>
  readonly priority: Option.Option<number>
}

interface FileFlags {
  readonly source: string | undefined
  readonly columns: string | undefined
  readonly separator: Option.Option<(typeof Template.separators)[number]>
  readonly decimal: Option.Option<(typeof Template.decimals)[number]>
  readonly dates: Option.Option<(typeof Template.dateOrders)[number]>
  readonly zone: string | undefined
  readonly session: Option.Option<OrderTerms.Session>
  readonly timeInForce: Option.Option<(typeof OrderTerms.policyTimesInForce)[number]>
  readonly skip: Option.Option<number>
}

/** What flags say of a batch, and nothing of what they leave out. */
export const termsOf = (asked: TermFlags): Effect.Effect<Template.TemplateTerms, UsageError> =>
  Effect.gen(function* () {
    const columns = yield* readColumns(asked.columns)
    return batchTerms.given({
      account: Option.getOrUndefined(asked.account),
      mode: Option.getOrUndefined(asked.mode),
      priority: Option.getOrUndefined(asked.priority),
      source: asked.source,
      columns,
      separator: Option.getOrUndefined(asked.separator),
      decimal: Option.getOrUndefined(asked.decimal),
      dates: Option.getOrUndefined(asked.dates),
      zone: asked.zone,
      session: Option.getOrUndefined(asked.session),
      timeInForce: Option.getOrUndefined(asked.timeInForce),
      skip: Option.getOrUndefined(asked.skip)
    })
  })

/** What a person at the terminal may choose; what the cursor is on first does nothing. */
const modeChoices = [
  { title: "neither: cancel", value: undefined },
  { title: "accumulate: into the positions", value: "accumulate" as const },
  { title: "execute: one order per row", value: "execute" as const }
]

/** Has a person at the terminal choose the mode of a batch; a script has to say it. */
const chosenMode = ({ message }: Batch.ModeNotNamed) =>
  Effect.gen(function* () {
    if (!isAtTerminal()) {
      const remedy = "Choose --mode execute (one order per row) or --mode accumulate (into the positions)"
      return yield* new UsageError({ problem: message, remedy, field: "mode" })
    }
    const asked = Prompt.select({ message, choices: modeChoices })
    const mode = yield* Effect.orElseSucceed(asked, () => undefined)
    return mode ?? (yield* new NotConfirmed())
  })

/** Does something with a batch whose mode may not be named; where it has to be, it is asked for. */
export const withMode = <Asked extends { readonly mode: Batch.BatchMode | undefined }, A, E, R>(
  act: (asked: Asked) => Effect.Effect<A, E | Batch.ModeNotNamed, R>,
  asked: Asked
) =>
  Effect.catchIf(
    act(asked),
    (error) => error instanceof Batch.ModeNotNamed,
    (open) => Effect.flatMap(chosenMode(open), (mode) => act({ ...asked, mode }))
  )

/** One of our column names: `source_id`, or `sourceId`. */
export const fieldOf = (flag: string, word: string): Effect.Effect<TradeRow.Field, UsageError> => {
  const snake = word.trim().replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
  const field = TradeRow.known.find((each) => each === snake)
  return field === undefined ? Effect.fail(unknownWord(`${flag} column`, word, TradeRow.known)) : Effect.succeed(field)
}

/** The file's own names of its columns, `symbol=Ticker,price=`. */
export const readColumns = (text: string | undefined): Effect.Effect<TradeRow.Columns | undefined, UsageError> =>
  Effect.gen(function* () {
    if (text === undefined) return undefined
    const pairs = yield* Effect.forEach(text.split(","), (pair) =>
      Effect.gen(function* () {
        const [name = "", ...given] = pair.split("=")
        if (given.length === 0) {
          return yield* new UsageError({
            problem: `--columns '${pair}' is not a pair`,
            remedy: "Write ours=theirs, such as symbol=Ticker"
          })
        }
        return [yield* fieldOf("--columns", name), given.join("=").trim()] as const
      })
    )
    return Object.fromEntries(pairs)
  })
