import { type AccountName, Decimal, Fill, Instant, Order, Reads, Ticker } from "@roundlot/core"
import { shown } from "@roundlot/api/text"
import { Id, pin, type TradeRepository } from "@roundlot/core/adapter"
import type { Statements } from "@roundlot/core/ledger"
import { Effect, Schema } from "effect"
import { among } from "./listing.ts"
import { type Screen } from "./Screen.ts"
import { type Booked, compare, type Compared, type Difference, type Figure, type Stated } from "./statementRules.ts"
import * as Columns from "./table.ts"

export { type Booked, compare, type Compared, type Difference, type Figure, type Stated } from "./statementRules.ts"

/** A broker's file, as it was read. */
export interface Statement {
  readonly broker: string
  readonly period: {
    readonly from: Instant.Instant
    readonly until: Instant.Instant
    readonly dates: { readonly from: string; readonly to: string }
    readonly zone: string
    readonly by: "caller" | "file" | "rows"
  }
  readonly executions: ReadonlyArray<Stated>
  /** Rows that are executions, or may be, and cannot be read. */
  readonly unread: ReadonlyArray<{
    readonly line: number
    readonly item: number
    readonly execId: string | undefined
    readonly reason: string
    /** Of what it says. */
    readonly digest: string
  }>
  readonly kinds: ReadonlyMap<string, number>
  /** The broker's numbers of the accounts whose rows they are, where the file says them. */
  readonly accounts: ReadonlySet<string>
}

/** A file that is not of the account that it is held against: of another broker, or of another of its accounts. */
export class StatementOfAnother extends Schema.TaggedError<StatementOfAnother>()("StatementOfAnother", {
  file: Schema.String,
  account: Schema.String,
  /** What the file is of, and what the account is. */
  said: Schema.String,
  known: Schema.String
}) {
  override get message() {
    return `${shown(this.file)} is of ${shown(this.said)}, but account ${this.account} is ${this.known}: give the account of the file with --account, or a file of this account`
  }
}

/** A difference with its place: in the file, in the books, or both. What does not apply is null. */
export interface DifferenceDocument {
  readonly kind: Difference["kind"] | "unmatched_row"
  /** Of the file, and which of its rows it is; from 1. */
  readonly line: number | null
  readonly row: number | null
  readonly fill: string | null
  readonly execId: string | null
  readonly brokerOrderId: string | null
  readonly symbol: string | null
  readonly side: string | null
  readonly quantity: string | null
  readonly price: string | null
  readonly at: string | null
  /** What both say, where it differs. */
  readonly figures: ReadonlyArray<Figure>
  readonly reason: string | null
}

/** How a broker's file compares with the books of an account. */
export interface StatementDocument {
  readonly account: string
  readonly broker: string
  /** Both dates are in it; `by` says who said so: the caller, the file, or only the dates of its rows. */
  readonly period: {
    readonly from: string
    readonly to: string
    readonly zone: string
    readonly by: "caller" | "file" | "rows"
  }
  readonly executions: number
  readonly agreed: number
  /** Executions of which the file says a fee that the books do not know yet. */
  readonly feesUnknown: number
  /** Rows that are no execution which counts, by their kind. */
  readonly otherRows: Readonly<Record<string, number>>
  readonly differences: ReadonlyArray<DifferenceDocument>
}

/** A broker's file beside the books: as it is shown, and what the ledger keeps of it (STMT-5). */
export interface Comparison {
  readonly document: StatementDocument
  readonly found: Statements.Compared
}

/** STMT-1: a broker's file, of this name, against the canonical fills of an account. Nothing is written. */
export const comparison = (
  account: AccountName.AccountName,
  file: string,
  statement: Statement
): Effect.Effect<Comparison, StatementOfAnother | TradeRepository.StoreError, TradeRepository.TradeRepository> =>
  Effect.map(Effect.zipRight(isOf(account, file, statement), bookedOf(account, statement)), (booked) => {
    const { broker, unread } = statement
    const ids = new Set(unread.flatMap(({ execId }) => execId ?? []))
    const compared = compare(statement.executions, booked, ids)
    return {
      document: documentOfAll(account, statement, compared),
      found: {
        file,
        agreed: compared.settled,
        differences: [
          ...compared.differences.map((each) => keptOf({ broker, file }, each)),
          ...knownAgain(unread).map((each) => keptOfUnread({ broker, file }, each))
        ]
      }
    }
  })

/** STMT-2: a file says whose it is, or not; one that says another's is held against nothing. */
const isOf = (account: AccountName.AccountName, file: string, { accounts, broker }: Statement) =>
  Effect.gen(function* () {
    const settings = yield* Reads.account(account)
    if (settings === undefined) return
    const number = settings.brokerAccountId
    const other = number === undefined ? undefined : [...accounts].find((each) => each !== number)
    const isOfOtherBroker = broker !== settings.broker && brokersOfFiles.has(settings.broker)
    if (other === undefined && !isOfOtherBroker) return
    return yield* new StatementOfAnother({
      file,
      account,
      said: isOfOtherBroker || other === undefined ? broker : `${broker} account ${pin.masked(other)}`,
      known: number === undefined ? settings.broker : `${settings.broker} ${pin.masked(number)}`
    })
  })

/** Brokers whose files are read: an account at another one may have a broker of its own behind it. */
const brokersOfFiles: ReadonlySet<string> = new Set(["alpaca", "ibkr", "schwab"])

const documentOfAll = (
  account: AccountName.AccountName,
  { broker, executions, kinds, period, unread }: Statement,
  { agreed, differences, feesUnknown }: Compared
): StatementDocument => ({
  account,
  broker,
  period: { ...period.dates, zone: period.zone, by: period.by },
  executions: executions.length + unread.length,
  agreed,
  feesUnknown,
  otherRows: Object.fromEntries([...kinds].toSorted(([a], [b]) => (a < b ? -1 : 1))),
  differences: [
    ...differences.map(documentOf),
    ...unread.map(({ execId, item, line, reason }): DifferenceDocument => {
      return { ...nothing, kind: "unmatched_row", line, row: item, execId: execId ?? null, reason }
    })
  ]
})

type Named = Pick<Statement, "broker"> & { readonly file: string }
type Kept = Statements.Compared["differences"][number]

/** Under which symbol a difference is kept: what is no ticker is of the account. */
const tickerOf = (symbol: string): Ticker.Ticker => (Ticker.isTicker(symbol) ? symbol : Ticker.UNMAPPED)

/** A difference as the ledger keeps it. */
const keptOf = ({ broker, file }: Named, difference: Difference): Kept => {
  const base = { _tag: "StatementDiffers", broker, file } as const
  if (difference.kind === "missing_in_statement") {
    const { at, brokerOrderIds, execId, id, price, quantity, side, symbol } = difference.booked
    return {
      symbol: tickerOf(symbol),
      subject: difference.subject,
      details: {
        ...base,
        difference: "MissingInStatement",
        fillId: id,
        execId,
        brokerOrderId: brokerOrderIds.at(-1),
        execution: { side, quantity, symbol, price, at }
      }
    }
  }
  const { at, execId, item: row, line, orderId, price, quantity, side, symbol } = difference.stated
  const ofRow = { ...base, line, row, execId, brokerOrderId: orderId, execution: { side, quantity, symbol, price, at } }
  if (difference.kind === "missing_in_books")
    return {
      symbol: tickerOf(symbol),
      subject: difference.subject,
      details: { ...ofRow, difference: "MissingInBooks" }
    }
  const { booked } = difference
  const figures = difference.figures.map(({ books, ...each }) => ({ ...each, books: books ?? undefined }))
  return {
    symbol: tickerOf(booked.symbol),
    subject: difference.subject,
    details: { ...ofRow, difference: "Figures", fillId: booked.id, figures }
  }
}

interface UnreadSubject {
  readonly row: Statement["unread"][number]
  readonly subject: string
}

/** Rows of one execution are one difference; one without an id is known again by what it says, with its number among equal ones. */
const knownAgain = (unread: Statement["unread"]): ReadonlyArray<UnreadSubject> => {
  const counts = new Map<string, number>()
  return unread
    .toSorted((a, b) => a.item - b.item)
    .flatMap((row) => {
      const subject = row.execId ?? `row ${row.digest}`
      const count = (counts.get(subject) ?? 0) + 1
      counts.set(subject, count)
      if (count === 1) return [{ row, subject }]
      return row.execId === undefined ? [{ row, subject: `${subject} #${count}` }] : []
    })
}

const keptOfUnread = (
  { broker, file }: Named,
  { row: { execId, item, line, reason }, subject }: UnreadSubject
): Kept => ({
  symbol: Ticker.UNMAPPED,
  subject,
  details: { _tag: "StatementDiffers", difference: "UnreadRow", broker, file, line, row: item, execId, reason }
})

/** The fills of the period and of the times of all rows, and those that the file names by their id. */
const bookedOf = (account: AccountName.AccountName, { executions, period }: Statement) =>
  Effect.gen(function* () {
    const canonical = [
      { column: "account", in: [account] },
      { column: "canonical", in: [1] }
    ]
    const times = executions.flatMap(({ at }) => (at === undefined ? [] : [at]))
    const from = times.reduce((first, at) => (at < first ? at : first), period.from)
    const until = times.reduce((last, at) => Instant.later(last, Instant.addMillis(at, A_SECOND_MS)), period.until)
    const found = yield* Reads.all(Fill.FillTable, {
      where: [...canonical, { column: "executedAt", atLeast: Number(from), below: Number(until) }]
    })
    const known = new Set(found.map(({ execIdBase }) => execIdBase))
    const named = executions.flatMap(({ execId }) => (execId === undefined || known.has(execId) ? [] : [execId]))
    const fills = [...found, ...(yield* among(Fill.FillTable, "execIdBase", named, canonical))]
    const ofFills = yield* among(Order.OrderTable, "id", new Set(fills.map(({ orderId }) => orderId)))
    const orders = new Map(ofFills.map((order) => [order.id, order]))
    return fills.flatMap((fill) => bookedAs(fill, orders.get(fill.orderId), period))
  })

const A_SECOND_MS = 1000

const bookedAs = (
  fill: Fill.Fill,
  order: Order.Order | undefined,
  { from, until }: Statement["period"]
): ReadonlyArray<Booked> =>
  order === undefined
    ? []
    : [
        {
          id: fill.id,
          execId: fill.execIdBase,
          order: Id.format("order", order.id),
          brokerOrderIds: order.brokerOrderIds,
          symbol: fill.symbol,
          side: order.side,
          quantity: fill.quantity,
          price: fill.price,
          fee: fill.commission,
          feeCurrency: fill.commissionCurrency,
          at: fill.executedAt,
          isCovered: from <= fill.executedAt && fill.executedAt < until
        }
      ]

const nothing: Omit<DifferenceDocument, "kind"> = {
  line: null,
  row: null,
  fill: null,
  execId: null,
  brokerOrderId: null,
  symbol: null,
  side: null,
  quantity: null,
  price: null,
  at: null,
  figures: [],
  reason: null
}

const documentOf = (difference: Difference): DifferenceDocument => {
  const { kind } = difference
  if (kind === "missing_in_statement") return { ...ofFill(difference.booked), kind }
  if (kind === "missing_in_books") return { ...ofRow(difference.stated), kind }
  return {
    ...ofRow(difference.stated),
    kind,
    fill: Id.format("fill", difference.booked.id),
    figures: difference.figures
  }
}

const ofFill = ({ at, brokerOrderIds, execId, id, price, quantity, side, symbol }: Booked) => ({
  ...nothing,
  fill: Id.format("fill", id),
  execId,
  brokerOrderId: brokerOrderIds.at(-1) ?? null,
  symbol,
  side,
  quantity: Decimal.format(quantity),
  price: price === undefined ? null : Decimal.format(price),
  at: Instant.format(at)
})

const ofRow = ({ at, execId, item, line, orderId, price, quantity, side, symbol }: Stated) => ({
  ...nothing,
  line,
  row: item,
  execId: execId ?? null,
  brokerOrderId: orderId ?? null,
  symbol,
  side,
  quantity: Decimal.format(quantity),
  price: Decimal.format(price),
  at: at === undefined ? null : Instant.format(at)
})

/** Is there something to look at? */
export const isLook = ({ differences }: StatementDocument): boolean => differences.length > 0

const saidOf = ({ figures, reason }: DifferenceDocument): string | null =>
  reason ?? figures.map(({ books, figure, statement }) => `${figure} ${statement}, books ${books ?? "none"}`).join("; ")

const columns: ReadonlyArray<Columns.TableColumn<DifferenceDocument>> = [
  Columns.words("DIFFERENCE", ({ kind }) => kind),
  Columns.numbers("LINE", ({ line }) => (line === null ? null : String(line))),
  Columns.minor(Columns.numbers("ROW", ({ row }) => (row === null ? null : String(row)))),
  Columns.ids("FILL", ({ fill }) => fill),
  Columns.times("EXECUTED", ({ at }) => at),
  Columns.ids("SYMBOL", ({ symbol }) => symbol),
  Columns.ids("SIDE", ({ side }) => side),
  Columns.numbers("QUANTITY", ({ quantity }) => quantity),
  Columns.dollars("PRICE", ({ price }) => price),
  Columns.words("WHAT", saidOf),
  Columns.minor(Columns.ids("EXECUTION", ({ execId }) => execId))
]

/** What booking a comparison came to, or would come to, for people. */
export const bookedText = ({ closed, dismissed, opened }: Statements.Booked, isDryRun: boolean): string => {
  const parts = [
    `${opened} ${isDryRun ? "would be opened or changed" : "opened or changed"}`,
    `${closed} ${isDryRun ? "would be closed" : "closed"}`,
    ...(dismissed === 0 ? [] : [`${dismissed} remain closed manually`])
  ]
  return `Breaks: ${parts.join(", ")}.`
}

const by = { caller: "as given", file: "as in the file", rows: "by the dates of its rows" } as const

/** A comparison for people. */
export const text = (document: StatementDocument, screen?: Screen): string => {
  const { agreed, broker, differences, executions, feesUnknown, otherRows, period } = document
  const others = Object.entries(otherRows).map(([kind, count]) => `${count} ${kind}`)
  return [
    `${document.account} at ${broker}, ${period.from} to ${period.to} in ${period.zone}, ${by[period.by]}.`,
    `${executions} executions in the file: ${agreed} agree with the books, ${differences.length} differences.`,
    ...(feesUnknown === 0 ? [] : [`${feesUnknown} fees not compared: the books do not have them yet.`]),
    ...(others.length === 0 ? [] : [`Other rows: ${others.join(", ")}.`]),
    ...(differences.length === 0 ? [] : [Columns.tableOf(columns)(differences, screen)])
  ].join("\n")
}
