import type { Instruction } from "@roundlot/broker-paper"
import { manual, text } from "../cases/messages.ts"
import type { Sequence, Step } from "./Sequence.ts"

/** The next order is answered so. */
const answered = (
  status: number,
  body: unknown,
  more: { readonly taken?: boolean; readonly headers?: { readonly [name: string]: string } } = {}
): Instruction.InstructionInput => ({ id: "", when: {}, do: { answer: { status, body, ...more } } })

const ORDERS = /\/orders/

/** What was measured of the stream and of what is read beside it. */
const SCHWABY = "https://github.com/Hu1kSmash/schwaby/blob/011a4bf105bcfde234296e4b64105a421c49b832/docs/streaming.rst"

const statusIs = (was: string, is: string): Step => ({
  tells: text(ORDERS, [new RegExp(`"status":"${was}"`, "g"), `"status":"${is}"`])
})

const cooledDown: ReadonlyArray<Step> = [{ laterMs: 6_000 }, { until: ["rejected 0"] }, { laterMs: 31_000 }]

const activity = (type: string, content: string): string =>
  JSON.stringify({
    data: [
      {
        service: "ACCT_ACTIVITY",
        timestamp: 1_760_502_601_557,
        command: "SUBS",
        content: [{ seq: 11, key: "Account Activity", "1": "12345678", "2": type, "3": content }]
      }
    ]
  })

/** Absence is proven by looks that are a minute apart; then the cool-down goes by. */
const absent: ReadonlyArray<Step> = ["proven", { until: ["failed 0"] }, { laterMs: 31_000 }]

/** The data of an event about shares of an order. */
const executionOf = (id: string, type: string): string =>
  JSON.stringify({
    SchwabOrderID: id,
    BaseEvent: {
      EventType: "ExecutionCreated",
      ExecutionCreatedEventExecutionInfo: {
        ExecutionInfo: { ExecutionQuantity: { lo: "3000000", signScale: 12 }, ExecutionTransType: type }
      }
    }
  })

/** A person has two shares left of an order work on at another price. */
const replacing = (id: string) =>
  [
    "PUT",
    `/trader/v1/accounts/{hash}/orders/${id}`,
    {
      orderType: "LIMIT",
      session: "NORMAL",
      duration: "DAY",
      orderStrategyType: "SINGLE",
      price: "148",
      orderLegCollection: [{ instruction: "BUY", quantity: 2, instrument: { symbol: "AAPL", assetType: "EQUITY" } }]
    }
  ] as const

/** What befell users of Schwab, and of TD Ameritrade before it. */
export const schwab: ReadonlyArray<Sequence> = [
  {
    id: "SCHWAB-1",
    at: "schwab",
    what: "the `Location` of a new order names another order, which filled in that moment",
    source: "studerw/td-ameritrade-client#54",
    first: ({ there }) => [
      manual(there, { quantity: "2", type: "market" }),
      { tells: { text: (said) => said } },
      answered(201, undefined, { taken: true, headers: { location: "/orders/1" } })
    ],
    steps: () => [{ laterMs: 6_000 }],
    books: { orders: ["filled 2", "filled 3"], fills: ["2", "3"], position: "5", sent: 1 }
  },
  {
    id: "SCHWAB-2",
    at: "schwab",
    what: "201 without an order id: the order is there",
    source: "gporter0205/schwab-api-client#24",
    first: () => [answered(201, undefined, { taken: true })],
    steps: () => [{ laterMs: 6_000 }],
    books: { orders: ["filled 3"], fills: ["3"], position: "3" }
  },
  {
    id: "SCHWAB-3",
    at: "schwab",
    what: "an order is PENDING_ACKNOWLEDGEMENT for some seconds, a status that no list had",
    source: "alexgolec/schwab-py#120",
    steps: ({ id }) => [
      statusIs("WORKING", "PENDING_ACKNOWLEDGEMENT"),
      { laterMs: 5_000 },
      { until: ["submitted 0"] },
      { tells: {} },
      { fill: { brokerOrderId: id } }
    ],
    books: { orders: ["filled 3"], fills: ["3"], position: "3" }
  },
  {
    id: "SCHWAB-4",
    at: "schwab",
    what: "an order is UNKNOWN, and then filled",
    source: "alexgolec/schwab-py#135",
    steps: ({ id }) => [
      statusIs("WORKING", "UNKNOWN"),
      { laterMs: 5_000 },
      { until: ["submitted 0"] },
      { tells: {} },
      { fill: { brokerOrderId: id } }
    ],
    books: { orders: ["filled 3"], fills: ["3"], position: "3" }
  },
  {
    id: "SCHWAB-5",
    at: "schwab",
    what: "the account's hash is another one, and an order under the old one is refused as of an invalid account",
    source: "alexgolec/schwab-py#118",
    first: () => ["rename"],
    steps: () => [{ laterMs: 31_000 }],
    books: { orders: ["filled 3"], fills: ["3"], position: "3" }
  },
  {
    id: "SCHWAB-6",
    at: "schwab",
    what: "the stream says `Feature not supported` where JSON was, every night",
    source: "QuantConnect/Lean#9038",
    steps: ({ id }) => [{ says: activity("", "Feature not supported") }, { fill: { brokerOrderId: id } }],
    books: { orders: ["filled 3"], fills: ["3"], position: "3" }
  },
  {
    id: "SCHWAB-7",
    at: "schwab",
    what: "code 12: the stream ends because another one of the same user was opened",
    source: "alexgolec/tda-api#267",
    steps: ({ id }) => [
      {
        says: JSON.stringify({
          response: [{ service: "Invalid Service", command: "", requestid: "0", content: { code: 12, msg: "closed" } }]
        })
      },
      { dropStream: {} },
      { fill: { brokerOrderId: id } }
    ],
    books: { orders: ["filled 3"], fills: ["3"], position: "3" }
  },
  {
    id: "SCHWAB-8",
    at: "schwab",
    what: "an order is read as QUEUED, without executions, for a while after it was filled",
    source: "alexgolec/tda-api#232",
    steps: ({ id }) => [
      {
        tells: text(
          ORDERS,
          [/"status":"FILLED"/g, `"status":"QUEUED"`],
          [/"filledQuantity":3\.0/g, `"filledQuantity":0.0`],
          [/"remainingQuantity":0\.0/g, `"remainingQuantity":3.0`],
          [/,"orderActivityCollection":\[.*?\}\]\}\]/g, ""],
          [/,"closeTime":"[^"]*"/g, ""]
        )
      },
      { fill: { brokerOrderId: id } },
      { laterMs: 5_000 },
      { until: ["submitted 0"] },
      { tells: {} }
    ],
    books: { orders: ["filled 3"], fills: ["3"], position: "3" }
  },
  {
    id: "SCHWAB-9",
    at: "schwab",
    what: "a part was filled while nobody listened, and the next reading shows the order as CANCELED",
    source: "Lumiwealth/lumibot#1157",
    steps: ({ id }) => [
      { tells: { frame: () => [], status: (status, path) => (ORDERS.test(path) ? 503 : status) } },
      { fill: { brokerOrderId: id, quantity: "1" } },
      { cancel: { brokerOrderId: id } },
      { tells: {} },
      { laterMs: 3_000 },
      { until: ["cancelled 1"] }
    ],
    books: { orders: ["cancelled 1"], fills: ["1"], position: "1" }
  },
  {
    id: "SCHWAB-10",
    at: "schwab",
    what: "the access token ends and its refresh is refused with 400, unsupported_token_type: what waits is sent once a person has logged in",
    source: "tylerebowers/Schwabdev#40",
    first: () => [
      { expireToken: {} },
      {
        id: "",
        when: { operation: "token" },
        do: { answer: { status: 400, body: { error: "unsupported_token_type" } } }
      }
    ],
    isUnsent: true,
    steps: () => ["login", { laterMs: 61_000 }],
    books: { orders: ["filled 3"], fills: ["3"], position: "3" }
  },
  {
    id: "SCHWAB-11",
    at: "schwab",
    what: "401 to an order although its token is good: it was not processed, and is sent again",
    source: "alexgolec/schwab-py#190",
    first: () => [answered(401, { message: "Client not authorized" })],
    steps: () => [{ laterMs: 31_000 }],
    books: { orders: ["filled 3"], fills: ["3"], position: "3", sent: 2 }
  },
  {
    id: "SCHWAB-12",
    at: "schwab",
    what: "the gateway answers readings with 404, `Requested route does not exist`: no order is gone for that",
    source: "tylerebowers/Schwabdev#31",
    steps: ({ id }) => [
      {
        tells: {
          text: (said, path) =>
            ORDERS.test(path) ? "404 Not Found: Requested route ('traderapi') does not exist." : said,
          status: (status, path) => (ORDERS.test(path) ? 404 : status)
        }
      },
      { laterMs: 120_000 },
      { until: ["submitted 0"] },
      { tells: {} },
      { fill: { brokerOrderId: id } }
    ],
    books: { orders: ["filled 3"], fills: ["3"], position: "3" }
  },
  {
    id: "SCHWAB-13",
    at: "schwab",
    what: "500 to an order that was not taken: it is sent again only once its absence is proven",
    source: "gporter0205/schwab-api-client#8",
    first: () => [answered(500, { message: "Internal server error" })],
    steps: () => [{ laterMs: 6_000 }, { until: ["in_doubt 0"] }, ...absent],
    books: { orders: ["failed 0", "filled 3"], fills: ["3"], position: "3" }
  },
  {
    id: "SCHWAB-14",
    at: "schwab",
    what: "400, Position_Sys_0001: it would oversell",
    source: "QuantConnect/Documentation#2572",
    first: () => [
      answered(400, {
        message: "Position_Sys_0001: This order may result in an oversold/overbought position in your account."
      })
    ],
    steps: () => cooledDown,
    books: { orders: ["rejected 0", "filled 3"], fills: ["3"], position: "3" }
  },
  {
    id: "SCHWAB-15",
    at: "schwab",
    what: "executions alike in shares, price and second have no id: each counts once",
    source: "studerw/td-ameritrade-client#19",
    steps: ({ id }) => [
      { fill: { brokerOrderId: id, quantity: "1" } },
      { fill: { brokerOrderId: id, quantity: "1" } },
      { fill: { brokerOrderId: id, quantity: "1" } }
    ],
    books: { orders: ["filled 3"], fills: ["1", "1", "1"], position: "3" }
  },
  {
    id: "SCHWAB-16",
    at: "schwab",
    what: "an order is placed, and the stream says nothing of it",
    source: "QuantConnect/Lean#8940",
    first: () => [{ tells: { frame: (said) => (said.includes("ACCT_ACTIVITY") ? [] : [said]) } }],
    steps: () => [],
    books: { orders: ["filled 3"], fills: ["3"], position: "3" }
  },
  {
    id: "SCHWAB-17",
    at: "schwab",
    what: "a listing lacks an order that works: it is asked for by its id, and no end is made of it",
    source: "Lumiwealth/lumibot#1066",
    steps: ({ id }) => [
      { hide: { brokerOrderId: id, ms: 3_000_000 } },
      { laterMs: 120_000 },
      { until: ["submitted 0"] },
      { fill: { brokerOrderId: id } }
    ],
    books: { orders: ["filled 3"], fills: ["3"], position: "3" }
  },
  {
    id: "SCHWAB-18",
    at: "schwab",
    what: "a problem was detected, please check the order status screen: whether it was received is not known",
    source: "itsjafer/schwab-api#17",
    first: () => [
      answered(
        500,
        { message: "STOP: A problem was detected which may have affected your order placement. (DO9008)" },
        { taken: true }
      )
    ],
    steps: () => [{ laterMs: 6_000 }],
    books: { orders: ["filled 3"], fills: ["3"], position: "3" }
  },
  {
    id: "SCHWAB-19",
    at: "schwab",
    what: "an order that was placed is polled, and the order that it triggers comes as another one",
    source: "studerw/td-ameritrade-client#50",
    steps: ({ id, there }) => [
      manual(there, { side: "buy", quantity: "1", type: "limit", limitPrice: "1" }),
      { until: ["submitted 0", "submitted 0"] },
      { fill: { brokerOrderId: id } }
    ],
    books: { orders: ["filled 3", "submitted 0"], fills: ["3"], position: "3", sent: 1 }
  },
  {
    id: "SCHWAB-20",
    at: "schwab",
    what: "the account's hash changes while an order works",
    source: "alexgolec/schwab-py#203",
    steps: ({ id }) => [
      "rename",
      { fill: { brokerOrderId: id, quantity: "1" } },
      { until: ["partially_filled 1"] },
      "cancel",
      { laterMs: 2_000 },
      { until: ["cancelled 1"] }
    ],
    books: { orders: ["cancelled 1"], fills: ["1"], position: "1" }
  },
  {
    id: "SCHWAB-21",
    at: "schwab",
    what: "a person replaces an order that is filled in part: the old one is REPLACED, and a new one works on",
    source: SCHWABY,
    limit: "149",
    steps: ({ id }) => [
      { fill: { brokerOrderId: id, quantity: "1" } },
      { until: ["partially_filled 1"] },
      {
        asks: replacing(id)
      },
      "look",
      "fillNewest"
    ],
    books: { orders: ["filled 3"], fills: ["1", "2"], position: "3" }
  },
  {
    id: "SCHWAB-22",
    at: "schwab",
    what: "the network breaks before the answer to an order, which was taken: it is found by its terms and its time",
    source: "studerw/td-ameritrade-client#54",
    first: () => [{ id: "", when: {}, do: { takeThenReset: {} } }],
    steps: () => [{ laterMs: 6_000 }],
    books: { orders: ["filled 3"], fills: ["3"], position: "3" }
  },
  {
    id: "SCHWAB-23",
    at: "schwab",
    what: "201 with an order id, and REJECTED a second later, for want of buying power",
    source: SCHWABY,
    first: ({ there }) => [{ buyingPower: { amount: "1", account: there } }],
    steps: () => [{ laterMs: 2_000 }, { until: ["rejected 0"] }],
    books: { orders: ["rejected 0"], fills: [], position: "0" }
  },
  {
    id: "SCHWAB-24",
    at: "schwab",
    what: "a cancel comes as `ExecutionCreated` with the order's shares, and is read as an EXECUTION activity: nothing was executed",
    source: SCHWABY,
    steps: ({ id }) => [
      {
        tells: text(ORDERS, [
          /"status":"CANCELED"/g,
          `"status":"CANCELED","orderActivityCollection":[{"activityType":"EXECUTION","executionType":"CANCELED","quantity":3.0,"orderRemainingQuantity":0.0,"executionLegs":[{"legId":1,"quantity":3.0,"mismarkedQuantity":0.0,"price":0.0,"time":"2026-01-05T15:00:00+0000"}]}]`
        ])
      },
      { cancel: { brokerOrderId: id } },
      { says: activity("ExecutionCreated", executionOf(id, "UROut")) },
      { laterMs: 2_000 },
      { until: ["cancelled 0"] }
    ],
    books: { orders: ["cancelled 0"], fills: [], position: "0" }
  },
  {
    id: "SCHWAB-25",
    at: "schwab",
    what: "after it is connected again the stream repeats a fill, without account, symbol and execution id",
    source: SCHWABY,
    steps: ({ id }) => [
      { fill: { brokerOrderId: id, quantity: "1" } },
      { until: ["partially_filled 1"] },
      { dropStream: {} },
      "look",
      { says: activity("OrderFillCompleted", executionOf(id, "Fill")).replace(`"1":"12345678",`, "") },
      "look",
      { fill: { brokerOrderId: id } }
    ],
    books: { orders: ["filled 3"], fills: ["1", "2"], position: "3" }
  },
  {
    id: "SCHWAB-26",
    at: "schwab",
    what: "an order is replaced while nobody runs, and a program that knows the retired id alone is to find what follows it",
    source: SCHWABY,
    limit: "149",
    steps: ({ id }) => [
      { fill: { brokerOrderId: id, quantity: "1" } },
      { until: ["partially_filled 1"] },
      { tells: { frame: () => [], status: (status, path) => (ORDERS.test(path) ? 503 : status) } },
      { asks: replacing(id) },
      { tells: {} },
      "restart",
      "look",
      "fillNewest"
    ],
    books: { orders: ["filled 3"], fills: ["1", "2"], position: "3" }
  }
]
