import { shown } from "@roundlot/api/text"
import { Decimal, type Instant, type Side } from "@roundlot/core"
import { Either } from "effect"
import {
  type Contents,
  decimalOf,
  digestOf,
  kindsOf,
  once,
  type Place,
  priceOf,
  type UnreadRow,
  type Execution,
  groupsOf
} from "./Statement.ts"
import { dateOf, momentOf } from "./statementTime.ts"
import type { Fault } from "./StatementUnreadable.ts"
import sax from "sax"
import { lineCounter } from "./lineCounter.ts"

/**
 * Interactive Brokers' Flex query as XML: the rows of its sections Trades and Trade Confirmations, one statement of one account. Times and
 * dates that name no zone are in `zone`.
 */
export const readFlex = (xml: string, zone: string): Either.Either<Contents, Fault> =>
  Either.gen(function* () {
    const found: Found = { statements: [], sections: new Set(), trades: [], kinds: [], root: undefined }
    yield* eachElement(xml, (element) => keep(found, element))
    const { attributes } = yield* statementIn(found)
    const read = found.trades.map((each) => ({ ...each, read: tradeOf(each.attributes, zone) }))
    const trades = read.flatMap(({ item, line, read }) => (Either.isRight(read) ? [{ ...read.right, line, item }] : []))
    const broken = read.flatMap(({ attributes, item, line, read }): ReadonlyArray<UnreadRow> =>
      Either.isLeft(read)
        ? [{ line, item, execId: baseOf(execIdOf(attributes)), reason: read.left, digest: digestOf(attributes) }]
        : []
    )
    const { contradicting, repeated, rows } = once(trades, ({ execId }) => execId, contentsOf)
    const doubted = contradicting.map(({ other, row }): UnreadRow => {
      const reason = `its ibExecID is also that of line ${other.line}, whose values differ`
      return { line: row.line, item: row.item, execId: row.base, reason, digest: digestOf(contentsOf(row)) }
    })
    const { executions, kinds, unread } = settled(rows)
    return {
      executions,
      unread: [...broken, ...doubted, ...unread],
      kinds: kindsOf([...found.kinds, ...kinds, ...repeated.map(() => "repeated row")]),
      accounts: new Set([valueOf(attributes, "accountId")].flatMap((each) => each ?? [])),
      dates: yield* periodOf(attributes),
      madeAt: momentOf(attributes["whenGenerated"] ?? "", zone)
    }
  })

type Attributes = XmlElement["attributes"]

interface TradeElement extends Place {
  readonly attributes: Attributes
}

interface Found {
  root: string | undefined
  readonly statements: Array<XmlElement>
  readonly sections: Set<string>
  readonly trades: Array<TradeElement>
  readonly kinds: Array<string>
}

const ROOT = "FlexQueryResponse"

const STATEMENT = "FlexStatement"

const SECTION = 4

/** Sections that have executions, by the names of their rows. */
const SECTIONS: ReadonlySet<string> = new Set(["Trades", "TradeConfirms"])

const ROWS: ReadonlySet<string> = new Set(["Trade", "TradeConfirm"])

const keep = (found: Found, element: XmlElement): void => {
  const { attributes, depth, line, name } = element
  if (depth === 1) found.root = name
  if (depth < SECTION) {
    if (name === STATEMENT) found.statements.push(element)
    return
  }
  if (depth === SECTION) found.sections.add(name)
  // A section is no row; what comes once, as AccountInformation, is one that has the place of a section.
  if (Object.keys(attributes).length === 0) return
  const other = otherKindOf(name, attributes)
  if (other === undefined) found.trades.push({ line, item: found.trades.length + found.kinds.length + 1, attributes })
  else found.kinds.push(other)
}

/** What a row is, where it is no execution in a stock. */
const otherKindOf = (name: string, attributes: Attributes): string | undefined => {
  if (!ROWS.has(name)) return [name, valueOf(attributes, "type") ?? ""].join(" ").trim()
  const level = valueOf(attributes, "levelOfDetail") ?? EXECUTION
  if (!level.startsWith(EXECUTION)) return `${name} ${level}`
  const category = valueOf(attributes, "assetCategory") ?? STOCK
  return category === STOCK ? undefined : `${name} ${category}`
}

const EXECUTION = "EXECUTION"

const STOCK = "STK"

const statementIn = ({ root, sections, statements }: Found): Either.Either<XmlElement, Fault> => {
  const [statement, ...others] = statements
  if (root !== ROOT) {
    const remedy = "download the statement itself; the Flex service answers with an error or a reference first"
    return Either.left({ line: 1, problem: `is XML of a ${shown(root ?? "")}, not a Flex statement`, remedy })
  }
  if (statement === undefined)
    return Either.left({ problem: "has no FlexStatement", remedy: "download it again completely" })
  if (others.length > 0) {
    const problem = `has ${statements.length} statements, of accounts or periods`
    return Either.left({ line: others[0]?.line, problem, remedy: "download a statement of one account and one period" })
  }
  if ([...SECTIONS].some((section) => sections.has(section))) return Either.right(statement)
  const remedy = "add Trades to the Flex query, with executions as the level of detail"
  return Either.left({ line: statement.line, problem: "has no section Trades", remedy })
}

const periodOf = (attributes: Attributes): Either.Either<Contents["dates"], Fault> => {
  const [from, to] = [dateOf(attributes["fromDate"] ?? ""), dateOf(attributes["toDate"] ?? "")]
  if (from !== undefined && to !== undefined && from <= to) return Either.right({ from, to })
  const said = shown(`${attributes["fromDate"] ?? ""} to ${attributes["toDate"] ?? ""}`)
  const remedy = "set the date format of the Flex query to yyyyMMdd or yyyy-MM-dd"
  return Either.left({ problem: `covers "${said}", which is not a period`, remedy })
}

/** An attribute, where it says anything. */
const valueOf = (attributes: Attributes, ...names: ReadonlyArray<string>): string | undefined =>
  names.map((name) => attributes[name]?.trim()).find((value) => value !== undefined && value !== "" && value !== "--")

const execIdOf = (attributes: Attributes): string | undefined => valueOf(attributes, "ibExecID", "execID")

const SEGMENTS = 4

const DIGITS = /^[0-9]{1,9}$/

/** SYNC-3: the digits behind the last point are the revision, but for the legs of a combination. */
const revisionOf = (execId: string): number => {
  const parts = execId.split(".")
  const last = parts.at(-1) ?? ""
  return parts.length > 1 && parts.length <= SEGMENTS && DIGITS.test(last) ? Number(last) : 0
}

const baseOf = (execId: string | undefined): string | undefined =>
  execId === undefined || revisionOf(execId) === 0 ? execId : execId.slice(0, execId.lastIndexOf("."))

const sideOf = (text: string): Side.Side | undefined => {
  if (text.startsWith("BUY")) return "buy"
  return text.startsWith("SELL") ? "sell" : undefined
}

const CANCELLED = /\(Ca\.\)$/

const CANCEL = /Cancel$/

const tradeOf = (attributes: Attributes, zone: string): Either.Either<Omit<FlexTrade, keyof Place>, string> =>
  Either.gen(function* () {
    const said = valueOf(attributes, "buySell") ?? ""
    const isCancel = CANCEL.test(valueOf(attributes, "transactionType") ?? "") || CANCELLED.test(said)
    const side = sideOf(said)
    const symbol = valueOf(attributes, "symbol")
    const execId = execIdOf(attributes)
    if (valueOf(attributes, "assetCategory") === undefined)
      return yield* Either.left("has no assetCategory: add it to the Flex query")
    if (symbol === undefined) return yield* Either.left("has no symbol")
    if (side === undefined) return yield* Either.left(`buySell "${shown(said)}" is neither BUY nor SELL`)
    const signed = yield* decimalOf("quantity", valueOf(attributes, "quantity"))
    const isBought = (side === "buy") !== isCancel
    if (Decimal.isZero(signed) || Decimal.isPositive(signed) !== isBought)
      return yield* Either.left(`quantity "${Decimal.format(signed)}" is not that of a ${shown(said)}`)
    if (execId === undefined && !isCancel) return yield* Either.left("has no ibExecID: add it to the Flex query")
    const price = yield* priceOf("tradePrice", valueOf(attributes, "tradePrice", "price"))
    const cost = valueOf(attributes, "ibCommission", "commission")
    const fee = cost === undefined ? undefined : Decimal.negate(yield* decimalOf("ibCommission", cost))
    return {
      execId,
      base: baseOf(execId),
      revision: revisionOf(execId ?? ""),
      orderId: valueOf(attributes, "ibOrderID", "orderID"),
      tradeId: valueOf(attributes, "tradeID"),
      transactionId: valueOf(attributes, "transactionID"),
      undone: { tradeId: valueOf(attributes, "origTradeID"), transactionId: valueOf(attributes, "origTransactionID") },
      isCancel,
      symbol: symbol.replace(" ", "."),
      side,
      quantity: Decimal.abs(signed),
      price,
      fee,
      feeCurrency: valueOf(attributes, "ibCommissionCurrency", "commissionCurrency"),
      at: yield* timeOf(attributes, zone)
    }
  })

/** A time that is there can be read; older queries have date and time apart. */
const timeOf = (attributes: Attributes, zone: string): Either.Either<Instant.Instant | undefined, string> => {
  const date = valueOf(attributes, "tradeDate")
  const time = valueOf(attributes, "tradeTime")
  const text =
    valueOf(attributes, "dateTime") ?? (date === undefined || time === undefined ? undefined : `${date};${time}`)
  if (text === undefined) return Either.right(undefined)
  const at = momentOf(text, zone)
  if (at !== undefined) return Either.right(at)
  return dateOf(text) === undefined
    ? Either.left(`dateTime "${shown(text)}" is not a time: set the Flex query to yyyyMMdd;HHmmss`)
    : Either.right(undefined)
}

const contentsOf = ({ at, execId, fee, orderId, price, quantity, side, symbol }: FlexTrade): string =>
  JSON.stringify([
    execId,
    orderId,
    symbol,
    side,
    Decimal.format(quantity),
    Decimal.format(price),
    fee === undefined ? "" : Decimal.format(fee),
    String(at)
  ])

/** A row of a trade as Interactive Brokers writes it: one revision of an execution, or the cancel of one. */
interface FlexTrade extends Omit<Execution, "isUndone"> {
  /** The id without its revision. */
  readonly base: string | undefined
  readonly revision: number
  readonly tradeId: string | undefined
  readonly transactionId: string | undefined
  /** What a cancel names. */
  readonly undone: { readonly tradeId: string | undefined; readonly transactionId: string | undefined }
  readonly isCancel: boolean
}

/** What trades and their cancels come to. */
interface Settled {
  readonly executions: ReadonlyArray<Execution>
  readonly unread: ReadonlyArray<UnreadRow>
  /** Of the rows that are no execution which counts. */
  readonly kinds: ReadonlyArray<string>
}

/**
 * STMT-3: of the revisions of an execution the highest that no cancel undid counts; of one whose every revision was undone none does. A
 * cancel comes without an execution id, and the trade that takes the other's place has its trade id.
 */
const settled = (rows: ReadonlyArray<FlexTrade>): Settled => {
  const trades = rows.filter(({ isCancel }) => !isCancel).toSorted((a, b) => a.revision - b.revision)
  const cancels = rows.filter(({ isCancel }) => isCancel).toSorted(byPlace)
  const undo = undoing(trades)
  const undone = cancels.map((cancel) => ({ cancel, of: undo.take(cancel) }))
  const earlier = undone.flatMap(({ cancel, of }) =>
    of === "Earlier" ? [executionOf(cancel, cancel.quantity, true)] : []
  )
  const groups = [...groupsOf(trades, (trade) => trade.base ?? trade).values()]
  const counting = groups.flatMap((group) => countingOf(group, undo.isUndone))
  return {
    executions: [...counting, ...earlier].toSorted(byPlace),
    unread: undone.flatMap(({ cancel, of }) => (of === "Unclear" ? [unclear(cancel)] : [])),
    kinds: [
      ...undone.flatMap(({ of }) => (of === "Unclear" ? [] : ["cancel of a trade"])),
      ...Array.from({ length: trades.length - groups.length }, () => "trade that was corrected")
    ]
  }
}

const byPlace = (a: Place, b: Place): number => a.item - b.item

const unclear = (cancel: FlexTrade): UnreadRow => {
  const { item, line, undone } = cancel
  const reason = `cancels trade ${undone.tradeId ?? ""}, which is in the file with another quantity or price`
  return { line, item, execId: undefined, reason, digest: digestOf(undone, figuresOf(cancel), String(cancel.at)) }
}

/** Who was cancelled: a trade of this file, one of an earlier file, or it is not clear which. */
type Undone = "Here" | "Earlier" | "Replaced" | "Unclear"

interface Undoing {
  readonly take: (cancel: FlexTrade) => Undone
  readonly isUndone: (trade: FlexTrade) => boolean
}

const undoing = (trades: ReadonlyArray<FlexTrade>): Undoing => {
  const named = groupsOf(trades, ({ tradeId }) => tradeId)
  const alike = groupsOf(trades, figuresOf)
  const undone = new Set<FlexTrade>()
  return {
    isUndone: (trade) => undone.has(trade),
    take: (cancel) => {
      const { tradeId, transactionId } = cancel.undone
      const meant = tradeId === undefined ? [] : (named.get(tradeId) ?? [])
      const equal = (tradeId === undefined ? (alike.get(figuresOf(cancel)) ?? []) : meant).filter(
        (trade) => !undone.has(trade) && figuresOf(trade) === figuresOf(cancel)
      )
      const own = equal.find((trade) => trade.transactionId !== undefined && trade.transactionId === transactionId)
      const found = own ?? equal[0]
      if (found !== undefined) undone.add(found)
      if (found !== undefined) return "Here"
      if (meant.length === 0) return "Earlier"
      // What took its place is here under the same trade id, and came after it.
      return meant.every(({ revision }) => revision > 1) ? "Replaced" : "Unclear"
    }
  }
}

const figuresOf = ({ price, quantity, side, symbol }: FlexTrade): string =>
  [symbol, side, Decimal.format(quantity), Decimal.format(price)].join("\n")

const countingOf = (revisions: ReadonlyArray<FlexTrade>, isUndone: Undoing["isUndone"]): ReadonlyArray<Execution> => {
  const newest = revisions.at(-1)
  const counting = revisions.findLast((trade) => !isUndone(trade))
  if (counting !== undefined) return [executionOf(counting, counting.quantity, false)]
  return newest === undefined ? [] : [executionOf(newest, Decimal.zero, false)]
}

const executionOf = (trade: FlexTrade, quantity: Decimal.Decimal, isUndone: boolean): Execution => ({
  line: trade.line,
  item: trade.item,
  execId: trade.base,
  orderId: trade.orderId,
  symbol: trade.symbol,
  side: trade.side,
  quantity,
  price: trade.price,
  fee: trade.fee,
  feeCurrency: trade.feeCurrency,
  at: trade.at,
  isUndone
})

/** An element of an XML text, without what is in it. */
interface XmlElement {
  readonly name: string
  /** 1 for the root. */
  readonly depth: number
  /** The line on which it begins. */
  readonly line: number
  readonly attributes: Readonly<Record<string, string>>
}

/**
 * Shows each element of an XML text to `take`, in the order of the text. Declarations of a document type are refused, so that no entity is
 * ever declared, and nothing outside of the text is read.
 */
const eachElement = (xml: string, take: (element: XmlElement) => void): Either.Either<void, Fault> => {
  const parser = sax.parser(true, { position: true })
  const lineAt = lineCounter(xml)
  const stopped: { fault?: Fault } = {}
  const stop = (problem: string, remedy: string) => {
    stopped.fault ??= { line: parser.line + 1, problem, remedy }
  }
  let depth = 0
  // oxlint-disable-next-line unicorn/prefer-add-event-listener -- a parser of sax is no event target
  parser.onerror = (error) => stop(`is broken XML (${shown(error.message.split("\n")[0] ?? "")})`, WHOLE)
  parser.ondoctype = () => stop("declares a document type", "Flex statements have none; do not trust this file")
  parser.onopentag = ({ attributes, name }) => {
    depth += 1
    if (stopped.fault !== undefined) return
    const texts = Object.entries(attributes).map(([key, value]) => [
      key,
      typeof value === "string" ? value : value.value
    ])
    take({ name, depth, line: lineAt(parser.startTagPosition - 1), attributes: Object.fromEntries(texts) })
  }
  parser.onclosetag = () => {
    depth -= 1
  }
  for (let at = 0; at < xml.length && stopped.fault === undefined; at += PIECE) parser.write(xml.slice(at, at + PIECE))
  if (stopped.fault === undefined) parser.close()
  return stopped.fault === undefined ? Either.void : Either.left(stopped.fault)
}

const WHOLE = "download it again completely, as XML"

/** So much is read before it is asked again whether to go on. */
const PIECE = 65_536
