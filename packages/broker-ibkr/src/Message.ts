import { Data, Either } from "effect"
import { type Kind, type Read, read, type ReadOf } from "./wire/layout.ts"
import * as messages from "./wire/messages.ts"

type Tokens = ReadonlyArray<string>

/** A contract as messages name it. */
export interface Contract {
  readonly conId: string
  readonly symbol: string
  readonly secType: string
  readonly exchange: string
  readonly currency: string
  readonly localSymbol: string
}

/** Whether a contract may be ordered, in TWS's words. */
interface Eligibility {
  /** Codes with commas between them, those of order types among them. */
  readonly orderTypes: string
  /** Why it may not be; none before version 186. */
  readonly ineligible: ReadonlyArray<string>
}

/** When a contract is traded, in TWS's words: `20261127:0930-20261127:1300;20261128:CLOSED`. */
export interface ContractHours {
  readonly timeZoneId: string
  readonly tradingHours: string
  readonly liquidHours: string
}

/** What a message says of an order. Quantities are the text that came; `status` is TWS's own word. */
export interface OrderFacts {
  readonly contract: Contract
  readonly action: string
  readonly quantity: string
  readonly type: string
  readonly limitPrice: string
  readonly stopPrice: string
  readonly account: string
  readonly orderRef: string
  readonly permId: string
  /** `1` where it works outside of the regular session too. */
  readonly outsideRth: string
  readonly status: string
}

/** One execution as it came; all of it text. */
export interface ExecutionFacts {
  readonly reqId: string
  readonly orderId: string
  readonly contract: Contract
  readonly execId: string
  readonly time: string
  readonly account: string
  readonly side: string
  readonly shares: string
  readonly price: string
  readonly permId: string
  readonly clientId: string
  readonly cumulative: string
  readonly orderRef: string
  readonly liquidity: string
}

/** A message of TWS, as far as this adapter acts on it. Numbers are the text that came: no float touches them. */
export type Message = Data.TaggedEnum<{
  readonly Notice: { readonly id: number; readonly code: number; readonly text: string }
  readonly OrderStatus: {
    readonly orderId: string
    readonly status: string
    readonly filled: string
    readonly averagePrice: string
    readonly permId: string
    readonly clientId: string
    /** Why TWS holds the order; empty where it does not. */
    readonly whyHeld: string
  }
  readonly OpenOrder: { readonly orderId: string; readonly clientId: string; readonly order: OrderFacts }
  readonly OpenOrdersEnd: {}
  readonly CompletedOrder: {
    readonly order: OrderFacts
    readonly filled: string
    readonly completedTime: string
    /** How it ended, in words. */
    readonly completedStatus: string
  }
  readonly CompletedOrdersEnd: {}
  readonly Execution: { readonly execution: ExecutionFacts }
  readonly ExecutionsEnd: { readonly reqId: string }
  readonly Commission: { readonly execId: string; readonly amount: string; readonly currency: string }
  readonly Position: {
    readonly account: string
    readonly contract: Contract
    readonly quantity: string
    readonly averageCost: string
  }
  readonly PositionsEnd: {}
  readonly ContractDetails: {
    readonly reqId: string
    readonly contract: Contract
    readonly hours: ContractHours
    readonly eligibility: Eligibility
  }
  readonly ContractDetailsEnd: { readonly reqId: string }
  /** A part of market data: the number of what it is, and its value. */
  readonly Tick: { readonly reqId: string; readonly type: string; readonly value: string }
  readonly TicksEnd: { readonly reqId: string }
  readonly AccountFigure: {
    readonly reqId: string
    readonly account: string
    readonly name: string
    readonly value: string
    readonly currency: string
  }
  readonly AccountFiguresEnd: { readonly reqId: string }
  /** What an account's window shows, by its name. */
  readonly AccountValue: { readonly account: string; readonly name: string; readonly value: string }
  readonly AccountValuesEnd: { readonly account: string }
  /** TWS's time, in seconds since 1970. */
  readonly Heartbeat: { readonly seconds: string }
  /** The id that TWS would take for the next order, and the accounts behind its login. */
  readonly NextOrderId: { readonly orderId: string }
  readonly Accounts: { readonly accounts: ReadonlyArray<string> }
  /** A message that is not as its version says, or of a number that nobody knows: nothing of it is believed. */
  readonly Unreadable: {
    readonly why: string
    /** What it would have said: of orders, an answer to a request, or nobody knows what. */
    readonly about: "orders" | "answers" | "nobody knows"
    readonly tokens: Tokens
  }
  /** The connection has ended. */
  readonly Lost: { readonly why: string }
}>

/** Constructors of `Message`. */
export const Message = Data.taggedEnum<Message>()

/** How messages of a kind are read: at a version, of their fields; or why they cannot be. */
type Decoder = (version: number, tokens: Tokens) => Either.Either<Message, string>

const decoder = <N extends string>(kind: Kind<N>, messageOf: (at: Read<N>) => Message): readonly [string, Decoder] => [
  kind.id,
  (version, tokens) => Either.map(read(kind, version, tokens), messageOf)
]

const contractOf = (at: Read<"conId" | "symbol" | "secType" | "exchange" | "currency" | "localSymbol">): Contract => ({
  conId: at("conId"),
  symbol: at("symbol"),
  secType: at("secType"),
  exchange: at("exchange"),
  currency: at("currency"),
  localSymbol: at("localSymbol")
})

/** Fields that both kinds of orders have. */
type OrderField =
  | "action"
  | "quantity"
  | "type"
  | "limitPrice"
  | "stopPrice"
  | "account"
  | "orderRef"
  | "permId"
  | "outsideRth"
  | "status"

const orderOf = (at: Read<OrderField | Parameters<Parameters<typeof contractOf>[0]>[0]>): OrderFacts => ({
  contract: contractOf(at),
  action: at("action"),
  quantity: at("quantity"),
  type: at("type"),
  limitPrice: at("limitPrice"),
  stopPrice: at("stopPrice"),
  account: at("account"),
  orderRef: at("orderRef"),
  permId: at("permId"),
  outsideRth: at("outsideRth"),
  status: at("status")
})

/** TWS writes what is no ASCII as escapes. */
const unescaped = (text: string): string =>
  text.replace(/\\u([0-9a-fA-F]{4})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))

const aboutOrders = [
  decoder(messages.notice, (at) =>
    Message.Notice({ id: Number(at("id")), code: Number(at("code")), text: unescaped(at("text")) })
  ),
  decoder(messages.orderStatus, (at) =>
    Message.OrderStatus({
      orderId: at("orderId"),
      status: at("status"),
      filled: at("filled"),
      averagePrice: at("averagePrice"),
      permId: at("permId"),
      clientId: at("clientId"),
      whyHeld: at("whyHeld")
    })
  ),
  decoder(messages.openOrder, (at) =>
    Message.OpenOrder({ orderId: at("orderId"), clientId: at("clientId"), order: orderOf(at) })
  ),
  decoder(messages.openOrdersEnd, () => Message.OpenOrdersEnd()),
  decoder(messages.completedOrder, (at) =>
    Message.CompletedOrder({
      order: orderOf(at),
      filled: at("filledQuantity"),
      completedTime: at("completedTime"),
      completedStatus: at("completedStatus")
    })
  ),
  decoder(messages.completedOrdersEnd, () => Message.CompletedOrdersEnd()),
  decoder(messages.execution, (at) =>
    Message.Execution({
      execution: {
        reqId: at("reqId"),
        orderId: at("orderId"),
        contract: contractOf(at),
        execId: at("execId"),
        time: at("time"),
        account: at("account"),
        side: at("side"),
        shares: at("shares"),
        price: at("price"),
        permId: at("permId"),
        clientId: at("clientId"),
        cumulative: at("cumulative"),
        orderRef: at("orderRef"),
        liquidity: at("liquidity")
      }
    })
  ),
  decoder(messages.executionsEnd, (at) => Message.ExecutionsEnd({ reqId: at("reqId") })),
  decoder(messages.commission, (at) =>
    Message.Commission({ execId: at("execId"), amount: at("amount"), currency: at("currency") })
  )
]

/** Each with its code, and what that means where TWS says so. */
const reasonsIn = (at: ReadOf<typeof messages.contractDetails>): ReadonlyArray<string> =>
  Array.from({ length: Number(at("ineligibilityReasons")) }, (_, i) =>
    [at(`reason/ineligibilityReasons.${i}`), at(`description/ineligibilityReasons.${i}`)].join(" ").trim()
  )

const answers = [
  decoder(messages.position, (at) =>
    Message.Position({
      account: at("account"),
      contract: contractOf(at),
      quantity: at("quantity"),
      averageCost: at("averageCost")
    })
  ),
  decoder(messages.positionsEnd, () => Message.PositionsEnd()),
  decoder(messages.accountFigure, (at) =>
    Message.AccountFigure({
      reqId: at("reqId"),
      account: at("account"),
      name: at("name"),
      value: at("value"),
      currency: at("currency")
    })
  ),
  decoder(messages.accountFiguresEnd, (at) => Message.AccountFiguresEnd({ reqId: at("reqId") })),
  decoder(messages.contractDetails, (at) =>
    Message.ContractDetails({
      reqId: at("reqId"),
      contract: contractOf(at),
      hours: { timeZoneId: at("timeZoneId"), tradingHours: at("tradingHours"), liquidHours: at("liquidHours") },
      eligibility: { orderTypes: at("orderTypes"), ineligible: reasonsIn(at) }
    })
  ),
  decoder(messages.accountValue, (at) =>
    Message.AccountValue({ account: at("account"), name: at("name"), value: at("value") })
  ),
  decoder(messages.accountValuesEnd, (at) => Message.AccountValuesEnd({ account: at("account") })),
  decoder(messages.contractDetailsEnd, (at) => Message.ContractDetailsEnd({ reqId: at("reqId") })),
  ...[messages.tickPrice, messages.tickNumber, messages.tickText].map((kind) =>
    decoder(kind, (at) => Message.Tick({ reqId: at("reqId"), type: at("type"), value: at("value") }))
  ),
  decoder(messages.ticksEnd, (at) => Message.TicksEnd({ reqId: at("reqId") }))
]

const ofConnection = [
  decoder(messages.nextOrderId, (at) => Message.NextOrderId({ orderId: at("orderId") })),
  decoder(messages.accounts, (at) =>
    Message.Accounts({
      accounts: at("accounts")
        .split(",")
        .filter((each) => each !== "")
    })
  ),
  decoder(messages.currentTime, (at) => Message.Heartbeat({ seconds: at("seconds") }))
]

const decoders = new Map([...aboutOrders, ...answers, ...ofConnection])
const idsAboutOrders = new Set(aboutOrders.map(([id]) => id))

/** A message of its fields, at the version that was agreed on; `undefined` where it is a documented one that nobody here asks for. */
export const decode = (version: number, tokens: Tokens): Message | undefined => {
  const [id = ""] = tokens
  if (messages.unread.has(id)) return undefined
  const decoded = decoders.get(id)?.(version, tokens)
  if (decoded === undefined)
    return Message.Unreadable({ why: "its number is not documented", about: "nobody knows", tokens })
  const about = idsAboutOrders.has(id) ? ("orders" as const) : ("answers" as const)
  return Either.getOrElse(decoded, (why) => Message.Unreadable({ why, about, tokens }))
}

/** Which message could not be read, and why. Its fields are in the log. */
export const unreadable = ({
  tokens: [id],
  why
}: Pick<Extract<Message, { readonly _tag: "Unreadable" }>, "tokens" | "why">): string =>
  `TWS sent a message ${id ?? "without a number"} that cannot be read: ${why}`
