import * as Options from "@effect/cli/Options"
import * as Prompt from "@effect/cli/Prompt"
import { OrderTerms } from "@roundlot/core/adapter"
import { Batch, Template } from "@roundlot/core/ledger"
import { Effect, Option } from "effect"
import { UsageError } from "@roundlot/commands/errors"
import { batchTerms } from "@roundlot/commands"
import { isAtTerminal, NotConfirmed } from "../terminal/confirm.ts"
import * as flags from "../terminal/flags.ts"
import { readColumns } from "./columnNames.ts"

const { text } = flags

const separators = { comma: ",", semicolon: ";", tab: "\t", bar: "|" } as const

/** What a new batch is told, and a template may say. */
export const ofBatch = {
  account: flags.account,
  mode: Options.choice("mode", Batch.batchModes).pipe(
    Options.withDescription(
      "execute: an order a row; accumulate: into the positions; default: execute where every row says a price, or it is asked for"
    ),
    Options.optional
  ),
  priority: Options.integer("priority").pipe(
    Options.withDescription("The higher, the sooner its turn; default 0"),
    Options.optional
  )
}

/** How the orders of its rows are sent. */
export const ofOrders = {
  session: Options.choice("session", OrderTerms.sessions).pipe(
    Options.withDescription(
      "In which session its orders are sent, where a row says nothing; default: as source or account say"
    ),
    Options.optional
  ),
  timeInForce: Options.choice("time-in-force", OrderTerms.policyTimesInForce).pipe(
    Options.withDescription("How long its orders work, where a row says nothing; default: as source or account say"),
    Options.optional
  )
}

/** How a file is written, and whose its trades are. */
export const ofFile = {
  source: text("source", "Where the trades come from: half of their identity. Default: batch"),
  columns: text("columns", "The file's own names: ours=theirs,…; price= says that there is none"),
  separator: Options.choiceWithValue("separator", [
    ["comma", separators.comma],
    ["semicolon", separators.semicolon],
    ["tab", separators.tab],
    ["bar", separators.bar]
  ]).pipe(
    Options.withDescription("What separates its fields; default: as the line with the names of its columns says"),
    Options.optional
  ),
  decimal: Options.choice("decimal", Template.decimals).pipe(
    Options.withDescription(
      "How its numbers are written: 1234.5 or 1.234,5; default: as the file says, or it is asked for"
    ),
    Options.optional
  ),
  dates: Options.choice("dates", Template.dateOrders).pipe(
    Options.withDescription("How its dates are written: 2026-11-20, 20.11.2026 or 11/20/2026; default as above"),
    Options.optional
  ),
  zone: text("zone", "The clock of its times that have no zone: Europe/Berlin, or an offset such as -05:00"),
  ...ofOrders,
  skip: Options.integer("skip").pipe(
    Options.withDescription("Lines before its header; default: those before the names of its columns"),
    Options.optional
  )
}

/** The template whose terms hold where no flag says otherwise. */
export const ofTemplate = {
  template: text("template", "A template's terms, as 'batches templates save' kept them; flags win")
}

/** The flags that say how a batch is to be, and how its file is written. */
export type TermFlags = BatchFlags & FileFlags

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
  { title: "neither: stop here", value: undefined },
  { title: "accumulate: into the positions", value: "accumulate" as const },
  { title: "execute: an order a row", value: "execute" as const }
]

/** Has a person at the terminal choose the mode of a batch; a script has to say it. */
const chosenMode = ({ message }: Batch.ModeNotNamed) =>
  Effect.gen(function* () {
    if (!isAtTerminal()) {
      const remedy = "Say --mode execute (an order a row) or --mode accumulate (into the positions)"
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
