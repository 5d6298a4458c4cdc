import { shown } from "@roundlot/api/text"
import { Decimal, type Instant, type Side } from "@roundlot/core"
import { Either } from "effect"
import { eachElement, type XmlElement } from "./flexXml.ts"
import { type FlexTrade, settled } from "./flexTrades.ts"
import { type Contents, decimalOf, digestOf, kindsOf, once, type Place, priceOf, type UnreadRow } from "./Statement.ts"
import { dateOf, momentOf } from "./statementTime.ts"
import type { Fault } from "./StatementUnreadable.ts"

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
