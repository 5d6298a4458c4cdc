import { names } from "./Place.ts"
import type { Name } from "./Place.ts"
import type { Telling } from "./retelling.ts"
import type { Act, Row } from "./Row.ts"
import { manual, message, messages, onlyOrder, text, without } from "./messages.ts"

const at = (name: Name, alpaca: Telling, ibkr: Telling): Telling => (name === "alpaca" ? alpaca : ibkr)

const FILLS = /activities\/FILL/

/** What was executed is not listed; the order says what it has filled all the same. */
export const executionsAreGone = (name: Name): Telling =>
  name === "schwab"
    ? text(/\/orders/, [/,"orderActivityCollection":\[.*?\}\]\}\]/g, ""])
    : at(name, text(FILLS, [/^.*$/gs, "[]"]), without("execution"))

/** Each has a time of its own, where the broker's readings have: what is a minute old is so from the first on. */
export const aMinuteOfReadings: ReadonlyArray<Act> = ["read", { laterMs: 31_000 }, "read", { laterMs: 31_000 }]

/** The first revision of an execution at TWS ends so. */
const FIRST = /\.01\.01$/

/** The broker lists no order but this one. */
const listingLacks = (name: Name, id: string): Telling => at(name, onlyOrder(/\/v2\/orders\?/, id), tellsOnly(id))

/** TWS shows no order but this one. */
const tellsOnly = (id: string): Telling => {
  const orders = [messages.openOrder, messages.orderStatus, messages.completedOrder]
  return { message: (fields) => (orders.some((kind) => kind === fields[0]) && !fields.includes(id) ? [] : [fields]) }
}

/** The rows of fills. */
export const fillRows: ReadonlyArray<Row> = [
  {
    row: "F1",
    what: "an execution is read again and again",
    at: names,
    acts: ({ id }) => [{ fill: { brokerOrderId: id, quantity: "2" } }, "read", "read"],
    orders: ["partially_filled 2"]
  },
  {
    row: "F2",
    what: "an execution comes again under its id, at another price",
    at: ["ibkr", "alpaca"],
    acts: ({ id, name }) => [
      { fill: { brokerOrderId: id } },
      "read",
      { tells: at(name, text(FILLS, [/"price":"150"/g, `"price":"149"`]), message({ execution: [[20, "149"]] })) }
    ],
    orders: ["filled 3"],
    breaks: ["UndocumentedCorrection"],
    evidence: / was reported again as 3 at 149$/
  },
  {
    row: "F3",
    what: "an execution is corrected to fewer shares",
    at: ["ibkr", "alpaca", "paper"],
    acts: ({ id }) => [{ fill: { brokerOrderId: id } }, "correct"],
    orders: ["cancelled 2"]
  },
  {
    row: "F3",
    what: "an execution that was read is corrected to fewer shares",
    at: names,
    acts: ({ id }) => [{ fill: { brokerOrderId: id } }, "read", "correct"],
    orders: ["cancelled 2"]
  },
  {
    row: "F3",
    what: "an execution of a part that was read is corrected to more shares",
    at: names,
    acts: ({ id }) => [{ fill: { brokerOrderId: id, quantity: "1" } }, "read", "correct"],
    orders: ["partially_filled 2"]
  },
  {
    row: "F3",
    what: "an execution of the second of the reading before it counts beside that",
    at: ["ibkr"],
    acts: ({ id }) => [
      { fill: { brokerOrderId: id, quantity: "1" } },
      "read",
      { fill: { brokerOrderId: id, quantity: "1" } }
    ],
    orders: ["partially_filled 2"]
  },
  {
    row: "F4",
    what: "the correction of an execution is read before the execution itself",
    at: ["ibkr"],
    acts: ({ id }) => [
      { fill: { brokerOrderId: id } },
      "correct",
      { tells: without("execution", (fields) => FIRST.test(fields[14] ?? "")) },
      "read",
      { tells: {} }
    ],
    orders: ["cancelled 2"]
  },
  {
    row: "F5",
    what: "an execution that was read is busted",
    at: ["schwab", "alpaca", "paper"],
    acts: ({ id }) => [{ fill: { brokerOrderId: id } }, "read", "bust"],
    orders: ["cancelled 0"]
  },
  {
    row: "F6",
    what: "more is filled than was ordered",
    at: names,
    acts: ({ id }) => [{ fill: { brokerOrderId: id, quantity: "5" } }, "read", { laterMs: 60_000 }, "reconcile"],
    orders: ["filled 5"],
    breaks: ["Excess"],
    passed: ["Implausible", "Excess"]
  },
  {
    row: "F7",
    what: "an execution comes before its order is listed",
    at: ["ibkr", "alpaca"],
    acts: ({ id, name, there }) => [{ tells: listingLacks(name, id) }, manual(there), "read", { tells: {} }],
    orders: ["submitted 0", "filled 2"],
    waited: 1
  },
  {
    row: "F8",
    what: "an execution of it is a sale, and it is a purchase",
    at: ["ibkr", "alpaca"],
    acts: ({ id, name }) => [
      { tells: at(name, text(FILLS, [/"side":"buy"/g, `"side":"sell"`]), message({ execution: [[18, "SLD"]] })) },
      { fill: { brokerOrderId: id, quantity: "2" } }
    ],
    orders: ["partially_filled 2"],
    breaks: ["FillMismatch"]
  },
  {
    row: "F9",
    what: "no listing ever has the order of an execution",
    at: ["ibkr", "alpaca"],
    acts: ({ id, name, there }) => [{ tells: listingLacks(name, id) }, manual(there), "read", { laterMs: 1_000 }],
    orders: ["submitted 0", "filled 2"],
    waited: 1
  },
  {
    row: "F11",
    what: "it is cancelled, and filled for a part before we have read that",
    at: names,
    acts: ({ id }) => [{ cancel: { brokerOrderId: id } }, { fill: { brokerOrderId: id, quantity: "2" } }],
    orders: ["cancelled 2"]
  },
  {
    row: "F13",
    what: "it is filled far from its price",
    at: names,
    acts: ({ id }) => [{ fill: { brokerOrderId: id, price: "300" } }],
    orders: ["filled 3"],
    breaks: ["OffBand"]
  },
  {
    row: "F14",
    what: "its total is more than its executions come to",
    at: ["schwab", "ibkr", "alpaca"],
    acts: ({ id, name }) => [
      { tells: executionsAreGone(name) },
      { fill: { brokerOrderId: id, quantity: "2" } },
      ...aMinuteOfReadings
    ],
    orders: ["partially_filled 2"],
    breaks: ["Unpriced"],
    evidence: /^the broker reports 2 filled, executions with a price cover 0$/
  },
  {
    row: "F14",
    what: "its executions come a minute after its total",
    at: ["schwab", "ibkr", "alpaca"],
    acts: ({ id, name }) => [
      { tells: executionsAreGone(name) },
      { fill: { brokerOrderId: id, quantity: "2" } },
      ...aMinuteOfReadings,
      "read",
      { tells: {} }
    ],
    orders: ["partially_filled 2"],
    passed: ["Unpriced"]
  },
  {
    row: "F15",
    what: "its average is not that of its executions",
    at: ["ibkr", "alpaca"],
    acts: ({ id, name }) => [
      {
        tells: at(
          name,
          text(/\/v2\/orders/, [/"filled_avg_price":"150"/g, `"filled_avg_price":"151"`]),
          message({ orderStatus: [[5, "151"]] })
        )
      },
      { fill: { brokerOrderId: id, quantity: "2" } }
    ],
    orders: ["partially_filled 2"],
    breaks: ["AverageDiffers"]
  }
]
