import type { Instruction } from "@roundlot/broker-paper"
import { text } from "../cases/messages.ts"
import type { Sequence, Step } from "./Sequence.ts"

/** The next order is answered so, and nothing of it is done unless it says so. */
const answered = (
  status: number,
  code: number | undefined,
  message: string,
  taken = false
): Instruction.InstructionInput => ({
  id: "",
  when: {},
  do: { answer: { status, taken, body: code === undefined ? { message } : { code, message } } }
})

const rests: Step = { id: "", when: {}, do: { accept: {} } }

const ORDERS = /\/v2\/orders/
const BY_CLIENT_ID = /by_client_order_id/
const LIST = /GET \/v2\/(orders\?|account\/activities|positions)/

/** What is refused is asked for until a reading agrees; then the cool-down goes by. */
const cooledDown: ReadonlyArray<Step> = [{ laterMs: 6_000 }, { until: ["rejected 0"] }, { laterMs: 31_000 }]

/** What befell users of Alpaca. */
export const alpaca: ReadonlyArray<Sequence> = [
  {
    id: "ALPACA-1",
    at: "alpaca",
    what: "each `partial_fill` tells this execution's shares beside the order's total, and the total was booked each time",
    source: "QuantConnect/Lean#4014",
    steps: ({ id }) => [
      { fill: { brokerOrderId: id, quantity: "1" } },
      { until: ["partially_filled 1"] },
      { fill: { brokerOrderId: id, quantity: "1" } },
      { fill: { brokerOrderId: id, quantity: "1" } }
    ],
    books: { orders: ["filled 3"], fills: ["1", "1", "1"], position: "3" }
  },
  {
    id: "ALPACA-2",
    at: "alpaca",
    what: "fills on the stream tell the order's total and not the shares of this execution",
    source: "alpacahq/Alpaca-API#103",
    steps: ({ id }) => [
      { tells: { frame: (said) => [said.replace(/"(price|qty|execution_id)":"[^"]*",(?=.*"order":)/g, "")] } },
      { fill: { brokerOrderId: id, quantity: "2" } },
      { until: ["partially_filled 2"] },
      { fill: { brokerOrderId: id, quantity: "1" } }
    ],
    books: { orders: ["filled 3"], fills: ["2", "1"], position: "3" }
  },
  {
    id: "ALPACA-3",
    at: "alpaca",
    what: "the last `fill` shows the whole order as filled, after a `partial_fill` of a part",
    source: "alpacahq/alpaca-trade-api-csharp#544",
    steps: ({ id }) => [{ fill: { brokerOrderId: id, quantity: "2" } }, { fill: { brokerOrderId: id, quantity: "1" } }],
    books: { orders: ["filled 3"], fills: ["2", "1"], position: "3" }
  },
  {
    id: "ALPACA-4",
    at: "alpaca",
    what: "an order is filled and cancelled in the same moment",
    source: "alpacahq/Alpaca-API#71",
    steps: ({ id }) => [
      {
        tells: {
          ...text(ORDERS, [/"status":"filled"/g, `"status":"canceled"`]),
          frame: (said) => [
            said,
            said.replace(/"event":"fill"/, `"event":"canceled"`).replace(/"status":"filled"/, `"status":"canceled"`)
          ]
        }
      },
      { fill: { brokerOrderId: id } }
    ],
    books: { orders: ["filled 3"], fills: ["3"], position: "3" }
  },
  {
    id: "ALPACA-5",
    at: "alpaca",
    what: "422: potential wash trade detected, use complex orders; it is asked for again once it has cooled down",
    source: "Petersoj/alpaca-java#145",
    first: () => [answered(422, 42210000, "potential wash trade detected. use complex orders")],
    steps: () => cooledDown,
    books: { orders: ["rejected 0", "filled 3"], fills: ["3"], position: "3" }
  },
  {
    id: "ALPACA-6",
    at: "alpaca",
    what: "403: the day-trade rule denies the order; it is not asked for again that day",
    source: "alpacahq/Alpaca-API#156",
    first: () => [answered(403, 40310100, "trade denied due to pattern day trading protection")],
    steps: () => cooledDown,
    books: {
      orders: ["rejected 0"],
      fills: [],
      position: "0",
      breaks: ["PositionBlocked"],
      answer: "Held(refused)"
    }
  },
  {
    id: "ALPACA-7",
    at: "alpaca",
    what: "403: insufficient qty available, because the order before it still holds the shares; it is asked for again",
    source: "alpacahq/alpaca-trade-api-csharp#386",
    first: () => [answered(403, 40310000, "insufficient qty available for order (requested: 3, available: 0)")],
    steps: () => cooledDown,
    books: { orders: ["rejected 0", "filled 3"], fills: ["3"], position: "3" }
  },
  {
    id: "ALPACA-8",
    at: "alpaca",
    what: "a replacement answers `unable to replace order, order isn't sent to exchange yet`, and has taken place",
    source: "alpacahq/alpaca-trade-api-python#306",
    limit: "149",
    steps: ({ id }) => [
      { asks: ["PATCH", `/v2/orders/${id}`, { qty: "2" }] },
      { until: ["submitted 0 of 2"] },
      "fillNewest"
    ],
    books: { orders: ["filled 2 of 2"], fills: ["2"], position: "2" }
  },
  {
    id: "ALPACA-9",
    at: "alpaca",
    what: "`replaced` comes with the old order, and does not say by which it was replaced",
    source: "alpacahq/alpaca-trade-api-csharp#149",
    limit: "149",
    steps: ({ id }) => [
      { tells: { frame: (said) => [said.replaceAll(/"replaced_by":"[^"]*"/g, `"replaced_by":null`)] } },
      { asks: ["PATCH", `/v2/orders/${id}`, { limit_price: "148" }] },
      "fillNewest"
    ],
    books: { orders: ["filled 3"], fills: ["3"], position: "3" }
  },
  {
    id: "ALPACA-10",
    at: "alpaca",
    what: "a person changes an order that is filled in part, and the new one is for all its shares again",
    source: "alpacahq/Alpaca-API#165",
    limit: "149",
    steps: ({ id }) => [
      { fill: { brokerOrderId: id, quantity: "1" } },
      { until: ["partially_filled 1"] },
      { asks: ["PATCH", `/v2/orders/${id}`, { qty: "3", limit_price: "148" }] },
      "fillNewest"
    ],
    books: { orders: ["filled 4 of 4"], fills: ["1", "3"], position: "4" }
  },
  {
    id: "ALPACA-11",
    at: "alpaca",
    what: "a cancel is stuck in `pending_cancel`, and the order is filled after all",
    source: "alpacahq/alpaca-py#400",
    steps: ({ id }) => [
      { id: "", when: { operation: "cancel" }, do: { answer: { status: 204 } }, times: 9 },
      { tells: text(ORDERS, [/"status":"new"/g, `"status":"pending_cancel"`]) },
      "cancel",
      { laterMs: 16_000 },
      { until: ["submitted 0"] },
      { fill: { brokerOrderId: id } }
    ],
    books: { orders: ["filled 3"], fills: ["3"], position: "3" }
  },
  {
    id: "ALPACA-12",
    at: "alpaca",
    what: "a cancel answers 204 although the order was filled already",
    source: "alpacahq/user-docs#150",
    steps: ({ id }) => [
      { id: "", when: { operation: "cancel" }, do: { answer: { status: 204 } } },
      { tells: { frame: () => [] } },
      { fill: { brokerOrderId: id } },
      "cancel"
    ],
    books: { orders: ["filled 3"], fills: ["3"], position: "3" }
  },
  {
    id: "ALPACA-13",
    at: "alpaca",
    what: "the answer to an order is lost, and the order was taken: asked for again blindly it would be bought twice",
    source: "bennycode/trading-signals#1178",
    first: () => [{ id: "", when: {}, do: { takeThenReset: {} } }],
    steps: () => [{ laterMs: 6_000 }],
    books: { orders: ["filled 3"], fills: ["3"], position: "3" }
  },
  {
    id: "ALPACA-14",
    at: "alpaca",
    what: "the gateway answers an order with 504, and the order was taken",
    source: "bennycode/trading-signals#1178",
    first: () => [answered(504, undefined, "gateway timeout", true)],
    steps: () => [{ laterMs: 6_000 }],
    books: { orders: ["filled 3"], fills: ["3"], position: "3" }
  },
  {
    id: "ALPACA-15",
    at: "alpaca",
    what: "the stream stays open and says nothing more",
    source: "alpacahq/alpaca-trade-api-csharp#170",
    steps: ({ id }) => [{ tells: { frame: () => [] } }, { fill: { brokerOrderId: id } }],
    books: { orders: ["filled 3"], fills: ["3"], position: "3" }
  },
  {
    id: "ALPACA-16",
    at: "alpaca",
    what: "each event comes twice, and `new` has an `execution_id` as a fill has",
    source: "QuantConnect/Lean.Brokerages.Alpaca#41",
    first: () => [{ tells: { frame: (said) => [said, said] } }, rests],
    steps: ({ id }) => [
      { fill: { brokerOrderId: id, quantity: "1" } },
      { until: ["partially_filled 1"] },
      { fill: { brokerOrderId: id } }
    ],
    books: { orders: ["filled 3"], fills: ["1", "2"], position: "3" }
  },
  {
    id: "ALPACA-17",
    at: "alpaca",
    what: "an order is accepted, and rejected a moment later",
    source: "alpacahq/Alpaca-API#107",
    steps: ({ id }) => [
      { reject: { brokerOrderId: id, code: "40310000", words: "insufficient buying power" } },
      { laterMs: 2_000 },
      { until: ["rejected 0"] }
    ],
    books: { orders: ["rejected 0"], fills: [], position: "0" }
  },
  {
    id: "ALPACA-18",
    at: "alpaca",
    what: "the stream tells of an end in a word that no list of events has",
    source: "alpacahq/alpaca-py#629",
    steps: ({ id }) => [
      { tells: { frame: (said) => [said.replace(/"event":"[a-z_]+"/, `"event":"order_put_away"`)] } },
      { fill: { brokerOrderId: id, quantity: "1" } },
      { cancel: { brokerOrderId: id } },
      { laterMs: 2_000 },
      { until: ["cancelled 1"] }
    ],
    books: { orders: ["cancelled 1"], fills: ["1"], position: "1" }
  },
  {
    id: "ALPACA-19",
    at: "alpaca",
    what: "the stream refuses to open with 429 for a while",
    source: "QuantConnect/Lean.Brokerages.Alpaca#37",
    first: () => [
      { id: "", when: { operation: "stream" }, do: { answer: { status: 429 } }, times: 3 },
      { dropStream: {} },
      rests
    ],
    steps: ({ id }) => [{ fill: { brokerOrderId: id } }],
    books: { orders: ["filled 3"], fills: ["3"], position: "3" }
  },
  {
    id: "ALPACA-20",
    at: "alpaca",
    what: "the answer to the order shows it as filled in part already, and the part does not come again",
    source: "ml4t/live#67",
    first: () => [
      { tells: { frame: (said) => (said.includes("partial_fill") ? [] : [said]) } },
      { id: "", when: {}, do: { fill: { quantity: "1" } } }
    ],
    steps: () => [],
    books: { orders: ["partially_filled 1"], fills: ["1"], position: "1" }
  },
  {
    id: "ALPACA-21",
    at: "alpaca",
    what: "nothing of an order comes on the stream until it is cancelled",
    source: "alpacahq/Alpaca-API#74",
    first: () => [{ tells: { frame: (said) => (said.includes(`"canceled"`) ? [said] : []) } }, rests],
    steps: ({ id }) => ["cancel", { laterMs: 2_000 }, { hide: { brokerOrderId: id, ms: 1 } }],
    books: { orders: ["cancelled 0"], fills: [], position: "0" }
  },
  {
    id: "ALPACA-22",
    at: "alpaca",
    what: "an execution is busted after it was booked",
    source: "https://docs.alpaca.markets/docs/activity-sse",
    steps: ({ id }) => [
      { fill: { brokerOrderId: id } },
      { until: ["filled 3"] },
      "bust",
      { laterMs: 2_000 },
      { until: ["cancelled 0"] }
    ],
    books: { orders: ["cancelled 0"], fills: [], position: "0" }
  },
  {
    id: "ALPACA-23",
    at: "alpaca",
    what: "an execution is corrected to fewer shares after it was booked",
    source: "https://docs.alpaca.markets/us/v1.1/changelog/2026-11-06-partial-fill-214389c",
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
    id: "ALPACA-24",
    at: "alpaca",
    what: "403, forbidden, to all calls with keys that are good: nothing is known of the order until it is found",
    source: "alpacahq/Alpaca-API#228",
    first: () => [
      answered(403, undefined, "forbidden."),
      { tells: { status: (status, path) => (/by_client_order_id/.test(path) ? 403 : status) } }
    ],
    steps: () => [{ laterMs: 6_000 }, "look", { until: ["in_doubt 0"] }, { tells: {} }, { laterMs: 61_000 }],
    books: { orders: ["filled 3"], fills: ["3"], position: "3", sent: 2 }
  },
  {
    id: "ALPACA-25",
    at: "alpaca",
    what: "a cancel is refused with 422 while the order is changed, and the order works and is filled",
    source: "alpacahq/Alpaca-API#111",
    steps: ({ id }) => [
      {
        id: "",
        when: { operation: "cancel" },
        do: { answer: { status: 422, body: { code: 42210000, message: "order pending replace" } } },
        times: 9
      },
      { tells: text(ORDERS, [/"status":"new"/g, `"status":"pending_replace"`]) },
      "cancel",
      { laterMs: 3_000 },
      "look",
      { until: ["submitted 0"] },
      { tells: {} },
      { fill: { brokerOrderId: id } }
    ],
    books: { orders: ["filled 3"], fills: ["3"], position: "3" }
  },
  {
    id: "ALPACA-26",
    at: "alpaca",
    what: "an order whose answer was lost is sent again, and 422 says that its id is used: it is there, and is not bought under another",
    source: "alpacahq/alpaca-py#260",
    first: () => [
      { id: "", when: {}, do: { takeThenReset: {} } },
      {
        tells: {
          frame: (said) => (said.includes(`"event"`) ? [] : [said]),
          status: (status, path) => (BY_CLIENT_ID.test(path) ? 404 : status),
          text: (said, path) =>
            BY_CLIENT_ID.test(path) ? `{"code":40410000,"message":"order not found"}` : LIST.test(path) ? "[]" : said
        }
      }
    ],
    steps: () => ["sentAgain", { until: ["in_doubt 0"] }, { tells: {} }, { laterMs: 61_000 }],
    books: { orders: ["filled 3"], fills: ["3"], position: "3", sent: 2 }
  },
  {
    id: "ALPACA-27",
    at: "alpaca",
    what: "429 to an order: it was not processed, and is sent again at the broker's pace",
    source: "alpacahq/alpaca-trade-api-csharp#416",
    first: () => [
      {
        id: "",
        when: {},
        do: { answer: { status: 429, headers: { "retry-after": "1" }, body: { message: "rate limit exceeded" } } }
      }
    ],
    steps: () => [{ laterMs: 61_000 }],
    books: { orders: ["filled 3"], fills: ["3"], position: "3", sent: 2 }
  },
  {
    id: "ALPACA-28",
    at: "alpaca",
    what: "parts are filled while nothing can be heard or read, and the stream repeats none of them",
    source: "alpacahq/Alpaca-API#94",
    steps: ({ id }) => [
      { tells: { frame: () => [], status: (status, path) => (path.startsWith("GET") ? 503 : status) } },
      { fill: { brokerOrderId: id, quantity: "1" } },
      { fill: { brokerOrderId: id, quantity: "1" } },
      { cancel: { brokerOrderId: id } },
      { tells: {} },
      { laterMs: 3_000 },
      { until: ["cancelled 2"] }
    ],
    books: { orders: ["cancelled 2"], fills: ["1", "1"], position: "2" }
  },
  {
    id: "ALPACA-29",
    at: "alpaca",
    what: "403: potential wash trade detected, an order of the other side rests; it is asked for again once it has cooled down",
    source: "https://forum.alpaca.markets/t/13817",
    first: () => [answered(403, 40310000, "potential wash trade detected. opposite side limit order exists")],
    steps: () => cooledDown,
    books: { orders: ["rejected 0", "filled 3"], fills: ["3"], position: "3" }
  }
]
