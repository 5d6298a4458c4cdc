import { aMinuteOfReadings, executionsAreGone } from "./fills.ts"
import { names } from "./Place.ts"
import type { Name } from "./Place.ts"
import type { Fields, Telling } from "./retelling.ts"
import type { Row } from "./Row.ts"
import { fieldsAre, isAbout, LONG_MS, manual, message, messages, OF_OTHER_BOOKS, text } from "./messages.ts"

/** Somebody has asked the broker to end the order. */
const isEnding = (name: Name): Telling =>
  of(name, {
    alpaca: text(/\/v2\/orders/, [/"status":"new"/g, `"status":"pending_cancel"`]),
    schwab: text(/\/orders/, [/"status":"WORKING"/g, `"status":"PENDING_CANCEL"`]),
    ibkr: fieldsAre("openOrder", "Submitted", "PendingCancel")
  })

/** How each broker calls such an order. */
const ENDING: { readonly [N in Name]: string } = {
  schwab: "PENDING_CANCEL",
  ibkr: "PendingCancel",
  alpaca: "pending_cancel",
  paper: ""
}

/** The broker has it and does not work it, for a while, under this word. */
const IDLE: { readonly [N in Name]?: string } = { alpaca: "suspended", schwab: "AWAITING_MANUAL_REVIEW" }

const isIdle = (name: Name): Telling =>
  of(name, {
    alpaca: text(/\/v2\/orders/, [/"status":"new"/g, `"status":"${IDLE.alpaca}"`]),
    schwab: text(/\/orders/, [/"status":"WORKING"/g, `"status":"${IDLE.schwab}"`])
  })

const NOTHING: Telling = {}

/** What a broker tells, of those that a row has tell something. */
const of = (name: Name, tellings: { readonly [N in Name]?: Telling }): Telling => tellings[name] ?? NOTHING

const HOUR_MS = 3_600_000
const SOON = new Date(Date.now() + HOUR_MS).toISOString()

/** Alpaca tells orders otherwise, and with a newer time. */
const changed = (change: readonly [was: RegExp, is: string]): Telling =>
  text(/\/v2\/orders/, change, [/"updated_at":"[^"]*"/g, `"updated_at":"${SOON}"`])

const quantityIs = (name: Name, quantity: string): Telling =>
  of(name, {
    alpaca: changed([/"qty":"3"/g, `"qty":"${quantity}"`]),
    schwab: text(/\/orders/, [/"quantity":3\.0/g, `"quantity":${quantity}.0`]),
    ibkr: message({ openOrder: [[14, quantity]], completedOrder: [[13, quantity]] })
  })

const totalIs = (name: Name, was: string, is: string): Telling =>
  of(name, {
    alpaca: text(/\/v2\/orders/, [new RegExp(`"filled_qty":"${was}"`, "g"), `"filled_qty":"${is}"`]),
    schwab: text(/\/orders/, [new RegExp(`"filledQuantity":${was}.0`, "g"), `"filledQuantity":${is}.0`]),
    ibkr: message({ openOrder: [], orderStatus: [[3, is]], completedOrder: [[-16, is]] })
  })

/** The broker shows a purchase as a sale. */
const sideIsOther = (name: Name): Telling =>
  of(name, {
    alpaca: text(/\/v2\/orders/, [/"side":"buy"/g, `"side":"sell"`]),
    schwab: text(/\/orders/, [/"instruction":"BUY"/g, `"instruction":"SELL"`]),
    ibkr: message({ openOrder: [[13, "SELL"]], completedOrder: [[12, "SELL"]] })
  })

/** An instrument that no book of ours has a ticker for. */
const symbolIsNoTicker = (name: Name): Telling =>
  of(name, {
    alpaca: text(/\/v2\/orders/, [/"symbol":"KO"/g, `"symbol":"KO  261218C00070000"`]),
    schwab: text(/\/orders/, [/"symbol":"KO"/g, `"symbol":"KO    261218C00070000"`]),
    ibkr: message({ openOrder: [[4, "OPT"]] }, (fields) => fields[3] === "KO")
  })

/** Orders of KO are spreads, as Schwab writes them. */
const ofSeveralLegs: Telling = text(/\/orders/, [
  /"orderLegCollection":\[(\{[^[\]]*"symbol":"KO"[^[\]]*\})\]/g,
  `"orderLegCollection":[$1,$1]`
])

/** The broker goes back to what it told of the order before: it works, and nothing of it has filled. */
const asBefore = (name: Name): Telling =>
  of(name, {
    alpaca: text(
      /\/v2\/orders/,
      [/"status":"canceled"/g, `"status":"new"`],
      [/"(updated_at|canceled_at)":"[^"]*"/g, `"$1":null`]
    ),
    ibkr: worksAgain()
  })

/** TWS goes on listing an order as `Inactive`, and refuses to end it as one that has ended. */
const inactiveForEver = (): Telling => {
  let shown: ReadonlyArray<Fields> = []
  return {
    message: (fields) => {
      const [kind, status, orderId = ""] = [fields[0], fields[2], fields[1]]
      if (kind === messages.openOrder) {
        if (!fields.includes("Cancelled")) shown = [fields.map((each) => (each === "Submitted" ? "Inactive" : each))]
        return []
      }
      if (kind === messages.orderStatus && status === "PendingCancel")
        return [["4", "2", orderId, "10148", "it can not be cancelled, state: Inactive", ""]]
      if (kind === messages.orderStatus && status === "Cancelled") return []
      if (kind === "4" && fields[3] === "202") return []
      if (kind === messages.completedOrder) return []
      return kind === messages.openOrdersEnd ? [...shown, fields] : [fields]
    }
  }
}

/** TWS shows an order among the open ones that it has shown among the completed ones. */
const worksAgain = (): Telling => {
  let opened: Fields = []
  let status: Fields = []
  return {
    message: (fields) => {
      if (fields[0] === messages.openOrder) opened = fields
      if (fields[0] === messages.orderStatus && fields[2] === "Submitted") status = fields
      if (fields[0] !== messages.openOrdersEnd || opened.length === 0) return [fields]
      return [opened, status, fields]
    }
  }
}

const threeDaysAgo = `${new Date(Date.now() - 3 * 86_400_000).toISOString().slice(0, 19)}+0000`

const limitIs = (name: Name, limit: string): Telling =>
  of(name, {
    alpaca: changed([/"limit_price":"149"/g, `"limit_price":"${limit}"`]),
    schwab: text(/\/orders/, [/"price":149\.0/g, `"price":${limit}.0`]),
    ibkr: message({ openOrder: [[16, limit]] })
  })

/** Long enough that the next reading is another one (W2). */
const SECOND_READING = { laterMs: 3_000 } as const

/** The rows of orders. */
export const orderRows: ReadonlyArray<Row> = [
  { row: "O1", what: "nothing has happened", at: names, acts: () => [], orders: ["submitted 0"] },
  {
    row: "O2",
    what: "somebody has given it another limit there, and two readings say so",
    at: ["ibkr"],
    limit: "149",
    acts: ({ name }) => ["read", { tells: limitIs(name, "140") }, "read", SECOND_READING],
    orders: ["submitted 0"],
    limits: ["140"],
    breaks: [],
    passed: ["Implausible"]
  },
  {
    row: "O2",
    what: "it has another limit under the same id where none is ever amended in place",
    at: ["schwab", "alpaca"],
    limit: "149",
    acts: ({ name }) => ["read", { tells: limitIs(name, "140") }, "read", SECOND_READING],
    orders: ["submitted 0"],
    limits: ["149"],
    breaks: ["Implausible"]
  },
  {
    row: "O2",
    what: "it is for more shares there than was sent, and two readings say so",
    at: ["ibkr"],
    acts: ({ name }) => ["read", { tells: quantityIs(name, "4") }, "read", SECOND_READING],
    orders: ["submitted 0 of 4"],
    breaks: ["Excess"],
    passed: ["Implausible", "Excess"]
  },
  {
    row: "O2",
    what: "it is for more shares under the same id where none is ever amended in place",
    at: ["schwab", "alpaca"],
    acts: ({ name }) => ["read", { tells: quantityIs(name, "4") }, "read", SECOND_READING],
    orders: ["submitted 0"],
    breaks: ["Implausible"]
  },
  {
    row: "O3",
    what: "somebody has asked it to end, and it works still",
    at: ["schwab", "ibkr", "alpaca"],
    acts: ({ name }) => [{ tells: isEnding(name) }],
    orders: ["submitted 0"],
    raw: ENDING
  },
  {
    row: "O4",
    what: "it is filled",
    at: names,
    acts: ({ id }) => [{ fill: { brokerOrderId: id } }],
    orders: ["filled 3"]
  },
  {
    row: "O5",
    what: "it is rejected after it was taken",
    at: names,
    acts: ({ id }) => [{ reject: { brokerOrderId: id, code: "halted", words: "trading is halted" } }],
    orders: ["rejected 0"]
  },
  {
    row: "O5",
    what: "it is rejected for the session after it was taken: symbol and side wait",
    at: ["schwab", "ibkr"],
    acts: ({ id }) => [
      { reject: { brokerOrderId: id, code: "201", words: "trading is halted" } },
      "read",
      { laterMs: 2_000 },
      "read"
    ],
    orders: ["rejected 0"],
    answer: "Held(refused)"
  },
  {
    row: "O6",
    what: "it is Inactive without an error, which comes later: rejected, and not worked until then",
    at: ["ibkr"],
    acts: ({ id }) => [
      { status: { word: "Inactive", brokerOrderId: id } },
      "read",
      { reject: { brokerOrderId: id, code: "201", words: "trading is halted" } },
      "read",
      { laterMs: 2_000 },
      "read"
    ],
    orders: ["rejected 0"],
    breaks: [],
    passed: ["OrderNotWorking"],
    answer: "Held(refused)"
  },
  {
    row: "O4",
    what: "it is held until shares to borrow are found: a warning, until it is worked again",
    at: ["ibkr"],
    acts: ({ id }) => [{ status: { word: "Inactive/locate", brokerOrderId: id } }],
    orders: ["submitted 0"],
    raw: { ibkr: "Inactive (locate)" },
    breaks: ["OrderNotWorking"],
    evidence: /holds O\d+ without working it \(locate\): 3 in flight/
  },
  {
    row: "O4",
    what: "it is suspended, or waits for a person at the broker: a warning",
    at: ["alpaca", "schwab"],
    acts: ({ name }) => [{ tells: isIdle(name) }],
    orders: ["submitted 0"],
    raw: IDLE,
    breaks: ["OrderNotWorking"],
    evidence: /holds O\d+ without working it \((suspended|AWAITING_MANUAL_REVIEW)\): 3 in flight/
  },
  {
    row: "O4",
    what: "it was suspended, or waited for a person at the broker, and is worked again",
    at: ["alpaca", "schwab"],
    acts: ({ name }) => [{ tells: isIdle(name) }, "read", { tells: NOTHING }, { laterMs: 2_000 }, "read"],
    orders: ["submitted 0"],
    breaks: [],
    passed: ["OrderNotWorking"]
  },
  {
    row: "O4",
    what: "it was held, and a part of it is filled since",
    at: ["ibkr"],
    acts: ({ id }) => [
      { status: { word: "Inactive/locate", brokerOrderId: id } },
      "read",
      { status: { word: "Submitted", brokerOrderId: id } },
      { fill: { brokerOrderId: id, quantity: "1" } }
    ],
    orders: ["partially_filled 1"],
    breaks: [],
    passed: ["OrderNotWorking"]
  },
  {
    row: "O6",
    what: "it is listed as Inactive for ever: refused a cancel as one that has ended, it has",
    at: ["ibkr"],
    acts: ({ id }) => [
      { tells: inactiveForEver() },
      { status: { word: "Inactive", brokerOrderId: id } },
      "read",
      "cancel",
      "requestCancels",
      { laterMs: 2_000 },
      "read"
    ],
    orders: ["cancelled 0"],
    breaks: [],
    passed: ["OrderNotWorking"]
  },
  {
    row: "O6",
    what: "it is cancelled",
    at: names,
    acts: ({ id }) => [{ cancel: { brokerOrderId: id } }],
    orders: ["cancelled 0"]
  },
  {
    row: "O7",
    what: "a part is filled, then it is cancelled",
    at: names,
    acts: ({ id }) => [{ fill: { brokerOrderId: id, quantity: "1" } }, { cancel: { brokerOrderId: id } }],
    orders: ["cancelled 1"]
  },
  {
    row: "O8",
    what: "a part is filled",
    at: names,
    acts: ({ id }) => [{ fill: { brokerOrderId: id, quantity: "2" } }],
    orders: ["partially_filled 2"]
  },
  {
    row: "O9",
    what: "it is cancelled, with a smaller total than has filled",
    at: ["schwab", "ibkr", "alpaca"],
    acts: ({ id, name }) => [
      { fill: { brokerOrderId: id, quantity: "2" } },
      "read",
      { tells: totalIs(name, "2", "1") },
      { cancel: { brokerOrderId: id } }
    ],
    orders: ["cancelled 2"],
    breaks: ["CumulativeBelow"]
  },
  {
    row: "O10",
    what: "it is filled after we have read that it was cancelled",
    at: names,
    // TWS tells to the second when something was executed: in one and the same, a total seems to be of after it.
    acts: ({ id }) => [
      { cancel: { brokerOrderId: id } },
      "read",
      { laterMs: 2_000 },
      { fill: { brokerOrderId: id, quantity: "2" } }
    ],
    orders: ["cancelled 2"]
  },
  {
    row: "O11",
    what: "it is for fewer shares there than was sent, and two readings say so",
    at: ["ibkr"],
    acts: ({ id, name }) => [
      { fill: { brokerOrderId: id, quantity: "1" } },
      "read",
      { tells: quantityIs(name, "2") },
      "read",
      SECOND_READING
    ],
    orders: ["partially_filled 1 of 2"],
    breaks: [],
    passed: ["Implausible"]
  },
  {
    row: "O11",
    what: "it is for fewer shares under the same id where none is ever amended in place",
    at: ["schwab", "alpaca"],
    acts: ({ id, name }) => [
      { fill: { brokerOrderId: id, quantity: "1" } },
      "read",
      { tells: quantityIs(name, "2") },
      "read",
      SECOND_READING
    ],
    orders: ["partially_filled 1"],
    breaks: ["Implausible"]
  },
  {
    row: "O12",
    what: "it is for fewer shares there than have filled, which is never so",
    at: ["schwab", "ibkr", "alpaca"],
    acts: ({ id, name }) => [{ fill: { brokerOrderId: id, quantity: "2" } }, "read", { tells: quantityIs(name, "1") }],
    orders: ["partially_filled 2"],
    breaks: ["Implausible"]
  },
  {
    row: "O13",
    what: "another order has taken its place, and it has ended",
    at: ["schwab", "alpaca"],
    limit: "149",
    acts: () => ["replace", "read", SECOND_READING],
    orders: ["submitted 0 of 2"],
    breaks: [],
    passed: ["Implausible"]
  },
  {
    row: "O14",
    what: "somebody else's order works",
    at: names,
    acts: ({ there }) => [manual(there, { type: "limit", limitPrice: "1" })],
    orders: ["submitted 0", "submitted 0"]
  },
  {
    row: "O15",
    what: "somebody else's order is filled",
    at: names,
    acts: ({ there }) => [manual(there)],
    orders: ["submitted 0", "filled 2"]
  },
  {
    row: "O16",
    what: "somebody else's order is filled, and nothing tells at which price",
    at: ["schwab", "ibkr", "alpaca"],
    acts: ({ name, there }) => [{ tells: executionsAreGone(name) }, manual(there), ...aMinuteOfReadings],
    orders: ["submitted 0", "filled 2"],
    breaks: ["Unpriced"],
    evidence: /^the broker reports 2 filled, executions with a price cover 0$/
  },
  {
    row: "O17",
    what: "somebody else's order has ended without a fill",
    at: names,
    acts: ({ there }) => [manual(there, { type: "limit", limitPrice: "1" }), "end"],
    orders: ["submitted 0", "cancelled 0"]
  },
  {
    row: "O18",
    what: "it has another client order id there",
    at: ["ibkr", "alpaca"],
    acts: ({ id, name }) => [
      {
        tells: of(name, {
          alpaca: text(/\/v2\/orders/, [/"client_order_id":"[^"]*"/g, `"client_order_id":"someone-else"`]),
          ibkr: message({ openOrder: [[23, "someone-else"]] })
        })
      },
      { fill: { brokerOrderId: id, quantity: "1" } }
    ],
    orders: ["partially_filled 1"],
    breaks: ["ClientIdDiffers"]
  },
  {
    row: "O19",
    what: "what the broker told before is told once more after its end",
    at: ["ibkr", "alpaca"],
    acts: ({ id, name }) => {
      const tells = asBefore(name)
      return name === "ibkr"
        ? [{ tells }, "read", { cancel: { brokerOrderId: id } }, "read"]
        : [
            { cancel: { brokerOrderId: id } },
            "read",
            SECOND_READING,
            "read",
            "requestCancels",
            SECOND_READING,
            "read",
            { tells }
          ]
    },
    orders: ["cancelled 0"]
  },
  {
    row: "O20",
    what: "an order of another account is listed among its own",
    at: ["schwab", "ibkr"],
    acts: ({ id, name, there }) => [
      manual(there, { type: "limit", limitPrice: "1" }),
      {
        tells: of(name, {
          schwab: text(/\/orders\?/, [
            new RegExp(`("orderId":(?!${id})\\d+,(?:(?!"orderId").)*"accountNumber":)\\d+`, "g"),
            "$187654321"
          ]),
          ibkr: message({ openOrder: [[20, "DU7654321"]] }, (fields) => !isAbout(id)(fields))
        })
      }
    ],
    orders: ["submitted 0"],
    health: /^1 reports of \S+21 were skipped$/
  },
  {
    row: "O21",
    what: "somebody else's order is of an instrument without a ticker here",
    at: ["schwab", "ibkr", "alpaca"],
    acts: ({ name, there }) => [
      { price: { symbol: "KO", price: "60" } },
      { tells: symbolIsNoTicker(name) },
      manual(there, { symbol: "KO", type: "limit", limitPrice: "1" })
    ],
    orders: ["submitted 0"],
    breaks: ["Unmapped"]
  },
  {
    row: "O21",
    what: "somebody else's order has several legs",
    at: ["schwab"],
    acts: ({ there }) => [
      { price: { symbol: "KO", price: "60" } },
      { tells: ofSeveralLegs },
      manual(there, { symbol: "KO", type: "limit", limitPrice: "1" })
    ],
    orders: ["submitted 0"],
    breaks: ["Unmapped"]
  },
  {
    row: "O22",
    what: "it has been quiet for a minute, and is nowhere",
    at: names,
    acts: ({ id }) => [
      "read",
      { hide: { ms: LONG_MS, everywhere: true, brokerOrderId: id } },
      { laterMs: 61_000 },
      "read",
      "send",
      "askForDoubtful"
    ],
    orders: ["in_doubt 0"],
    breaks: ["OrderMissing"]
  },
  {
    row: "O22",
    what: "an operator ends what is nowhere, and it is ordered again",
    at: names,
    acts: ({ id }) => [
      { fill: { brokerOrderId: id, quantity: "1" } },
      "read",
      { hide: { ms: LONG_MS, everywhere: true, brokerOrderId: id } },
      { laterMs: 61_000 },
      "read",
      "ended",
      { laterMs: 31_000 },
      "gates",
      "send"
    ],
    orders: ["cancelled 1", "filled 2 of 2"],
    breaks: [],
    passed: ["OrderMissing"]
  },
  {
    row: "O22",
    what: "an operator ends what the broker says has ended, before a second reading agrees",
    at: names,
    acts: () => ["read", "end", "read", "ended"],
    orders: ["cancelled 0"]
  },
  {
    row: "O22",
    what: "the history that lacks it has a row that cannot be read: nothing is said about it, but that",
    at: ["schwab", "alpaca"],
    acts: ({ id, there }) => [
      "read",
      { hide: { ms: LONG_MS, everywhere: true, brokerOrderId: id } },
      { tells: text(/orders\?/, [/"(qty|quantity)":"?2(\.0)?"?/g, `"$1":"x"`]) },
      manual(there, { symbol: "KO", type: "limit", limitPrice: "1" }),
      { laterMs: 61_000 },
      "read"
    ],
    orders: ["submitted 0"],
    breaks: ["UnsoundSnapshot"],
    evidence: /^the broker's list of (orders|executions) is incomplete$/
  },
  {
    row: "O23",
    what: "it is in no listing, and a part of it is filled",
    at: ["schwab", "alpaca", "paper"],
    acts: ({ id }) => [{ fill: { brokerOrderId: id, quantity: "2" } }, { hide: { ms: LONG_MS, brokerOrderId: id } }],
    orders: ["partially_filled 2"]
  },
  {
    row: "O25",
    what: "its end is asked for without an answer, and once more 15 s later",
    at: names,
    acts: () => [
      "cancel",
      { when: { operation: "cancel" }, do: { resetBefore: {} }, id: "" },
      "requestCancels",
      "read",
      { laterMs: 14_000 },
      "requestCancels",
      "read"
    ],
    orders: ["submitted 0"]
  },
  {
    row: "O25",
    what: "asked for once more it ends",
    at: names,
    acts: () => [
      "cancel",
      { when: { operation: "cancel" }, do: { resetBefore: {} }, id: "" },
      "requestCancels",
      "read",
      { laterMs: 16_000 },
      "requestCancels"
    ],
    orders: ["cancelled 0"]
  },
  {
    row: "O26",
    what: "the broker has forgotten it after it was filled",
    at: names,
    acts: ({ id }) => [
      { fill: { brokerOrderId: id } },
      "read",
      { hide: { ms: LONG_MS, everywhere: true, brokerOrderId: id } },
      { laterMs: 61_000 }
    ],
    orders: ["filled 3"]
  },
  {
    row: "O27",
    what: "somebody else's order has an id of our make",
    at: ["ibkr", "alpaca", "paper"],
    acts: ({ there }) => [manual(there, { type: "limit", limitPrice: "1", clientOrderId: OF_OTHER_BOOKS })],
    orders: ["submitted 0", "submitted 0"],
    breaks: ["ForeignOrderId"]
  },
  {
    row: "O28",
    what: "its id is that of another day's order now",
    at: ["schwab"],
    acts: () => [
      {
        tells: text(
          /\/orders/,
          [/"enteredTime":"[^"]*"/g, `"enteredTime":"${threeDaysAgo}"`],
          [/"symbol":"AAPL"/g, `"symbol":"KO"`]
        )
      }
    ],
    orders: ["submitted 0", "submitted 0"],
    breaks: ["ReusedOrderId"]
  },
  {
    row: "O29",
    what: "it is a sale there, and a purchase was sent",
    at: ["schwab", "ibkr", "alpaca"],
    acts: ({ name }) => [{ tells: sideIsOther(name) }],
    orders: ["submitted 0"],
    breaks: ["TermsDiffer"],
    evidence: /^sent buy 3 AAPL, broker order \S+ is sell 3 AAPL$/
  },
  {
    row: "O29",
    what: "what was just sent is read back as a sale",
    at: ["ibkr", "alpaca"],
    first: ({ name }) => [{ tells: sideIsOther(name) }],
    acts: () => [],
    orders: ["in_doubt 0"],
    breaks: ["TermsDiffer"],
    evidence: /^sent buy 3 AAPL, broker order \S+ is sell 3 AAPL$/
  }
]
