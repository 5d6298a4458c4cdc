import { Effect } from "effect"
import type { AccountName } from "../records/AccountName.ts"
import { nameInBooks } from "../records/DatedSymbol.ts"
import type { Ticker } from "../records/Ticker.ts"
import * as Decimal from "../values/Decimal.ts"
import { OrderTable, type Order } from "../records/Order.ts"
import { brokerOf, type BrokerService, type Holding, type HoldingsListed } from "../ports/Broker.ts"
import { Clock } from "../ports/Clock.ts"
import { holdingsOf, PositionTable } from "../records/Position.ts"
import { isAdjustment } from "../rules/reconciliation/held.ts"
import { contradictionOf, isComparable } from "../rules/reconciliation/holdings.ts"
import type * as Instant from "../values/Instant.ts"
import * as Reads from "./Reads.ts"
import { withRetries } from "./reading.ts"
import type { SnapshotFault } from "../records/BreakDetails.ts"

/** A reading of an account's positions, and what the books held when it began. */
export interface PositionsRead {
  readonly asOf: Instant.Instant
  readonly booked: ReadonlyMap<Ticker, Decimal.Decimal>
  readonly complete: boolean
  readonly contradiction: SnapshotFault | undefined
  readonly rows: ReadonlyArray<Holding>
  /** The symbols of which the broker held something else a moment before, when it was asked first. */
  readonly moved: ReadonlySet<Ticker>
}

/** Reads the positions of an account's broker. */
export const readPositions = (account: AccountName) =>
  Effect.flatMap(brokerOf(account), (broker) => readPositionsAt(broker, account))

/** Reads the positions of an account at this broker. */
export const readPositionsAt = Effect.fn("Reconciliation.readPositions")(function* (
  broker: BrokerService,
  account: AccountName
) {
  const asOf = yield* Effect.flatMap(Clock, (clock) => clock.now)
  const positions = yield* Reads.all(PositionTable, { where: [{ column: "account", in: [account] }] })
  const settings = yield* Reads.account(account)
  const last = yield* lastExecuted(account)
  const answer = yield* withRetries(broker.positions)
  const { complete, holdings: listed } = answer
  const holdings = listed.map((row) => ({
    ...row,
    symbol: nameInBooks(settings?.symbols ?? [], row.symbol)
  }))
  const read: PositionsRead = {
    asOf,
    booked: new Map(positions.map((position) => [position.symbol, holdingsOf(position)])),
    complete,
    contradiction: contradictionOf(holdings) ?? unsoundOf(answer, settings?.brokerAccountId, last),
    rows: holdings,
    moved: new Set()
  }
  return read
})

/** What the broker holds, by symbol, as far as it can be compared. */
export const quantities = ({ rows }: PositionsRead) =>
  new Map(rows.filter(isComparable).map(({ quantity, symbol }) => [symbol, quantity]))

/** A second reading, which knows what has moved since the first: what the books heard in between may be older than it. */
export const sinceThen = (first: PositionsRead, second: PositionsRead): PositionsRead => {
  const [before, after] = [quantities(first), quantities(second)]
  const isOther = (symbol: Ticker) =>
    !Decimal.equals(before.get(symbol) ?? Decimal.zero, after.get(symbol) ?? Decimal.zero)
  return { ...second, moved: new Set([...before.keys(), ...after.keys()].filter(isOther)) }
}

/** So many of the newest orders are looked through for an execution. */
export const NEWEST = 20

/** The order whose execution was the last that the broker had reported when a reading began; what came while it was read is no fault. */
const lastExecuted = (account: AccountName) =>
  Effect.map(
    Reads.page(OrderTable, {
      where: [
        { column: "account", in: [account] },
        { column: "lastFilledAt", atLeast: 0 }
      ],
      orderBy: ["lastFilledAt", "id"],
      descending: true,
      limit: NEWEST
    }),
    ({ items }) => items.find((order) => !isAdjustment(order))
  )

/** A listing of another account, or of a moment before an execution that the same broker had reported already, is not judged by. */
const unsoundOf = (
  { asOf, brokerAccountId }: HoldingsListed,
  pinned: string | undefined,
  last: Order | undefined
): SnapshotFault | undefined => {
  if (brokerAccountId !== undefined && pinned !== undefined && brokerAccountId !== pinned) {
    return { _tag: "OtherAccount" }
  }
  if (asOf === undefined || last?.lastFilledAt === undefined || last.lastFilledAt <= asOf) return undefined
  return { _tag: "OfBefore", asOf, symbol: last.symbol }
}

/** P8: a listing that is not the whole truth, or contradicts itself, judges nothing. */
export const faultOf = ({ complete, contradiction }: PositionsRead): SnapshotFault | undefined =>
  contradiction ?? (complete ? undefined : { _tag: "InPart", listing: "positions" })
