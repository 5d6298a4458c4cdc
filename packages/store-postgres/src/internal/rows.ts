import type { SqlError } from "@effect/sql/SqlError"
import { Books, Clock, type Table, TradeRepository } from "@roundlot/core"
import { Effect } from "effect"
import { type Send, theOne } from "./asking.ts"
import type { Planned } from "./planning.ts"
import * as statements from "./statements.ts"

/** What was sent for a table, and how to wait for it. */
interface Sent {
  readonly table: string
  readonly done: Effect.Effect<unknown, SqlError>
}

const sendRows = (
  send: Send,
  { columns, kind, table, text }: statements.WriteStep,
  rows: ReadonlyArray<Table.EncodedRow>
) =>
  Effect.gen(function* () {
    const cells = columns.map((column) => statements.cellsOf(Books.tables[table], column, rows))
    const counted = theOne(text, yield* send<{ readonly count: number }>(text, cells))
    const done = Effect.filterOrDieMessage(
      counted,
      ({ count }) => count === rows.length,
      `${kind} of ${table} did not find each of the ${rows.length} rows that were to be changed`
    )
    return { table, done }
  })

const sendHeads = (send: Send, parts: ReadonlyArray<TradeRepository.JournalPart>) =>
  send(statements.setHeads, [
    parts.map(({ account }) => account),
    parts.map(({ head }) => head.seq),
    parts.map(({ head }) => head.hash)
  ])

const steps = statements.steps(Books.tables)

/** Makes new rows of what was planned, once, table by table. */
export const makeReady = (changes: ReadonlyArray<Books.TableChanges>): Effect.Effect<void> =>
  Effect.forEach(changes, ({ inserts }) => (inserts.length > MANY ? Clock.turn : Effect.void), { discard: true })

/** To make so many rows ready holds the thread for some milliseconds. */
const AT_ONCE = 500
/** To make fewer holds it for less than others would mind. */
const MANY = 50

const partsOf = <A>(rows: ReadonlyArray<A>): ReadonlyArray<ReadonlyArray<A>> =>
  Array.from({ length: Math.ceil(rows.length / AT_ONCE) }, (_, i) => rows.slice(i * AT_ONCE, (i + 1) * AT_ONCE))

/** Sends all that a commit writes, one table behind the other: while the server writes one, the next one is made ready. */
export const sendAll = (send: Send, commitId: string, { changes, journals }: Writing) =>
  Effect.gen(function* () {
    const sent: Array<Sent> = []
    for (const step of steps) {
      const rows = changes.flatMap((change) => (change.table === step.table ? change[step.kind] : []))
      for (const part of partsOf(rows)) {
        sent.push(yield* sendRows(send, step, part))
        if (part.length > MANY) yield* Clock.turn
      }
    }
    for (const part of partsOf(journals.flatMap(({ entries }) => entries))) {
      sent.push({ table: "journal", done: yield* send(statements.appendEntries, statements.entryCells(part)) })
      if (part.length > MANY) yield* Clock.turn
    }
    if (journals.length > 0) sent.push({ table: "journal", done: yield* sendHeads(send, journals) })
    const remembered = yield* send(statements.remember, [commitId, TradeRepository.rememberedAs(journals)])
    return [...sent, { table: "journal", done: remembered }]
  })

type Writing = Pick<Planned<unknown>, "changes" | "journals">
