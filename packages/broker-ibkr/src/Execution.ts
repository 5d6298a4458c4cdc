import { AccountName, Decimal, Instant, Price, type Side } from "@roundlot/core"
import { ClientOrderId, type ExecutionFacts as ExecutionRecord, type Report } from "@roundlot/core/adapter"
import { Either, Schema } from "effect"
import * as BrokerTime from "./BrokerTime.ts"
import * as ExecId from "./ExecId.ts"
import type { Contract, ExecutionFacts } from "./Message.ts"
import * as OrderIds from "./OrderIds.ts"
import { symbolFrom } from "./OrderRequest.ts"
import { decimalOf, masked } from "./Text.ts"

/** What reports of one account are made with. */
export interface Names {
  /** Ours, and TWS's own. */
  readonly account: AccountName.AccountName
  readonly number: string
  /** The zone that TWS was logged in with, where its times name none. */
  readonly zone: string | undefined
}

/** The class of shares. */
export const STOCK = "STK"
/** A combination is summed up in an execution of its own beside those of its legs. */
export const COMBINATION = "BAG"

/** Whose a report is: what is another account's is told as such, and never booked (O20). */
export const ownerOf = ({ account, number }: Names, told: string): AccountName.AccountName =>
  told === number || told === "" ? account : AccountName.AccountName.make(`ib-${masked(told)}`)

/** The class of a contract, as core names equities. */
export const assetClassOf = ({ secType }: Contract): string => (secType === STOCK ? "equity" : secType)

/** The symbol of a contract; what is no stock has one that is no ticker, so that it is never taken for one. */
export const symbolOf = ({ localSymbol, secType, symbol }: Contract): string =>
  secType === STOCK ? symbolFrom(symbol) : `${secType} ${localSymbol === "" ? symbol : localSymbol}`

/** Orders say BUY, SELL or SSHORT, executions BOT or SLD; any other word is no side. */
export const sideOf = (word: string): Side.Side | undefined => {
  if (word.startsWith("B")) return "buy"
  return word.startsWith("S") ? "sell" : undefined
}

const dateOf = (at: Instant.Instant): string => Instant.format(at).slice(0, 10)

const DAY_MS = 86_400_000
/** What orders that were entered by hand have as their order id. */
const NO_ORDER_IDS: ReadonlyArray<string> = ["", "0", OrderIds.OF_HAND]

/** The id of an order that TWS gives none of its own: the client's, with what tells its days apart. */
const compositeOf = (facts: ExecutionFacts, symbol: string, at: Instant.Instant): string =>
  [facts.clientId, facts.orderId, symbol, sideOf(facts.side), dateOf(at)].join("/")

const id = (text: string): ClientOrderId.BrokerOrderId => ClientOrderId.BrokerOrderId.make(text)

/** By what an execution finds its order (SYNC-4): TWS's durable id, else our own, else the composite, else itself. */
const orderIdsOf = (
  facts: ExecutionFacts,
  at: Instant.Instant,
  isLeg: boolean
): Pick<Report.Executed, "brokerOrderId" | "otherIds" | "nearIds" | "clientOrderId"> => {
  const symbol = symbolOf(facts.contract)
  const clientOrderId = facts.orderRef === "" ? undefined : facts.orderRef
  const hasComposite = facts.clientId !== "" && !NO_ORDER_IDS.includes(facts.orderId)
  const composite = id(compositeOf(facts, symbol, at))
  const neighbours = [-DAY_MS, DAY_MS].map((ms) => id(compositeOf(facts, symbol, Instant.addMillis(at, ms))))
  // The legs of a combination share its id, and are no fills of it.
  if (isLeg) return { brokerOrderId: id([facts.permId, symbol, sideOf(facts.side)].join("/")), clientOrderId }
  if (isDurable(facts.permId)) {
    const nearIds = hasComposite ? [composite, ...neighbours] : []
    return { brokerOrderId: id(facts.permId), clientOrderId, nearIds }
  }
  const isOurs = clientOrderId !== undefined && ClientOrderId.ours(clientOrderId) !== undefined
  if (isOurs) return { brokerOrderId: undefined, clientOrderId }
  if (hasComposite) return { brokerOrderId: composite, clientOrderId, nearIds: neighbours }
  return { brokerOrderId: id(ExecId.parse(facts.execId).base), clientOrderId }
}

/** TWS has given the order an id of its own, which stays whoever asks and when. */
export const isDurable = (permId: string): boolean => /^[1-9][0-9]*$/.test(permId)

const decodePrice = Schema.decodeEither(Price.Price)

const LIQUIDITY = ["none", "added", "removed", "routed_out"]

const saidOf = (text: string): string | undefined => (text === "" ? undefined : text)

/** What stands on record beside what rules read, in TWS's words; an id of 0 is none. */
const factsOf = (facts: ExecutionFacts): ExecutionRecord.ExecutionFacts => ({
  permId: isDurable(facts.permId) ? facts.permId : undefined,
  orderRef: saidOf(facts.orderRef),
  orderId: NO_ORDER_IDS.includes(facts.orderId) ? undefined : facts.orderId,
  clientId: saidOf(facts.clientId),
  secType: saidOf(facts.contract.secType),
  exchange: saidOf(facts.contract.exchange),
  currency: saidOf(facts.contract.currency),
  liquidity: LIQUIDITY[Number(facts.liquidity)] ?? saidOf(facts.liquidity)
})

/** An execution as a report; `undefined` where its id, its side or its shares cannot be read. Received `at`, for one whose time cannot be. */
export const executedOf = (
  names: Names,
  facts: ExecutionFacts,
  at: Instant.Instant,
  isLeg: boolean,
  cost?: { readonly amount: string; readonly currency: string }
): Report.Executed | undefined => {
  const quantity = decimalOf(facts.shares)
  const side = sideOf(facts.side)
  if (quantity === undefined || side === undefined || facts.execId === "") return undefined
  const { base, revision } = ExecId.parse(facts.execId)
  const told = BrokerTime.parse(facts.time, names.zone)
  const executedAt = told ?? at
  const price = decimalOf(facts.price)
  const commission = cost === undefined ? undefined : decimalOf(cost.amount)
  return {
    _tag: "Executed",
    account: ownerOf(names, facts.account),
    asOf: executedAt,
    asOfKind: told === undefined ? "ours" : "broker",
    execId: facts.execId,
    execIdBase: base,
    revision,
    ...orderIdsOf(facts, executedAt, isLeg),
    symbol: symbolOf(facts.contract),
    side,
    quantity,
    price: price === undefined ? undefined : Either.getOrUndefined(decodePrice(Decimal.format(price))),
    executedAt,
    facts: factsOf(facts),
    ...(commission === undefined || cost === undefined
      ? {}
      : { commission: { amount: commission, currency: cost.currency } })
  }
}
