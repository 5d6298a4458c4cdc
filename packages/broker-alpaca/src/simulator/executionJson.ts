import { type ExchangeOrder, WallClock } from "@roundlot/broker-paper"
import { Decimal, Instant } from "@roundlot/core"
import { XnysCalendar } from "@roundlot/core/adapter"
import { assetIdOf } from "./orderJson.ts"
import { uuidOf } from "./uuid.ts"

type Order = ExchangeOrder.ExchangeOrder
type Execution = ExchangeOrder.Execution

/** An order and all revisions of its executions, in the order in which they came about. */
export interface Story {
  readonly order: Order
  readonly executions: ReadonlyArray<Execution>
}

/** How far an order was once a revision had happened. */
export interface Stand {
  readonly filled: Decimal.Decimal
  readonly notional: Decimal.Decimal
  readonly leaves: Decimal.Decimal
}

/** The sums over the newest revisions up to one of them, itself included. */
const standAt = ({ executions, order }: Story, execution: Execution): Stand => {
  const newest = new Map<string, Execution>()
  for (const each of executions) {
    newest.set(each.execIdBase, each)
    if (each.execId === execution.execId) break
  }
  const all = [...newest.values()]
  const filled = Decimal.sum(all.map(({ quantity }) => quantity))
  return {
    filled,
    notional: Decimal.sum(all.map(({ price, quantity }) => Decimal.multiply(price, quantity))),
    leaves: Decimal.max(Decimal.zero, Decimal.subtract(order.quantity, filled))
  }
}

/** Alpaca's own id of a revision: each correction has a new one. */
export const executionIdOf = ({ execId }: Pick<Execution, "execId">): string => uuidOf(`execution ${execId}`)

const typeOf = ({ leaves }: Stand): "fill" | "partial_fill" => (Decimal.isZero(leaves) ? "fill" : "partial_fill")

/** New York's time, which is what the digits of an activity's id show: `20261120143000123`. */
const localDigits = (at: Instant.Instant): string =>
  WallClock.digitsOf(at, "America/New_York").join("") + String(Instant.toMillis(at) % 1000).padStart(3, "0")

/** The token of an activity in listings. */
const activityIdOf = (execution: Execution): string =>
  `${localDigits(execution.executedAt)}::${uuidOf(`activity ${execution.execId}`)}`

/** A row of `GET /v2/account/activities/FILL`: what was executed, never what was corrected. */
export const activityJson = (story: Story, execution: Execution) => {
  const stand = standAt(story, execution)
  return {
    id: activityIdOf(execution),
    activity_type: "FILL",
    transaction_time: Instant.format(execution.executedAt),
    type: typeOf(stand),
    price: Decimal.format(execution.price),
    qty: Decimal.format(execution.quantity),
    side: execution.side,
    symbol: execution.symbol,
    leaves_qty: Decimal.format(stand.leaves),
    order_id: execution.brokerOrderId,
    cum_qty: Decimal.format(stand.filled),
    order_status: typeOf(stand) === "fill" ? "filled" : "partially_filled"
  }
}

/** An order as it was once an execution had happened. */
export const orderAt = (story: Story, execution: Execution): Order => {
  const { filled, leaves, notional } = standAt(story, execution)
  const status = Decimal.isZero(leaves) ? "filled" : "partially_filled"
  return { ...story.order, filledQuantity: filled, notional, status, updatedAt: execution.executedAt }
}

const CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

const base32 = (value: bigint, length: number): string => {
  let rest = value
  let text = ""
  for (let i = 0; i < length; i++) {
    text = CROCKFORD.charAt(Number(rest & 31n)) + text
    rest >>= 5n
  }
  return text
}

/** The id of an event: it sorts by time. */
export const eventIdOf = ({ executedAt, execId }: Execution): string =>
  base32(BigInt(Instant.toMillis(executedAt)), 10) +
  base32(executedAt % 1000n, 2) +
  base32(BigInt(`0x${uuidOf(execId).replaceAll("-", "").slice(0, 16)}`), 14)

const typeOfRevision = (execution: Execution, stand: Stand): string => {
  if (execution.revision === 1) return typeOf(stand)
  return Decimal.isZero(execution.quantity) ? "trade_bust" : "trade_correct"
}

/** A trade settles on the next day on which the market is open. */
const settledOn = (executedAt: Instant.Instant): string =>
  XnysCalendar.marketDate(XnysCalendar.nextOpeningAfter(executedAt, "extended") ?? executedAt)

/** A trade of `GET /v2beta1/events/activities`: executions, and what undoes them. */
export const tradeEventJson = (story: Story, execution: Execution) => {
  const stand = standAt(story, execution)
  const previous = story.executions.find(
    ({ execIdBase, revision }) => execIdBase === execution.execIdBase && revision === execution.revision - 1
  )
  const type = typeOfRevision(execution, stand)
  const quantity = type === "trade_bust" ? (previous?.quantity ?? execution.quantity) : execution.quantity
  const net = Decimal.multiply(execution.price, quantity)
  return {
    event_id: eventIdOf(execution),
    at: Instant.format(execution.executedAt),
    ref_id: executionIdOf(execution),
    previous_id: previous === undefined ? null : executionIdOf(previous),
    activity_type: "TRD",
    status: previous === undefined ? "executed" : "correct",
    qty: Decimal.format(quantity),
    price: Decimal.format(execution.price),
    net_amount: Decimal.format(execution.side === "buy" ? Decimal.negate(net) : net),
    executed_at: Instant.format(execution.executedAt),
    settle_date: settledOn(execution.executedAt),
    currency: "USD",
    details: {
      asset_id: assetIdOf(execution.symbol),
      order_id: execution.brokerOrderId,
      client_order_id: execution.clientOrderId,
      execution_type: type,
      order_status: Decimal.isZero(stand.leaves) ? "filled" : "partially_filled",
      side: execution.side,
      symbol: execution.symbol,
      cum_qty: Decimal.format(stand.filled),
      leaves_qty: Decimal.format(stand.leaves)
    }
  }
}
