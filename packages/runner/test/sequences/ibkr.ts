import { message, messages, without } from "../cases/messages.ts"
import type { Fields, Telling } from "../cases/retelling.ts"
import type { Sequence, Step } from "./Sequence.ts"

const ERROR = "4"
const NEXT_ID = "9"
const NO_ID = "-1"

/** ERR_MSG of TWS. */
const error = (code: number, words: string, id = NO_ID): Fields => [ERROR, "2", id, String(code), words, ""]

/** Whenever TWS shows an order, it says this about it before. */
const beside = (code: number, words: string): Telling => ({
  message: (fields) => (fields[0] === messages.openOrder ? [error(code, words, fields[1]), fields] : [fields])
})

const rests: Step = { id: "", when: {}, do: { accept: {} } }

const LOST = error(1100, "Connectivity between IBKR and Trader Workstation has been lost.")
const BACK = error(1102, "Connectivity between IBKR and Trader Workstation has been restored - data maintained.")

/** Some kinds of messages do not come. */
const silent = (...kinds: ReadonlyArray<keyof typeof messages>): Telling => ({
  message: (fields) => (kinds.some((kind) => messages[kind] === fields[0]) ? [] : [fields])
})

const isLive = (fields: Fields): boolean => fields[0] === messages.execution && fields[1] === NO_ID

/** TWS shows a second order under the reference and the order id of one: a change that it made an order of. */
const twice = (): Telling => ({
  message: (fields) => {
    if (fields[0] === messages.openOrder) return [fields, fields.with(25, `${fields[25] ?? ""}7`)]
    return [fields]
  }
})

/** The same, and what is executed is the second one's: the first works on. */
const secondFills = (id: string): Telling => {
  let opened: Fields = []
  let status: Fields = []
  const ofSecond = (fields: Fields): Fields => fields.map((each) => (each === id ? `${id}7` : each))
  return {
    message: (fields) => {
      const isWorking = fields.includes("Submitted") && fields.includes(id)
      if (fields[0] === messages.openOrder && isWorking) opened = fields
      if (fields[0] === messages.orderStatus && isWorking) status = fields
      if (fields[0] === messages.openOrdersEnd && opened.length > 0) return [opened, status, fields]
      return isWorking ? [fields, ofSecond(fields)] : [ofSecond(fields)]
    }
  }
}

/** A cancel is answered with this instead of with an end. */
const refusedCancel = (code: number, words: string): Telling => ({
  message: (fields) => {
    if (fields[0] === messages.orderStatus && fields[2] === "PendingCancel") return [error(code, words, fields[1])]
    const isEnd = fields[0] === messages.orderStatus && fields[2] === "Cancelled"
    return isEnd || fields[3] === "202" ? [] : [fields]
  }
})

/** Absence is proven by looks that are a minute apart; then the cool-down goes by. */
const absent: ReadonlyArray<Step> = ["proven", { until: ["failed 0"] }, { laterMs: 31_000 }]

/** TWS shows no order until an execution of it has come. */
const late = (): Telling => {
  const kept: Array<Fields> = []
  let isOut = false
  return {
    message: (fields) => {
      const isShown = fields[0] === messages.openOrder || fields[0] === messages.orderStatus
      if (isShown && !isOut) {
        kept.push(fields)
        return []
      }
      if (!isLive(fields)) return [fields]
      isOut = true
      return [fields, ...kept.splice(0)]
    }
  }
}

/** What befell users of Interactive Brokers. */
export const ibkr: ReadonlyArray<Sequence> = [
  {
    id: "IBKR-1",
    at: "ibkr",
    what: "201 comes after the order was shown as PreSubmitted, then it is shown again as Inactive",
    source: "erdewit/ib_insync#554",
    steps: ({ id }) => [
      { reject: { brokerOrderId: id, code: "201", words: "YOUR ORDER IS NOT ACCEPTED: insufficient margin" } },
      { laterMs: 2_000 },
      { until: ["rejected 0"] }
    ],
    books: { orders: ["rejected 0"], fills: [], position: "0" }
  },
  {
    id: "IBKR-2",
    at: "ibkr",
    what: "Inactive while shares to borrow are located: it lives, and is filled",
    source: "nautechsystems/nautilus_trader#3603",
    steps: ({ id }) => [
      { status: { word: "Inactive/locate", brokerOrderId: id } },
      { laterMs: 2_000 },
      { fill: { brokerOrderId: id } }
    ],
    books: { orders: ["filled 3"], fills: ["3"], position: "3" }
  },
  {
    id: "IBKR-3",
    at: "ibkr",
    what: "an execution comes in the second after 1100, and its commission after it",
    source: "QuantConnect/Lean.Brokerages.InteractiveBrokers#249",
    steps: ({ id }) => [
      { says: LOST },
      { fill: { brokerOrderId: id } },
      { says: error(2103, "Market data farm connection is broken:usfarm") },
      { until: ["filled 3"] },
      { says: BACK }
    ],
    books: { orders: ["filled 3"], fills: ["3"], position: "3" }
  },
  {
    id: "IBKR-4",
    at: "ibkr",
    what: "TWS cancels an order by itself between 1100 and 1102, filled in part, and no message of that comes through",
    source: "QuantConnect/Lean.Brokerages.InteractiveBrokers#249",
    steps: ({ id }) => [
      { says: LOST },
      { tells: silent("openOrder", "orderStatus", "execution", "completedOrder") },
      { fill: { brokerOrderId: id, quantity: "1" } },
      { cancel: { brokerOrderId: id } },
      { tells: {} },
      { says: BACK },
      { laterMs: 3_000 },
      { until: ["cancelled 1"] }
    ],
    books: { orders: ["cancelled 1"], fills: ["1"], position: "1" }
  },
  {
    id: "IBKR-5",
    at: "ibkr",
    what: "the Gateway restarts on an order that it never passed on, and gives its order id out again",
    source: "QuantConnect/Lean.Brokerages.InteractiveBrokers#242",
    first: () => [{ id: "", when: {}, do: { resetBefore: {} } }],
    steps: () => [
      { tells: { message: (fields) => [fields[0] === NEXT_ID ? fields.with(2, "1") : fields] } },
      { laterMs: 6_000 },
      { until: ["in_doubt 0"] },
      ...absent
    ],
    books: { orders: ["failed 0", "filled 3"], fills: ["3"], position: "3" }
  },
  {
    id: "IBKR-6",
    at: "ibkr",
    what: "326 at the nightly restart: the client id is still in use by the connection that broke",
    source: "nautechsystems/nautilus_trader#3796",
    steps: ({ id }) => [
      {
        tells: {
          message: (fields) => [
            fields[0] === NEXT_ID ? error(326, "Unable to connect as the client id is already in use.") : fields
          ]
        }
      },
      { dropStream: {} },
      { fill: { brokerOrderId: id } },
      { laterMs: 1_000 },
      { tells: {} }
    ],
    books: { orders: ["filled 3"], fills: ["3"], position: "3" }
  },
  {
    id: "IBKR-7",
    at: "ibkr",
    what: "a market order is filled and no status ever says so: only executions come",
    source: "QuantConnect/Lean#851",
    steps: ({ id }) => [
      { tells: silent("openOrder", "orderStatus", "completedOrder") },
      { fill: { brokerOrderId: id } }
    ],
    books: { orders: ["filled 3"], fills: ["3"], position: "3" }
  },
  {
    id: "IBKR-8",
    at: "ibkr",
    what: "10349, the time in force was set to DAY by a preset: the order lives; taken as cancelled it was sent fifteen times",
    source: "pst-group/pysystemtrade#1580",
    first: () => [{ tells: beside(10349, "Order TIF was set to DAY based on order preset.") }, rests],
    steps: ({ id }) => [{ fill: { brokerOrderId: id } }],
    books: { orders: ["filled 3"], fills: ["3"], position: "3" }
  },
  {
    id: "IBKR-9",
    at: "ibkr",
    what: "an order goes from PendingCancel to Filled",
    source: "scmhub/ibsync#23",
    steps: ({ id }) => [
      { tells: message({ orderStatus: [[2, "PendingCancel"]] }, (fields) => fields[2] === "Cancelled") },
      { status: { word: "PendingCancel", brokerOrderId: id } },
      { laterMs: 2_000 },
      { until: ["submitted 0"] },
      { fill: { brokerOrderId: id } }
    ],
    books: { orders: ["filled 3"], fills: ["3"], position: "3" }
  },
  {
    id: "IBKR-10",
    at: "ibkr",
    what: "a cancel is refused with 10148, state: Filled",
    source: "erdewit/ib_insync#656",
    steps: ({ id }) => [
      { tells: silent("execution", "openOrder", "orderStatus", "completedOrder") },
      { fill: { brokerOrderId: id } },
      { tells: {} },
      { says: error(10148, "OrderId 1 that needs to be cancelled cannot be cancelled, state: Filled.", "1") },
      "cancel"
    ],
    books: { orders: ["filled 3"], fills: ["3"], position: "3" }
  },
  {
    id: "IBKR-11",
    at: "ibkr",
    what: "a cancel is refused with 10147, no such order, and the order works: it is filled later",
    source: "QuantConnect/Lean#3823",
    steps: ({ id }) => [
      { id: "", when: { operation: "cancel" }, do: { answer: { status: 404 } }, times: 9 },
      { tells: refusedCancel(10147, "OrderId 1 that needs to be cancelled is not found.") },
      "cancel",
      { says: error(10147, "OrderId 1 that needs to be cancelled is not found.", "1") },
      { laterMs: 2_000 },
      { until: ["submitted 0"] },
      { fill: { brokerOrderId: id } }
    ],
    books: { orders: ["filled 3"], fills: ["3"], position: "3" }
  },
  {
    id: "IBKR-12",
    at: "ibkr",
    what: "399, a word about when the order will be placed: taken as a rejection it was lost from sight",
    source: "backtrader2/backtrader#40",
    first: () => [
      {
        tells: beside(
          399,
          "Order Message: Warning: your order will not be placed at the exchange until 09:30:00 US/Eastern."
        )
      },
      rests
    ],
    steps: ({ id }) => [{ fill: { brokerOrderId: id } }],
    books: { orders: ["filled 3"], fills: ["3"], position: "3" }
  },
  {
    id: "IBKR-13",
    at: "ibkr",
    what: "404, held until shares are located: the order lives",
    source: "QuantConnect/Lean#1026",
    first: () => [{ tells: beside(404, "Order held while securities are located.") }, rests],
    steps: ({ id }) => [{ fill: { brokerOrderId: id } }],
    books: { orders: ["filled 3"], fills: ["3"], position: "3" }
  },
  {
    id: "IBKR-14",
    at: "ibkr",
    what: "a change while TWS had no servers makes a second order of one: both work under one reference",
    source: "nautechsystems/nautilus_trader#4564",
    steps: ({ id }) => [
      { tells: twice() },
      { laterMs: 3_000 },
      { until: ["submitted 0", "submitted 0"] },
      { fill: { brokerOrderId: id } }
    ],
    books: { orders: ["filled 3", "submitted 0"], fills: ["3"], position: "3", breaks: ["DuplicateOrder"], sent: 1 }
  },
  {
    id: "IBKR-15",
    at: "ibkr",
    what: "orders that a person entered in TWS all have order id 0: each keeps its own fills",
    source: "nautechsystems/nautilus_trader#3472",
    steps: ({ id, there }) => [
      { manualOrder: { account: there, symbol: "AAPL", side: "buy", quantity: "2", type: "market" } },
      { manualOrder: { account: there, symbol: "AAPL", side: "buy", quantity: "1", type: "market" } },
      { until: ["submitted 0", "filled 2", "filled 1"] },
      { fill: { brokerOrderId: id } }
    ],
    books: { orders: ["filled 3", "filled 2", "filled 1"], fills: ["2", "1", "3"], position: "6", sent: 1 }
  },
  {
    id: "IBKR-16",
    at: "ibkr",
    what: "a program begins again on an order that is filled in part: the part is in the position already",
    source: "nautechsystems/nautilus_trader#3476",
    steps: ({ id }) => [
      { fill: { brokerOrderId: id, quantity: "2" } },
      { until: ["partially_filled 2"] },
      "restart",
      { laterMs: 10_000 },
      "reconcile"
    ],
    books: { orders: ["partially_filled 2"], fills: ["2"], position: "2" }
  },
  {
    id: "IBKR-17",
    at: "ibkr",
    what: "a correction, .02 after .01, takes the place of the execution and is not added to it",
    source: "erdewit/ib_insync#364",
    steps: ({ id }) => [
      { fill: { brokerOrderId: id } },
      { until: ["filled 3"] },
      "correct",
      { laterMs: 2_000 },
      { until: ["cancelled 2"] }
    ],
    books: { orders: ["cancelled 2"], fills: ["2"], position: "2" }
  },
  {
    id: "IBKR-18",
    at: "ibkr",
    what: "F10: a part comes twice, under two execution ids that are both real, and counts once",
    source: "softwarespartan/IB4m#80",
    steps: ({ id }) => [
      {
        tells: {
          message: (fields) =>
            isLive(fields) && (fields[14] ?? "").endsWith(".01.01")
              ? [fields, fields.with(14, (fields[14] ?? "").replace(/\.01\.01$/, ".02.01"))]
              : [fields]
        }
      },
      { fill: { brokerOrderId: id, quantity: "1" } },
      { until: ["partially_filled 1"] },
      { tells: {} },
      { fill: { brokerOrderId: id } }
    ],
    books: { orders: ["filled 3"], fills: ["1", "2"], position: "3" }
  },
  {
    id: "IBKR-19",
    at: "ibkr",
    what: "a cancel of an order that is held for shares brings no status back, and the order is filled",
    source: "erdewit/ib_insync#363",
    steps: ({ id }) => [
      { status: { word: "Inactive/locate", brokerOrderId: id } },
      { id: "", when: { operation: "cancel" }, do: { answer: { status: 200 } }, times: 9 },
      { tells: without("orderStatus", (fields) => fields[2] === "PendingCancel") },
      "cancel",
      { fill: { brokerOrderId: id } }
    ],
    books: { orders: ["filled 3"], fills: ["3"], position: "3" }
  },
  {
    id: "IBKR-20",
    at: "ibkr",
    what: "executions of two orders that a person entered have order id 2147483647 and no other id",
    source: "blampe/IbPy#36",
    steps: ({ id, there }) => [
      { tells: message({ execution: [[2, "2147483647"]] }, (fields) => !fields.includes(id)) },
      { manualOrder: { account: there, symbol: "AAPL", side: "buy", quantity: "2", type: "market" } },
      { manualOrder: { account: there, symbol: "AAPL", side: "buy", quantity: "1", type: "market" } },
      { until: ["submitted 0", "filled 2", "filled 1"] }
    ],
    books: { orders: ["submitted 0", "filled 2", "filled 1"], fills: ["2", "1"], position: "3", sent: 1 }
  },
  {
    id: "IBKR-21",
    at: "ibkr",
    what: "an order of before a restart is filled at the open: its execution names an order that the program did not place",
    source: "QuantConnect/Lean.Brokerages.InteractiveBrokers#189",
    steps: ({ id }) => ["restart", { fill: { brokerOrderId: id } }],
    books: { orders: ["filled 3"], fills: ["3"], position: "3" }
  },
  {
    id: "IBKR-22",
    at: "ibkr",
    what: "an execution comes before the order is shown",
    source: "nautechsystems/nautilus_trader#5041",
    first: () => [{ tells: late() }],
    steps: () => [{ tells: {} }],
    books: { orders: ["filled 3"], fills: ["3"], position: "3" }
  },
  {
    id: "IBKR-23",
    at: "ibkr",
    what: "10197 comes over and over: market data goes to another session, and orders are none of its business",
    source: "QuantConnect/Lean.Brokerages.InteractiveBrokers#212",
    first: () => [{ says: error(10197, "No market data during competing live session", "5") }, rests],
    steps: ({ id }) => [
      { says: error(10197, "No market data during competing live session", "1") },
      { fill: { brokerOrderId: id } }
    ],
    books: { orders: ["filled 3"], fills: ["3"], position: "3" }
  },
  {
    id: "IBKR-24",
    at: "ibkr",
    what: "103, duplicate order id: nothing is known of the order, and it is sent again only once its absence is proven",
    source: "erdewit/ib_insync#644",
    first: () => [{ id: "", when: {}, do: { reject: { code: "103", words: "Duplicate order id" } } }],
    // On the line that has no answer nothing is proven: it is ended, and the next one counts.
    steps: () => [{ laterMs: 6_000 }, { until: ["in_doubt 0"] }, ...absent],
    books: { orders: ["failed 0", "filled 3"], fills: ["3"], position: "3" }
  },
  {
    id: "IBKR-25",
    at: "ibkr",
    what: "statuses of an order come, and the order itself is never shown until it is asked for",
    source: "vnpy/vnpy#2073",
    first: () => [{ tells: silent("openOrder") }, rests],
    steps: ({ id }) => [
      { until: ["in_doubt 0"] },
      { tells: {} },
      { laterMs: 6_000 },
      { until: ["submitted 0"] },
      { fill: { brokerOrderId: id } }
    ],
    books: { orders: ["filled 3"], fills: ["3"], position: "3" }
  },
  {
    id: "IBKR-26",
    at: "ibkr",
    what: "an Inactive order is found as Cancelled among the completed ones, with nothing of what was said of it before",
    source: "erdewit/ib_insync#559",
    steps: ({ id }) => [
      { status: { word: "Inactive", brokerOrderId: id } },
      { until: ["submitted 0"] },
      { tells: silent("openOrder", "orderStatus") },
      { cancel: { brokerOrderId: id } },
      { laterMs: 2_000 },
      { until: ["cancelled 0"] }
    ],
    books: { orders: ["cancelled 0"], fills: [], position: "0" }
  },
  {
    id: "IBKR-27",
    at: "ibkr",
    what: "an order of before a restart is to be cancelled by the program that runs now",
    source: "nautechsystems/nautilus_trader#5057",
    steps: () => ["restart", "look", "cancel", { laterMs: 2_000 }, { until: ["cancelled 0"] }],
    books: { orders: ["cancelled 0"], fills: [], position: "0" }
  },
  {
    id: "IBKR-28",
    at: "ibkr",
    what: "an order is filled while the connection is down, and nothing tells of that once it is back",
    source: "deepentropy/ibx#113",
    steps: ({ id }) => [
      { tells: without("execution", isLive) },
      { dropStream: {} },
      { fill: { brokerOrderId: id } },
      { tells: {} }
    ],
    books: { orders: ["filled 3"], fills: ["3"], position: "3" }
  },
  {
    id: "IBKR-29",
    at: "ibkr",
    what: "1101, the servers are back and what was subscribed to is lost",
    source: "QuantConnect/Lean#960",
    steps: ({ id }) => [
      { says: LOST },
      { tells: silent("execution", "openOrder", "orderStatus") },
      { fill: { brokerOrderId: id, quantity: "2" } },
      { tells: {} },
      { says: error(1101, "Connectivity between IBKR and TWS has been restored - data lost.") },
      { until: ["partially_filled 2"] },
      { fill: { brokerOrderId: id, quantity: "1" } }
    ],
    books: { orders: ["filled 3"], fills: ["2", "1"], position: "3" }
  },
  {
    id: "IBKR-30",
    at: "ibkr",
    what: "a part is filled, the rest is cancelled, and an execution of it comes after the end",
    source: "pst-group/pysystemtrade#1580",
    steps: ({ id }) => [
      { fill: { brokerOrderId: id, quantity: "1" } },
      { until: ["partially_filled 1"] },
      "cancel",
      { laterMs: 2_000 },
      { until: ["cancelled 1"] },
      { laterMs: 2_000 },
      { fill: { brokerOrderId: id, quantity: "2" } }
    ],
    books: { orders: ["filled 3"], fills: ["1", "2"], position: "3" }
  },
  {
    id: "IBKR-31",
    at: "ibkr",
    what: "the connection breaks behind an order, the program begins again and shows no trades; the execution is there",
    source: "erdewit/ib_insync#130",
    first: () => [{ id: "", when: {}, do: { takeThenReset: {} } }],
    steps: () => ["restart", { laterMs: 6_000 }],
    books: { orders: ["filled 3"], fills: ["3"], position: "3" }
  },
  {
    id: "IBKR-32",
    at: "ibkr",
    what: "a cancel goes down with the session that it was sent on: it is asked for again",
    source: "QuantConnect/Lean.Brokerages.InteractiveBrokers#242",
    steps: () => [
      { id: "", when: { operation: "cancel" }, do: { resetBefore: {} } },
      "cancel",
      "look",
      { laterMs: 16_000 },
      { until: ["cancelled 0"] }
    ],
    books: { orders: ["cancelled 0"], fills: [], position: "0" }
  },
  {
    id: "IBKR-33",
    at: "ibkr",
    what: "202 in Chinese: the order is cancelled, and was taken as rejected",
    source: "wboayue/rust-ibapi#365",
    steps: ({ id }) => [
      {
        tells: {
          message: (fields) => [
            fields[3] === "202" ? fields.with(4, "\\u59d4\\u6258\\u5355\\u88ab\\u53d6\\u6d88") : fields
          ]
        }
      },
      { cancel: { brokerOrderId: id } },
      { laterMs: 2_000 },
      { until: ["cancelled 0"] }
    ],
    books: { orders: ["cancelled 0"], fills: [], position: "0" }
  },
  {
    id: "IBKR-34",
    at: "ibkr",
    what: "200 to an order, the destination is invalid: it has ended, and nobody waits for it",
    source: "scmhub/ibsync#10",
    first: () => [
      { id: "", when: {}, do: { reject: { code: "200", words: "The destination or exchange selected is Invalid." } } }
    ],
    steps: () => [{ laterMs: 6_000 }, { until: ["rejected 0"] }],
    books: { orders: ["rejected 0"], fills: [], position: "0" }
  },
  {
    id: "IBKR-35",
    at: "ibkr",
    what: "460, no trading permissions: it was waited for for five minutes; it is not ordered again that day",
    source: "QuantConnect/Lean.Brokerages.InteractiveBrokers#245",
    first: () => [{ id: "", when: {}, do: { reject: { code: "460", words: "No trading permissions." } } }],
    steps: () => [{ laterMs: 6_000 }, { until: ["rejected 0"] }, { laterMs: 31_000 }],
    books: {
      orders: ["rejected 0"],
      fills: [],
      position: "0",
      breaks: ["PositionBlocked"],
      answer: "Held(refused)"
    }
  },
  {
    id: "IBKR-36",
    at: "ibkr",
    what: "three parts alike in shares, price and second, each at a total of its own: all of them are real",
    source: "softwarespartan/IB4m#80",
    steps: ({ id }) => [
      { fill: { brokerOrderId: id, quantity: "1" } },
      { fill: { brokerOrderId: id, quantity: "1" } },
      { fill: { brokerOrderId: id, quantity: "1" } }
    ],
    books: { orders: ["filled 3"], fills: ["1", "1", "1"], position: "3" }
  },
  {
    id: "IBKR-37",
    at: "ibkr",
    what: "of two orders that a change has made of one, the second is filled while the first works on",
    source: "nautechsystems/nautilus_trader#4564",
    steps: ({ id }) => [
      { tells: secondFills(id) },
      { laterMs: 3_000 },
      { until: ["submitted 0", "submitted 0"] },
      { fill: { brokerOrderId: id } },
      { laterMs: 3_000 }
    ],
    books: { orders: ["submitted 0", "filled 3"], fills: ["3"], position: "3", breaks: ["DuplicateOrder"], sent: 1 }
  },
  {
    id: "IBKR-38",
    at: "ibkr",
    what: "2110, the way to the servers is broken and comes back by itself: farms come back first, and nothing is sent before 1102",
    source: "https://interactivebrokers.github.io/tws-api/message_codes.html",
    first: () => [
      {
        says: error(
          2110,
          "Connectivity between Trader Workstation and server is broken. It will be restored automatically."
        )
      }
    ],
    steps: () => [
      { until: ["pending 0"] },
      { says: error(2104, "Market data farm connection is OK:usfarm") },
      { says: error(2158, "Sec-def data farm connection is OK:secdefnj") },
      "look",
      { until: ["pending 0"] },
      { says: BACK },
      { until: ["filled 3"] }
    ],
    books: { orders: ["filled 3"], fills: ["3"], position: "3" }
  }
]
