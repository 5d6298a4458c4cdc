import type { Documents } from "@roundlot/api"
import {
  type Clock,
  Decimal,
  Instant,
  Order,
  Position,
  Quantity,
  Reads,
  Side,
  type AccountName,
  type Ticker,
  type Trade
} from "@roundlot/core"
import { Id, Need, type TradeRepository } from "@roundlot/core/adapter"
import {
  Break,
  codeWords,
  type due,
  collecting,
  cutOffs,
  evaluation,
  ladder,
  Ledger,
  type Lot,
  type plan,
  TradingState
} from "@roundlot/core/ledger"
import { Array, Effect, Option, Schema } from "effect"
import { inAnyCase } from "./criteria.ts"
import * as breaks from "./breaks.ts"
import { Ambiguous, BadFilter, NotFound } from "./errors.ts"
import { collect, type ListDocument, type ListError, type ListOptions } from "./listing.ts"
import { answerOf, nextOf } from "./nextOrder.ts"
import * as orders from "./orders.ts"
import * as Columns from "./table.ts"
import { idOrNull, timeOrNull, valueOrNull } from "./text.ts"

export { answerOf }

/** One account's standing in one instrument, in signed shares. */
export type PositionDocument = Documents.PositionDocument

/** The answer to "what order would be made now, or why none?". */
export type AnswerDocument = Documents.AnswerDocument

/** What stands in a position's queue: of a trade, or of an order's excess. `open` is signed shares. */
type LotDocument = Documents.LotDocument

/** What order would be made now, or why there is none (ACC-11). */
type NextDocument = Documents.NextDocument

/** A position with its queue, what is under way and in the way, and the order that comes next. */
export type PositionDetail = Documents.PositionDetail

/** Which positions; they come by account and symbol. */
export interface PositionFilters extends ListOptions {
  readonly account?: string | undefined
  readonly symbol?: string | undefined
}

/** An answer for people: `Refused: dollars per order`, `Held: cancel O5`, `Order: buy 1`. */
const answerWords = ({ code, ...fields }: AnswerDocument): string =>
  codeWords.answerWords(
    code,
    Object.values(fields).filter((each) => each !== null)
  )

/** A position for people, its answers in words. */
export const inWords = ({ answer, next, orderInDoubt, ...detail }: PositionDetail) => {
  const words = (said: AnswerDocument): string =>
    said.code === "OrderLive" && orderInDoubt !== null ? `Order unconfirmed: ${orderInDoubt}` : answerWords(said)
  return { ...detail, answer: words(answer), next: { ...next, answer: words(next.answer) } }
}

/** The open breaks that stop positions, of these accounts or of all. */
const stopping = (account?: AccountName.AccountName) =>
  Reads.all(Break.BreakTable, {
    where: [
      { column: "closedAt", in: [null] },
      ...(account === undefined ? [] : [{ column: "account", in: [account] }])
    ]
  })

/** The documents of positions, each with what holds it now: a halt is set and a break opens without an evaluation of positions. */
export const documentsOf = (
  found: ReadonlyArray<Position.Position>,
  account?: AccountName.AccountName
): Effect.Effect<ReadonlyArray<PositionDocument>, TradeRepository.StoreError, TradeRepository.TradeRepository> =>
  Effect.gen(function* () {
    const ofAccount = Array.groupBy(yield* stopping(account), (each) => each.account)
    const halts = yield* Reads.all(TradingState.ControlTable, { where: [{ column: "state", in: ["halted"] }] })
    const doubtful = yield* Reads.all(Order.OrderTable, {
      where: [
        { column: "status", in: ["in_doubt"] },
        { column: "origin", in: ["accumulation"] }
      ]
    })
    return found.map((position) => documentOf(position, ofAccount[position.account] ?? [], halts, doubtful))
  })

/** The document of a position among the open breaks of its account, all halts and what is unconfirmed. */
const documentOf = (
  position: Position.Position,
  open: ReadonlyArray<Break.Break>,
  halts: ReadonlyArray<TradingState.Control>,
  doubtful: ReadonlyArray<Order.Order>
): PositionDocument => ({
  account: position.account,
  symbol: position.symbol,
  exposure: Decimal.format(position.exposure),
  target: Decimal.format(position.target),
  hedged: Decimal.format(position.hedged),
  inFlight: Decimal.format(position.inFlight),
  residual: Decimal.format(position.residual),
  base: Decimal.format(position.base),
  direct: Decimal.format(position.direct),
  adopted: Decimal.format(position.adopted),
  ...saidOf(position, open, halts),
  orderInDoubt: idOrNull(
    "order",
    doubtful.find(({ account, symbol }) => account === position.account && symbol === position.symbol)?.id
  ),
  updatedAt: Instant.format(position.updatedAt)
})

/** A position that is not due, or collects, is held all the same while a halt, a cancelled order or a break stops it. */
const saidOf = (
  position: Position.Position,
  open: ReadonlyArray<Break.Break>,
  halts: ReadonlyArray<TradingState.Control>
): Pick<PositionDocument, "answer" | "answerSince"> => {
  const { account, answer, answerSince, heldBy, residual, symbol } = position
  const said = { answer: answerOf(answer), answerSince: Instant.format(answerSince) }
  if (answer._tag !== "NotDue" && answer._tag !== "Collecting") return said
  const halt = halts.find((each) => ["", account].includes(each.account) && ["", symbol].includes(each.symbol))
  if (!Decimal.isZero(residual)) {
    if (halt !== undefined) return { answer: { code: "Halted" }, answerSince: Instant.format(halt.changedAt) }
    if (heldBy !== undefined) return { ...said, answer: answerOf({ _tag: "Held", by: "cancel", orderId: heldBy }) }
  }
  // They come in the order in which they were opened.
  const since = open.find((each) => Break.stops(each, symbol))?.openedAt
  return since === undefined ? said : { answer: { code: "BreakOpen" }, answerSince: Instant.format(since) }
}

/** A page of positions. */
export const list = (
  filters: PositionFilters
): Effect.Effect<ListDocument<PositionDocument>, ListError, TradeRepository.TradeRepository> =>
  Effect.gen(function* () {
    const anyOf = [[...inAnyCase("account", filters.account), ...inAnyCase("symbol", filters.symbol)]]
    const { records, ...page } = yield* collect({ table: Position.PositionTable, anyOf }, filters)
    return { items: yield* documentsOf(records), ...page }
  })

/** The position of a symbol; the account may be left out where only one has it. */
export const onlyOne = (symbol: string, account: string | undefined) =>
  Effect.gen(function* () {
    const where = [...inAnyCase("symbol", symbol), ...inAnyCase("account", account)]
    const found = yield* Reads.all(Position.PositionTable, { where })
    const [only, ...others] = found
    if (only === undefined) return yield* new NotFound({ kind: "position", id: symbol, list: "positions" })
    if (others.length > 0) {
      return yield* new Ambiguous({ kind: "position", id: symbol, accounts: found.map((each) => each.account) })
    }
    return only
  })

/** The account whose position in a symbol it is. */
export const accountOf = (symbol: string, account?: string) =>
  Effect.map(onlyOne(symbol, account), (position) => position.account)

/** The position of a symbol; the account may be left out where only one has it. All is read in one transaction. */
export const show = (
  symbol: string,
  account?: string
): Effect.Effect<
  PositionDetail,
  NotFound | Ambiguous | Ledger.LedgerError,
  TradeRepository.TradeRepository | Ledger.Ledger | Clock.Clock
> =>
  Effect.gen(function* () {
    const only = yield* onlyOne(symbol, account)
    const ledger = yield* Ledger.Ledger
    const seen = yield* ledger.submit("command", viewMember(only.account, only.symbol))
    if (seen === undefined) return yield* new NotFound({ kind: "position", id: symbol, list: "positions" })
    return yield* detailOf(seen)
  })

/** A trade that somebody thinks of, as he wrote it. */
interface Thought {
  readonly side: string
  readonly quantity: string
}

const thoughtOf = ({ quantity, side }: Thought) =>
  Effect.gen(function* () {
    const way = Side.inAnyCase(side)
    if (way === undefined) return yield* new BadFilter({ filter: "side", value: side, problem: "write buy or sell" })
    const shares = Schema.decodeOption(Quantity.Quantity)(quantity)
    if (Option.isSome(shares)) return Side.signed(way, shares.value)
    return yield* new BadFilter({
      filter: "quantity",
      value: quantity,
      problem: "write a positive decimal such as 1.5"
    })
  })

/** What order would be made if a trade were taken in now, or why none (ACC-11); nothing is on record of it. */
export const preview = (
  symbol: string,
  account: string | undefined,
  thought: Thought
): Effect.Effect<
  NextDocument,
  BadFilter | NotFound | Ambiguous | Ledger.LedgerError,
  TradeRepository.TradeRepository | Ledger.Ledger
> =>
  Effect.gen(function* () {
    const shares = yield* thoughtOf(thought)
    const only = yield* onlyOne(symbol, account)
    const ledger = yield* Ledger.Ledger
    const seen = yield* ledger.submit("command", viewMember(only.account, only.symbol))
    if (seen === undefined) return yield* new NotFound({ kind: "position", id: symbol, list: "positions" })
    const { position } = seen.standing
    const more = seen.standing.account.direction === "mirror" ? shares : Decimal.negate(shares)
    const residual = Decimal.add(position.residual, more)
    return nextOf({ ...seen.standing, position: { ...position, residual, late: lateBeside(seen, more) } })
  })

/** D9: what waits for the next cut-off once a trade is counted now: it would be the newest. */
const lateBeside = ({ lots, standing: { account, at, position } }: Seen, shares: Decimal.Decimal) => {
  const newest = Id.LotId.make((lots.at(-1)?.id ?? 0) + 1)
  return collecting.lateWith(position.late, collecting.cutOffBefore(account, at), { id: newest, open: shares })
}

// What is seen

interface Seen {
  readonly standing: due.Standing
  readonly lots: ReadonlyArray<Lot.Lot>
  readonly trades: ReadonlyMap<number, Trade.Trade>
  readonly breaks: ReadonlyArray<Break.Break>
}

/** Reads a position and all around it as a commit would have it before it, and writes nothing. */
const viewMember = (account: AccountName.AccountName, symbol: Ticker.Ticker): plan.Member<Seen | undefined> => ({
  account,
  cause: { kind: "command", actor: "show" },
  needs: [Need.Need.Position({ account, symbol })],
  apply: (recorder) => {
    const { books } = recorder
    const standing = evaluation.standingOf(recorder, symbol)
    if (standing === undefined) return undefined
    const lots = books.lots.find("open", [account, symbol])
    const owners = lots.flatMap(({ tradeId }) => (tradeId === undefined ? [] : (books.trades.get(tradeId) ?? [])))
    return {
      standing,
      lots: lots.toSorted((a, b) => a.id - b.id),
      trades: new Map(owners.map((trade) => [trade.id, trade])),
      breaks: [...books.breaks.find("open", [account, symbol])].toSorted((a, b) => a.id - b.id)
    }
  }
})

const detailOf = ({ breaks: open, lots, standing, trades }: Seen) =>
  Effect.gen(function* () {
    const { position } = standing
    const live = standing.liveOrders.toSorted((a, b) => a.id - b.id)
    const [document = documentOf(position, [], [], [])] = yield* documentsOf([position], position.account)
    const detail: PositionDetail = {
      ...document,
      coolDownUntil: timeOrNull(position.coolDownUntil),
      nextCutOff: timeOrNull(standing.account.cutOffs && cutOffs.nextCutOff(standing.account.cutOffs, standing.at)),
      circuitUntil: timeOrNull(position.circuitUntil),
      ladder: ladderOf(standing),
      refusedSide: valueOrNull(position.refusedSide),
      refusedUntil: timeOrNull(position.refusedUntil),
      heldBy: idOrNull("order", position.heldBy),
      lots: lots.map((lot) => lotOf(lot, trades)),
      orders: yield* orders.documentsOf(live),
      breaks: yield* breaks.openDocumentsOf(open),
      next: nextOf(standing)
    }
    return detail
  })

/** The step that the next order is made at; nothing where there is one offset only, or none. */
const ladderOf = ({ account, at, position }: due.Standing): PositionDetail["ladder"] => {
  const offsets = ladder.offsetsOf(account)
  const step = ladder.stepOf(position, account, Side.ofSign(position.residual), at)
  const limitOffsetBp = offsets[step]
  if (offsets.length < 2 || limitOffsetBp === undefined) return null
  return { step: step + 1, steps: offsets.length, limitOffsetBp }
}

const lotOf = (lot: Lot.Lot, trades: Seen["trades"]): LotDocument => ({
  id: Id.format("lot", lot.id),
  tradeId: idOrNull("trade", lot.tradeId),
  sourceId: valueOrNull(lot.tradeId === undefined ? undefined : trades.get(lot.tradeId)?.sourceId),
  orderId: idOrNull("order", lot.orderId),
  open: Decimal.format(lot.open)
})

/** What people see of positions. */
const columns: ReadonlyArray<Columns.TableColumn<PositionDocument>> = [
  Columns.minor(Columns.words("ACCOUNT", (position) => position.account)),
  Columns.ids("SYMBOL", (position) => position.symbol),
  Columns.numbers("EXPOSURE", (position) => position.exposure),
  Columns.minor(Columns.numbers("TARGET", (position) => position.target)),
  Columns.numbers("HEDGED", (position) => position.hedged),
  Columns.numbers("IN FLIGHT", (position) => position.inFlight),
  Columns.numbers("RESIDUAL", (position) => position.residual),
  Columns.minor(Columns.times("UPDATED", (position) => position.updatedAt))
]

/** Positions as a table for people. */
export const table = Columns.tableOf<PositionDocument>(columns)

/** A position in a line: `SPY of paper: target 3.7 = hedged 3 + in flight 0 + residual 0.7`. */
export const heading = ({ account, hedged, inFlight, residual, symbol, target }: PositionDocument): string =>
  `${symbol} of ${account}: target ${target} = hedged ${hedged} + in flight ${inFlight} + residual ${residual}`
