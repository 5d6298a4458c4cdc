import { Array, Effect, Hash } from "effect"
import type { AccountName } from "../records/AccountName.ts"
import { dailyNotionalOf } from "../rules/account/limits.ts"
import {
  previewPosition,
  previewRow,
  type Moved,
  type PositionPreview,
  type RowPreview
} from "../rules/batch/preview.ts"
import { Need } from "../books/Need.ts"
import { usageOf } from "../rules/position/beforeSend.ts"
import { notionalOf } from "../records/Usage.ts"
import type { Ticker } from "../records/Ticker.ts"
import type { Recorder } from "../books/Recorder.ts"
import { Ledger, type LedgerError } from "../ledger/Ledger.ts"
import * as Decimal from "../values/Decimal.ts"
import type { Side } from "../records/Side.ts"
import { arrivalOf, type SourcePolicy } from "../rules/trade/SourcePolicy.ts"
import type { TradeInput } from "../records/Trade.ts"

/** Whose rows are previewed, and as which source's. */
export interface PreviewRequest {
  readonly account: AccountName
  readonly policy: SourcePolicy
  readonly actor: string
}

/** What a row would become: as the books stand, or `Repeated` where an earlier row of the same batch has its identity and contents. */
export type Previewed = RowPreview | { readonly _tag: "Repeated" }

/** Orders of one symbol and side that would follow: how many, their shares, and their dollars where a price is known for each. */
export interface OrdersPreview {
  readonly symbol: Ticker
  readonly side: "buy" | "sell"
  readonly orders: number
  readonly quantity: Decimal.Decimal
  readonly notional: Decimal.Decimal | undefined
}

/** What all rows come to: the orders that would follow at once, and the positions that would owe one and make none. */
export interface BatchOutlook {
  readonly orders: ReadonlyArray<OrdersPreview>
  readonly blocked: ReadonlyArray<Omit<Extract<PositionPreview, { readonly _tag: "Blocked" }>, "_tag">>
}

/** The dry run of a batch, given its rows a few hundred at a time. Nothing is written. */
export interface BatchPreview {
  /** What each of these rows would become, upon all rows before them. */
  readonly add: (rows: ReadonlyArray<TradeInput>) => Effect.Effect<ReadonlyArray<Previewed>, LedgerError>
  /** What all rows together come to. */
  readonly outlook: Effect.Effect<BatchOutlook, LedgerError>
}

/** How many rows, or positions, are rehearsed in one commit: the ledger's writer is held by no more. */
const TOGETHER = 200

/** Begins the dry run of a batch on the books as they stand. */
export const begin = (request: PreviewRequest): Effect.Effect<BatchPreview, never, Ledger> =>
  Effect.map(Ledger, (ledger) => {
    const { account, actor, policy } = request
    const repeated = makeRepeated()
    const moved = new Map<Ticker, Moved>()
    let direct = orderSums()

    /** Carries out a rule of which nothing is kept. */
    const rehearsed: Rehearsed = (needs, apply) =>
      ledger.submit("command", {
        account,
        cause: { kind: "command", actor },
        needs: [Need.Account({ account }), Need.Usage({ account }), ...needs],
        apply,
        rehearse: () => undefined
      })

    const noted = (row: TradeInput, found: Previewed): Previewed => {
      if (found._tag !== "Counted") return found
      const before = moved.get(found.symbol)
      const by = Decimal.add(before?.by ?? Decimal.zero, found.by)
      moved.set(found.symbol, { symbol: found.symbol, by, price: row.price ?? before?.price })
      return found
    }

    const addChunk = (rows: ReadonlyArray<TradeInput>) =>
      Effect.gen(function* () {
        const previewed = rows.map((row) => ({ row, found: repeated(row) }))
        const first = previewed.filter(({ found }) => found === undefined).map(({ row }) => row)
        const needs = first.map(({ occurrence, source, sourceId }) =>
          Need.Identity({ account, source, sourceId, occurrence })
        )
        const { outcomes, upon } = yield* rehearsed(needs, (recorder) => {
          const upon = direct.copy()
          const previewOf = (row: TradeInput) =>
            withinDay(recorder, upon, previewRow(recorder, arrivalOf(policy, row), upon.quantityOf))
          return { outcomes: new Map(first.map((row) => [row, previewOf(row)])), upon }
        })
        direct = upon
        return previewed.map(({ found, row }) => found ?? noted(row, outcomeOf(outcomes, row)))
      })

    return {
      add: (rows) => Effect.map(Effect.forEach(Array.chunksOf(rows, TOGETHER), addChunk), (all) => all.flat()),
      outlook: Effect.suspend(() => outlookOf(rehearsed, account, direct, [...moved.values()]))
    }
  })

type Rehearsed = <A>(needs: ReadonlyArray<Need>, apply: (recorder: Recorder) => A) => Effect.Effect<A, LedgerError>

/** What an earlier row of the batch makes of one; nothing where it is the first of its identity. */
const makeRepeated = () => {
  /** The contents of rows by their identities, as hashes: of a million rows little is kept. */
  const known = new Map<string, number>()
  return (row: TradeInput): Previewed | undefined => {
    const identity = JSON.stringify([row.source, row.sourceId, row.occurrence])
    const contents = contentsOf(row)
    const before = known.get(identity)
    if (before === undefined) known.set(identity, contents)
    if (before === undefined || before === contents) return before === undefined ? undefined : { _tag: "Repeated" }
    return { _tag: "Conflict", reason: "an earlier row has the same identity with other contents" }
  }
}

/** What the positions that rows have moved come to, upon the orders that rows are by themselves. */
const outlookOf = (
  rehearsed: Rehearsed,
  account: AccountName,
  direct: ReturnType<typeof orderSums>,
  moved: ReadonlyArray<Moved>
) =>
  Effect.gen(function* () {
    let sums = direct
    const blocked: Array<BatchOutlook["blocked"][number]> = []
    const all = moved.filter(({ by }) => !Decimal.isZero(by))
    for (const some of Array.chunksOf(all, TOGETHER)) {
      const needs = some.map(({ symbol }) => Need.Position({ account, symbol }))
      const { blocked: found, upon } = yield* rehearsed(needs, (recorder) => {
        const upon = sums.copy()
        const blocked = some.flatMap((each) => {
          const would = previewPosition(recorder, each)
          if (would?._tag !== "Ordered") return would ? { symbol: would.symbol, answer: would.answer } : []
          const found = withinDay(recorder, upon, would)
          return found._tag === "Refused" ? { symbol: each.symbol, answer: found } : []
        })
        return { blocked, upon }
      })
      sums = upon
      blocked.push(...found)
    }
    return { orders: sums.all(), blocked }
  })

const contentsOf = ({ direct, owner, price, quantity, reverses, side, symbol, tradedAt }: TradeInput): number => {
  const figures = [quantity, price, direct?.limitPrice, direct?.stopPrice].map((each) => each && Decimal.format(each))
  const rest = [
    symbol,
    side,
    String(tradedAt),
    owner,
    direct?.type,
    direct?.timeInForce,
    direct?.goodTill === undefined ? undefined : String(direct.goodTill),
    direct?.session,
    reverses?.sourceId,
    reverses?.occurrence
  ]
  return Hash.string(JSON.stringify([...figures, ...rest]))
}

const outcomeOf = (found: ReadonlyMap<TradeInput, RowPreview>, row: TradeInput): RowPreview => {
  const outcome = found.get(row)
  if (outcome === undefined) throw new Error(`row ${row.sourceId} was not rehearsed`)
  return outcome
}

/** What the account may still send on this market date, in dollars; nothing where no limit says. */
const roomOf = (recorder: Recorder): Decimal.Decimal | undefined => {
  const { account: name, books, world } = recorder
  const account = books.accounts.get(name)
  if (account === undefined) throw new Error(`account ${name} is not in the books`)
  const most = dailyNotionalOf(account)
  return most && Decimal.subtract(most, notionalOf(usageOf(recorder, account), world.at))
}

/** The day's limit is judged over the whole batch: what is counted is `upon` what it would have sent before. */
const withinDay = (recorder: Recorder, upon: OrderSums, found: RowPreview): RowPreview => {
  if (found._tag !== "Ordered") return found
  const room = found.notional === undefined ? undefined : roomOf(recorder)
  const sum = Decimal.add(upon.sent(), found.notional ?? Decimal.zero)
  if (room !== undefined && Decimal.isLess(room, sum)) return { _tag: "Refused", control: "DailyNotional" }
  upon.add(found)
  return found
}

type Summed = Omit<OrdersPreview, "orders">

type OrderSums = ReturnType<typeof orderSums>

/** Adds up orders by symbol and side. */
const orderSums = (begun: ReadonlyArray<OrdersPreview> = [], sent = Decimal.zero) => {
  const sums = new Map(begun.map((each) => [`${each.symbol} ${each.side}`, each]))
  return {
    sent: () => sent,
    add: ({ notional, quantity, side, symbol }: Summed): void => {
      const key = `${symbol} ${side}`
      const sum = sums.get(key)
      sent = Decimal.add(sent, notional ?? Decimal.zero)
      sums.set(key, {
        symbol,
        side,
        orders: (sum?.orders ?? 0) + 1,
        quantity: sum === undefined ? quantity : Decimal.add(sum.quantity, quantity),
        notional: sum === undefined ? notional : notional && sum.notional && Decimal.add(sum.notional, notional)
      })
    },
    quantityOf: (symbol: Ticker, side: Side): Decimal.Decimal =>
      sums.get(`${symbol} ${side}`)?.quantity ?? Decimal.zero,
    all: (): ReadonlyArray<OrdersPreview> => [...sums.values()],
    copy: () => orderSums([...sums.values()], sent)
  }
}
