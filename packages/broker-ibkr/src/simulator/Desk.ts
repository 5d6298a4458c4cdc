import { createHash } from "node:crypto"
import type { Exchange, ExchangeOrder } from "@roundlot/broker-paper"
import type { AccountName } from "@roundlot/core"
import { Decimal } from "@roundlot/core"
import type { Placed, Shown, ShownExecution, TimeShape } from "./messages.ts"

/** What the parts of a simulator work with. */
export interface Desk {
  readonly exchange: Exchange.ExchangeService
  readonly account: AccountName.AccountName
  /** The account's number, and those of other accounts behind the login. */
  readonly number: string
  readonly others: ReadonlyArray<string>
  readonly shape: TimeShape
  readonly commissions: "with" | "late" | "never"
  /** Which client's order is which of the exchange's, by the exchange's id. */
  readonly placed: Map<string, Placed>
  /** References that were given: the exchange takes each once, TWS any number of times. */
  readonly references: Set<string>
  /** The newest order id of each client, and the clients that are connected. */
  readonly orderIds: Map<number, number>
  readonly connected: Set<number>
}

const hashOf = (text: string): string => createHash("sha256").update(text).digest("hex")

const PERM_IDS = 90_000n
const FIRST_PERM_ID = 10_000_000_000n
const ORDERS = 100_000n

/** The durable id of an exchange's n-th order: beyond 32 bits, as they may be. */
export const permIdOf = (tag: string, number: number): string => {
  const block = BigInt(`0x${hashOf(tag).slice(0, 8)}`) % PERM_IDS
  return String(FIRST_PERM_ID + block * ORDERS + BigInt(number))
}

const CONTRACT_IDS = 900_000

/** The contract id of a symbol. */
export const conIdOf = (symbol: string): number =>
  100_000 + (Number.parseInt(hashOf(symbol).slice(0, 8), 16) % CONTRACT_IDS)

/** An execution's id as TWS writes it: four parts, the last of them the revision. */
export const execIdOf = ({ execIdBase, revision }: ExchangeOrder.Execution): string => {
  const hash = hashOf(execIdBase)
  return `${hash.slice(0, 8)}.${hash.slice(8, 16)}.01.${String(revision).padStart(2, "0")}`
}

const byHand: Placed = { clientId: 0, orderId: 0, orderRef: "", timeInForce: "DAY" }

/** Which client's order this is; one that a person entered is nobody's. */
const placedOf = (desk: Desk, order: ExchangeOrder.ExchangeOrder): Placed => {
  const timeInForce = order.timeInForce.toUpperCase()
  return desk.placed.get(order.brokerOrderId) ?? { ...byHand, orderRef: order.clientOrderId ?? "", timeInForce }
}

/** The order's status in TWS's words. */
export const statusOf = ({ status }: ExchangeOrder.ExchangeOrder): string => {
  if (status === "filled") return "Filled"
  if (status === "cancelled" || status === "expired") return "Cancelled"
  return status === "rejected" ? "Inactive" : "Submitted"
}

/** An order as messages show it. */
export const shownOf = (desk: Desk, order: ExchangeOrder.ExchangeOrder, status = statusOf(order)): Shown => ({
  order,
  placed: placedOf(desk, order),
  permId: order.brokerOrderId,
  number: desk.number,
  status,
  conId: conIdOf(order.symbol)
})

/** An execution as messages show it, with how far its order was then. */
export const shownExecutionOf = (
  desk: Desk,
  order: ExchangeOrder.ExchangeOrder,
  execution: ExchangeOrder.Execution,
  all: ReadonlyArray<ExchangeOrder.Execution>
): ShownExecution => {
  const newest = new Map<string, Decimal.Decimal>()
  for (const each of all) {
    newest.set(each.execIdBase, each.quantity)
    if (each.execId === execution.execId) break
  }
  return {
    ...shownOf(desk, order),
    execution,
    execId: execIdOf(execution),
    cumulative: Decimal.sum([...newest.values()]),
    shape: desk.shape
  }
}
