import * as Args from "@effect/cli/Args"
import { Account, Decision, Fill, Order, Reads, Trade } from "@roundlot/core"
import { Id, type Table, type TradeRepository } from "@roundlot/core/adapter"
import { Allocation, Attempt, Batch, Break, Instrument, Job } from "@roundlot/core/ledger"
import { cases, sessions, templates, tokens } from "@roundlot/queries"
import { Effect, Option } from "effect"
import type { Reading } from "../Program.ts"
import * as flags from "../terminal/flags.ts"
import { Output } from "../terminal/Output.ts"
import * as Verb from "../terminal/Verb.ts"
import { reading } from "../within.ts"

type Words = Effect.Effect<ReadonlyArray<string>, TradeRepository.StoreError, Reading>

/** So many of a kind are looked at, the newest: nobody completes the id of what is older. */
const NEWEST = 1_000
/** Shells expand what they are offered: a symbol out of a file is nothing to run. */
const IS_PLAIN = /^[\w.:/@-]+$/
/** So many are offered. */
const OFFERED = 50

const newest = <R>(table: Table.Table<R>, wordOf: (record: R) => string): Words =>
  Effect.map(Reads.page(table, { descending: true, limit: NEWEST }), ({ items }) => items.map(wordOf))

const ids = <R extends { readonly id: number }>(table: Table.Table<R>, kind: Id.Kind): Words =>
  newest(table, ({ id }) => Id.format(kind, id))

const accounts = newest(Account.AccountTable, ({ name }) => name)
const symbols = newest(Instrument.InstrumentTable, ({ symbol }) => symbol)
const orders = ids(Order.OrderTable, "order")
const trades = ids(Trade.TradeTable, "trade")
const batches = ids(Batch.BatchTable, "batch")
const decisions = ids(Decision.DecisionTable, "decision")

/** What the verbs of a group are about. */
const ofGroup: Readonly<Record<string, Words>> = {
  account: accounts,
  accounts,
  allocations: ids(Allocation.AllocationTable, "allocation"),
  attempts: ids(Attempt.AttemptTable, "attempt"),
  batches,
  "batches templates": Effect.map(templates.list, ({ items }) => items.map(({ name }) => name)),
  breaks: ids(Break.BreakTable, "break"),
  cases: Effect.map(cases.list, (items) => items.map(({ id }) => id)),
  decisions,
  fills: ids(Fill.FillTable, "fill"),
  instruments: symbols,
  jobs: newest(Job.JobTable, ({ id }) => id),
  orders,
  positions: symbols,
  sessions: Effect.map(sessions.list, ({ items }) => items.map(({ id }) => id)),
  tokens: Effect.map(tokens.list, ({ items }) => items.map(({ name }) => name)),
  trades
}

/** The group of a verb, which is a word or two, and what is left of its path. */
const groupOf = (path: string): readonly [group: string, rest: ReadonlyArray<string>] => {
  const [first = "", second = "", ...rest] = path.split(" ")
  const two = `${first} ${second}`
  return Object.hasOwn(ofGroup, two) ? [two, rest] : [first, second === "" ? [] : [second, ...rest]]
}

/** Verbs of such a group whose word is a file, a type or a name of their own. */
const others = ["accounts add", "batches submit", "jobs enqueue", "tokens create", "trades import"]

const ofFlag: Readonly<Record<string, Words>> = {
  "--account": accounts,
  "--symbol": symbols,
  "--order-id": orders,
  "--trade-id": trades,
  "--decision-id": decisions,
  "--batch": batches
}

/** The flags that take what stands in the books. */
export const flagsOfRecords: ReadonlyArray<string> = Object.keys(ofFlag)

/** Does a verb take the id, the symbol or the name of a record? */
export const isOfRecords = (path: string): boolean => {
  const [group, rest] = groupOf(path)
  return Object.hasOwn(ofGroup, group) && rest.length === 1 && !others.includes(path)
}

const wordsOf = (of: string): Words => ofFlag[of] ?? ofGroup[groupOf(of)[0]] ?? Effect.succeed([])

/** Those that begin so, in any case, each once, without those that a shell would not take as they are. */
export const offered = (words: ReadonlyArray<string>, begins: string): ReadonlyArray<string> =>
  [...new Set(words)]
    .filter((word) => IS_PLAIN.test(word) && word.toUpperCase().startsWith(begins.toUpperCase()))
    .slice(0, OFFERED)

/** `complete`. */
export const complete = Verb.make({
  name: "complete",
  summary: "list ids, symbols and names in the books for completion",
  examples: [
    ["roundlot complete 'orders show' O1", "orders whose id starts with O1, newest first"],
    ["roundlot complete -- --symbol", "all known symbols"]
  ],
  flags: {
    ...flags.place,
    of: Args.text({ name: "OF" }).pipe(Args.withDescription("Verb or flag before the word")),
    word: Args.text({ name: "WORD" }).pipe(Args.withDescription("Beginning of the word"), Args.optional)
  },
  run: ({ of, word, ...where }) =>
    reading(where, () =>
      Effect.gen(function* () {
        const { answer } = yield* Output
        const begins = Option.getOrElse(word, () => "")
        const items = offered(yield* wordsOf(of), begins)
        yield* answer({ items }, items.join("\n"))
      })
    )
})
