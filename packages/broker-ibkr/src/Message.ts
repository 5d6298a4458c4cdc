import { Data } from "effect"

/** A contract as messages name it. */
export interface Contract {
  readonly conId: string
  readonly symbol: string
  readonly secType: string
  readonly exchange: string
  readonly currency: string
  readonly localSymbol: string
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
    readonly tokens: ReadonlyArray<string>
  }
  readonly ContractDetailsEnd: { readonly reqId: string }
  /** A part of a snapshot of market data: the number of what it is, and its value. */
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
  /** TWS's time, in seconds since 1970. */
  readonly Heartbeat: { readonly seconds: string }
  /** The connection has ended. */
  readonly Lost: { readonly why: string }
}>

/** Constructors of `Message`. */
export const Message = Data.taggedEnum<Message>()

/** The numbers of the messages that are read here. */
const ids = {
  tickPrice: "1",
  tickText: "46",
  ticksEnd: "57",
  orderStatus: "3",
  notice: "4",
  openOrder: "5",
  contractDetails: "10",
  execution: "11",
  currentTime: "49",
  contractDetailsEnd: "52",
  openOrdersEnd: "53",
  executionsEnd: "55",
  commission: "59",
  position: "61",
  positionsEnd: "62",
  accountFigure: "63",
  accountFiguresEnd: "64",
  completedOrder: "101",
  completedOrdersEnd: "102"
} as const

type Tokens = ReadonlyArray<string>

const at = (tokens: Tokens, index: number): string => tokens[index] ?? ""

/** From `first` on: conId, symbol, secType, expiry, strike, right, multiplier, exchange, currency, localSymbol, tradingClass. */
const contractAt = (tokens: Tokens, first: number): Contract => ({
  conId: at(tokens, first),
  symbol: at(tokens, first + 1),
  secType: at(tokens, first + 2),
  exchange: at(tokens, first + 7),
  currency: at(tokens, first + 8),
  localSymbol: at(tokens, first + 9)
})

/** The status of an order stands behind parts of changing length: the library, which walks them, says it. */
const orderAt = (tokens: Tokens, first: number, status: string, ref: number, permId: number): OrderFacts => ({
  contract: contractAt(tokens, first),
  action: at(tokens, first + 11),
  quantity: at(tokens, first + 12),
  type: at(tokens, first + 13),
  limitPrice: at(tokens, first + 14),
  stopPrice: at(tokens, first + 15),
  account: at(tokens, first + 18),
  orderRef: at(tokens, ref),
  permId: at(tokens, permId),
  outsideRth: at(tokens, permId + 1),
  status
})

/** How far from the end of a completed order its filled quantity, its time and the words of its end stand. */
const FILLED_FROM_END = 16
const COMPLETED_FROM_END = 9
const WORDS_FROM_END = 8

const execution = (tokens: Tokens): Message =>
  Message.Execution({
    execution: {
      reqId: at(tokens, 1),
      orderId: at(tokens, 2),
      contract: contractAt(tokens, 3),
      execId: at(tokens, 14),
      time: at(tokens, 15),
      account: at(tokens, 16),
      side: at(tokens, 18),
      shares: at(tokens, 19),
      price: at(tokens, 20),
      permId: at(tokens, 21),
      clientId: at(tokens, 22),
      cumulative: at(tokens, 24),
      orderRef: at(tokens, 26),
      liquidity: at(tokens, 30)
    }
  })

/** A message of its tokens; `undefined` where it is none that is read here. Orders need the status that the library found. */
export const decode = (tokens: Tokens): Message | undefined => {
  switch (tokens[0]) {
    case ids.notice:
      return Message.Notice({ id: Number(at(tokens, 2)), code: Number(at(tokens, 3)), text: at(tokens, 4) })
    case ids.orderStatus:
      return Message.OrderStatus({
        orderId: at(tokens, 1),
        status: at(tokens, 2),
        filled: at(tokens, 3),
        averagePrice: at(tokens, 5),
        permId: at(tokens, 6),
        clientId: at(tokens, 9),
        whyHeld: at(tokens, 10)
      })
    case ids.openOrdersEnd:
      return Message.OpenOrdersEnd()
    case ids.completedOrdersEnd:
      return Message.CompletedOrdersEnd()
    case ids.execution:
      return execution(tokens)
    case ids.executionsEnd:
      return Message.ExecutionsEnd({ reqId: at(tokens, 2) })
    case ids.commission:
      return Message.Commission({ execId: at(tokens, 2), amount: at(tokens, 3), currency: at(tokens, 4) })
    case ids.position: {
      const contract = contractAt(tokens, 3)
      const [quantity, averageCost] = [at(tokens, 14), at(tokens, 15)]
      return Message.Position({ account: at(tokens, 2), contract, quantity, averageCost })
    }
    case ids.positionsEnd:
      return Message.PositionsEnd()
    case ids.contractDetails:
      return Message.ContractDetails({ reqId: at(tokens, 1), contract: contractDetailsAt(tokens), tokens })
    case ids.contractDetailsEnd:
      return Message.ContractDetailsEnd({ reqId: at(tokens, 2) })
    case ids.accountFigure: {
      const [reqId, account, name, value, currency] = [2, 3, 4, 5, 6].map((index) => at(tokens, index))
      return Message.AccountFigure({
        reqId: reqId ?? "",
        account: account ?? "",
        name: name ?? "",
        value: value ?? "",
        currency: currency ?? ""
      })
    }
    case ids.accountFiguresEnd:
      return Message.AccountFiguresEnd({ reqId: at(tokens, 2) })
    case ids.tickPrice:
    case ids.tickText:
      return Message.Tick({ reqId: at(tokens, 2), type: at(tokens, 3), value: at(tokens, 4) })
    case ids.ticksEnd:
      return Message.TicksEnd({ reqId: at(tokens, 2) })
    case ids.currentTime:
      return Message.Heartbeat({ seconds: at(tokens, 2) })
    default:
      return undefined
  }
}

/** reqId, symbol, secType, two dates, strike, right, exchange, currency, localSymbol, market, class, conId. */
const contractDetailsAt = (tokens: Tokens): Contract => ({
  conId: at(tokens, 13),
  symbol: at(tokens, 2),
  secType: at(tokens, 3),
  exchange: at(tokens, 8),
  currency: at(tokens, 9),
  localSymbol: at(tokens, 10)
})

/** An open order, of its tokens and the status in them. */
export const openOrder = (tokens: Tokens, status: string): Message =>
  Message.OpenOrder({
    orderId: at(tokens, 1),
    clientId: at(tokens, 24),
    order: orderAt(tokens, 2, status, 23, 25)
  })

/** A completed order, of its tokens and the status in them. */
export const completedOrder = (tokens: Tokens, status: string): Message =>
  Message.CompletedOrder({
    order: orderAt(tokens, 1, status, 22, 23),
    filled: tokens.at(-FILLED_FROM_END) ?? "",
    completedTime: tokens.at(-COMPLETED_FROM_END) ?? "",
    completedStatus: tokens.at(-WORDS_FROM_END) ?? ""
  })
