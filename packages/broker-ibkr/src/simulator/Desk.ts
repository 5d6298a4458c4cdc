import { createHash } from "node:crypto"
import { type Exchange, type ExchangeFailed, ExchangeOrder, Matching } from "@roundlot/broker-paper"
import { type AccountName, Decimal } from "@roundlot/core"
import { Effect } from "effect"
import type { ContractHours } from "../Message.ts"
import type { Said } from "../wire/layout.ts"
import type { Placed, Shown, ShownExecution, TimeShape } from "./messages.ts"

/** What the account is besides what the exchange keeps of it; a test changes it. */
export interface AccountState {
  /** The API of TWS only reads. */
  readonly isReadOnly: boolean
  /** Symbols that nobody lends shares of. */
  readonly notShortable: ReadonlySet<string>
  /** Its figures are right: `AccountReady` is so, and is not while servers reset. */
  readonly isReady: boolean
  /** How often it may still open and close within a day, -1 without end; as the exchange counts it where it is `undefined`. */
  readonly dayTradesRemaining: number | undefined
  /** What its contracts say of their hours, where that is not what the exchange has. */
  readonly hours: Partial<ContractHours>
  /** Symbols that may not be ordered, and why. */
  readonly ineligible: ReadonlyMap<string, string>
}

/** What the parts of a simulator work with. */
export interface Desk {
  readonly exchange: Exchange.ExchangeService
  readonly account: AccountName.AccountName
  /** What the account is now. */
  readonly state: () => AccountState
  /** The account's number, and those of other accounts behind the login. */
  readonly number: string
  readonly others: ReadonlyArray<string>
  readonly shape: TimeShape
  readonly commissions: "with" | "late" | "never"
  /** What market data the login is subscribed to. */
  readonly marketData: "live" | "delayed" | "none"
  /** The exchange never closes, or was given no hours of its own. */
  readonly isAlwaysOpen: boolean
  readonly permIds: "always" | "never"
  /** What a filled order is listed over among the completed ones. */
  readonly quantityOfFilled: "shown" | "zero"
  /** The newest version of the protocol that is spoken. */
  readonly newestVersion: number
  /** Which client's order is which of the exchange's, by the exchange's id. */
  readonly placed: Map<string, Placed>
  /** References that were given: the exchange takes each once, TWS any number of times. */
  readonly references: Set<string>
  /** The legs of each combination, by each of its legs' orders; the first one's id is that of all. */
  readonly combined: Map<string, ReadonlyArray<string>>
  /** While the legs of one are entered, nothing is told of them. */
  readonly combining: { isUnderWay: boolean }
  /** The newest order id of each client, and the clients that are connected. */
  readonly orderIds: Map<number, number>
  readonly connected: Set<number>
}

/** One connection, once its client is known. */
export interface Seat {
  readonly desk: Desk
  readonly clientId: number
  /** The version of the protocol that was agreed on with the client. */
  readonly version: number
  readonly send: (...all: ReadonlyArray<Said>) => void
  /** What is placed is reported before what comes of it. */
  readonly inTurn: Effect.Semaphore
  /** Commissions, reported with the next request. */
  readonly late: Array<Said>
  /** Cuts the connection in the middle of a message. */
  readonly cut: () => void
}

/** What is done for a client's request. */
export type Doing = Effect.Effect<void, ExchangeFailed>

/** What came back, or undefined where the exchange was instructed to lose or to spoil it: then the connection is cut, or silent. */
export const bodyOf = <A>({ cut }: Seat, { reply }: Exchange.Replied<A>): A | undefined => {
  if (reply._tag === "Done") return reply.body
  if (reply._tag !== "Lost" || reply.how === "reset") cut()
  return undefined
}

/** What an execution costs, as TWS writes it. */
export const COMMISSION = "1.0"

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

/** An execution's id as TWS writes it: four parts, the last of them the revision; a fifth tells the legs of a combination apart. */
export const execIdOf = (
  { combined }: Pick<Desk, "combined">,
  { brokerOrderId, execIdBase, revision }: ExchangeOrder.Execution
): string => {
  const legs = combined.get(brokerOrderId)
  const leg = legs === undefined ? "" : `.${twoDigits(legs.indexOf(brokerOrderId) + 1)}`
  return `${partsOf(execIdBase)}.01.${twoDigits(revision)}${leg}`
}

const twoDigits = (number: number): string => String(number).padStart(2, "0")

const partsOf = (text: string): string => {
  const hash = hashOf(text)
  return `${hash.slice(0, 8)}.${hash.slice(8, 16)}`
}

/** The durable id under which an order is shown: of a leg that of its combination. */
const shownIdOf = ({ combined }: Pick<Desk, "combined">, brokerOrderId: string): string =>
  combined.get(brokerOrderId)?.[0] ?? brokerOrderId

/** Is it a leg whose combination another one stands for? */
export const isBehind = ({ combined }: Pick<Desk, "combined">, brokerOrderId: string): boolean =>
  (combined.get(brokerOrderId) ?? []).indexOf(brokerOrderId) > 0

/** The combination that this order is the first leg of, as an order; the order itself where it is of none. */
export const wholeOf = (shown: Shown, symbols: ReadonlyArray<string>): Shown =>
  symbols.length === 0 ? shown : { ...shown, combination: symbols.join(","), conId: 0 }

/** What a combination's execution as a whole is shown as, beside those of its legs. */
export const summaryOf = (shown: ShownExecution, symbols: ReadonlyArray<string>): ShownExecution => ({
  ...shown,
  combination: symbols.join(","),
  conId: 0,
  execId: `${partsOf(`${shown.permId} as a whole`)}.01.01`
})

/** The symbols of the legs of an order's combination; none where it is of none. */
export const symbolsOf = (
  { combined }: Desk,
  brokerOrderId: string,
  all: ReadonlyArray<ExchangeOrder.ExchangeOrder>
): ReadonlyArray<string> =>
  (combined.get(brokerOrderId) ?? []).flatMap((leg) => all.find((each) => each.brokerOrderId === leg)?.symbol ?? [])

/** TWS tells the legs of a combination, and then what it came to as a whole. */
export const isLastLeg = ({ combined }: Desk, brokerOrderId: string): boolean =>
  combined.get(brokerOrderId)?.at(-1) === brokerOrderId

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

/** What a working order is called: as an instruction says, or `PreSubmitted` as long as its market is closed. */
export const wordFor = (
  { exchange }: Pick<Desk, "exchange">,
  order: ExchangeOrder.ExchangeOrder
): Effect.Effect<string | undefined, ExchangeFailed> =>
  Effect.gen(function* () {
    const word = (yield* exchange.look(order.brokerOrderId))?.shownAs
    return word ?? (Matching.isInSession(order, yield* exchange.hours) ? undefined : "PreSubmitted")
  })

/** A working order in the words that the exchange was told: a status, and after a slash why TWS holds it. */
export const calledOf = (desk: Desk, order: ExchangeOrder.ExchangeOrder, word: string | undefined): Shown => {
  if (word === undefined || !ExchangeOrder.isWorking(order.status)) return shownOf(desk, order)
  const [status = "", whyHeld = ""] = word.split("/")
  return { ...shownOf(desk, order, status), whyHeld }
}

/** An order as messages show it. */
export const shownOf = (desk: Desk, order: ExchangeOrder.ExchangeOrder, status = statusOf(order)): Shown => ({
  order,
  placed: placedOf(desk, order),
  permId: shownIdOf(desk, order.brokerOrderId),
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
    ...(desk.permIds === "never" ? { permId: "0" } : {}),
    execution,
    execId: execIdOf(desk, execution),
    cumulative: Decimal.sum([...newest.values()]),
    shape: desk.shape
  }
}
