import type { SqlError } from "@effect/sql/SqlError"
import { Clock } from "@roundlot/core"
import { Books, type Table, TradeRepository, type Column } from "@roundlot/core/adapter"
import { Segments } from "@roundlot/store-sql"
import { Effect } from "effect"
import { type Send, theOne } from "./asking.ts"
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
    const cells = columns.map((column) => arrayText(statements.cellsOf(Books.tables[table], column, rows)))
    const counted = theOne(text, yield* send<{ readonly count: number }>(text, cells))
    const done = Effect.filterOrDieMessage(
      counted,
      ({ count }) => count === rows.length,
      `${kind} of ${table} did not find each of the ${rows.length} rows that were to be changed`
    )
    return { table, done }
  })

const sendSegments = (send: Send, kept: ReadonlyArray<Segments.Kept>) =>
  Effect.gen(function* () {
    const segments = kept.flatMap((each) => each.segments)
    const mentions = kept.flatMap((each) => each.mentions)
    const appended = yield* send(statements.appendSegments, statements.segmentColumns(segments).map(arrayText))
    const added = yield* send(statements.addMentions, statements.mentionColumns(mentions).map(arrayText))
    return [appended, added].map((done): Sent => ({ table: "journal", done }))
  })

const sendHeads = (send: Send, parts: ReadonlyArray<TradeRepository.JournalPart>) =>
  Effect.map(
    send(statements.setHeads, [
      parts.map(({ account }) => account),
      parts.map(({ head }) => head.seq),
      parts.map(({ head }) => head.hash)
    ]),
    (done): Sent => ({ table: "journal", done })
  )

/** To make so many rows ready holds the thread for some milliseconds. */
const AT_ONCE = 500

/** To make fewer holds it for less than others would mind. */
const MANY = 50

/** Others have the thread where so many rows were made ready. */
const turnAfter = (rows: number): Effect.Effect<void> => (rows > MANY ? Clock.turn : Effect.void)

/** Sends rows in parts, with a turn after each. */
const inParts = <A>(rows: ReadonlyArray<A>, sendPart: (part: ReadonlyArray<A>) => Effect.Effect<Sent>) =>
  Effect.gen(function* () {
    const sent: Array<Sent> = []
    for (let from = 0; from < rows.length; from += AT_ONCE) {
      const part = rows.slice(from, from + AT_ONCE)
      sent.push(yield* sendPart(part))
      yield* turnAfter(part.length)
    }
    return sent
  })

/** Sends what is appended to journals, those of many short parts together. */
const sendJournals = (send: Send, journals: ReadonlyArray<TradeRepository.JournalPart>) =>
  Effect.gen(function* () {
    const sent: Array<Sent> = []
    let kept: Array<Segments.Kept> = []
    let entries = 0
    for (const [i, part] of journals.entries()) {
      kept.push(Segments.keptOf(part))
      entries += part.entries.length
      if (entries < AT_ONCE && i < journals.length - 1) continue
      sent.push(...(yield* sendSegments(send, kept)))
      yield* turnAfter(entries)
      kept = []
      entries = 0
    }
    return sent
  })

const steps = statements.steps(Books.tables)

/** Has new rows encoded, table by table: they are from then on, and whoever counts their ids does not encode all of them at once. */
export const makeReady = (changes: ReadonlyArray<Books.TableChanges>): Effect.Effect<void> =>
  Effect.forEach(changes, ({ inserts }) => turnAfter(inserts.length), { discard: true })

/** Sends all that a commit writes, one table behind the other: while the server writes one, the next one is made ready. */
export const sendAll = (send: Send, commitId: string, { changes, journals }: Writing) =>
  Effect.gen(function* () {
    const sent: Array<Sent> = []
    for (const step of steps) {
      const rows = changes.flatMap((change) => (change.table === step.table ? change[step.kind] : []))
      sent.push(...(yield* inParts(rows, (part) => sendRows(send, step, part))))
    }
    sent.push(...(yield* sendJournals(send, journals)))
    if (journals.length > 0) sent.push(yield* sendHeads(send, journals))
    const remembered = yield* send(statements.remember, [commitId, TradeRepository.rememberedAs(journals)])
    return [...sent, { table: "journal", done: remembered }]
  })

type Writing = Pick<TradeRepository.Planned<unknown>, "changes" | "journals">

const SPECIAL = /["\\]/g

const textOf = (cell: Column.Cell): string => {
  if (cell === null) return "NULL"
  if (typeof cell === "number") return String(cell)
  if (typeof cell === "string") return `"${cell.replace(SPECIAL, "\\$&")}"`
  return `"\\\\x${Buffer.from(cell.buffer, cell.byteOffset, cell.byteLength).toString("hex")}"`
}

/**
 * Cells as the text of a Postgres array. `pg` can write one too, with two passes over each cell, which was a tenth of a write's time;
 * here the cells of a column, of which many are those of the row before, are written once as long as they stay the same.
 */
export const arrayText = (cells: ReadonlyArray<Column.Cell>): string => {
  let last: Column.Cell = null
  let lastText = "NULL"
  let text = "{"
  for (const [i, cell] of cells.entries()) {
    if (cell !== last) {
      last = cell
      lastText = textOf(cell)
    }
    text += i === 0 ? lastText : `,${lastText}`
  }
  return `${text}}`
}
