import type { Instruction } from "@roundlot/broker-paper"
import { names } from "./Place.ts"
import type { Telling } from "./retelling.ts"
import type { Act, Row } from "./Row.ts"
import { manual } from "./messages.ts"

const TWO_HOURS_MS = 2 * 3_600_000
const TO_SETTLE_MS = 6_000

/** The answer to the next order is lost; it was taken, or it was not. */
const lost = (does: Instruction.ActInput): ReadonlyArray<Act> => [{ id: "", when: {}, do: does }]

const asked: ReadonlyArray<Act> = [{ laterMs: TO_SETTLE_MS }, "askForDoubtful"]

const REFUSED = { answer: { status: 400, body: { message: "Insufficient buying power" } } }

/** All orders that Alpaca lists have the client order id of ours. */
const clientIdsAreOurs: Telling = {
  text: (said, asked) => {
    const [ours] = /"client_order_id":"rl1-[^"]*"/.exec(said) ?? []
    return ours === undefined || !asked.includes("/v2/orders")
      ? said
      : said.replaceAll(/"client_order_id":"[^"]*"/g, ours)
  }
}

/** The rows of orders in doubt: their sends had no answer, and they are asked for. */
export const doubtRows: ReadonlyArray<Row> = [
  {
    row: "O24",
    what: "it is found",
    at: names,
    first: () => lost({ takeThenReset: {} }),
    acts: () => asked,
    orders: ["submitted 0"]
  },
  {
    row: "O24",
    what: "it is not found where client ids are unique: it goes once more under its id",
    at: ["alpaca", "paper"],
    first: () => lost({ resetBefore: {} }),
    acts: () => asked,
    orders: ["submitted 0"],
    attempts: 2
  },
  {
    row: "O24",
    what: "it is lost again and again: after the third time it is only looked for",
    at: ["alpaca", "paper"],
    first: () => Array.from({ length: 5 }, () => lost({ resetBefore: {} })).flat(),
    acts: () => Array.from({ length: 5 }, () => asked).flat(),
    orders: ["in_doubt 0"],
    attempts: 3,
    breaks: ["Doubt"],
    evidence: /3 times/
  },
  {
    row: "O24",
    what: "it is not found elsewhere: it waits for an operator",
    at: ["schwab", "ibkr"],
    first: () => lost({ resetBefore: {} }),
    acts: () => asked,
    orders: ["in_doubt 0"],
    breaks: ["Doubt"],
    evidence: /not found|no match among/
  },
  {
    row: "O24",
    what: "it is found though the books' time is two hours ahead of the clock since that was wrong for a moment",
    at: names,
    first: () => [
      { laterMs: TWO_HOURS_MS },
      { taken: "0.5" },
      { laterMs: -TWO_HOURS_MS },
      ...lost({ takeThenReset: {} })
    ],
    acts: () => ["lookFor"],
    orders: ["submitted 0"]
  },
  {
    row: "O24",
    what: "it could be any of two: it waits for an operator",
    at: ["schwab"],
    first: () => lost({ takeThenReset: {} }),
    acts: ({ there }) => [manual(there, { quantity: "3", type: "market" }), ...asked],
    orders: ["in_doubt 0"],
    breaks: ["Doubt"],
    evidence: /^several candidates: /
  },
  {
    row: "O24",
    what: "W12: it was refused, and an order with its terms shows later: that is it",
    at: ["schwab"],
    first: () => lost(REFUSED),
    acts: ({ there }) => [
      { laterMs: TO_SETTLE_MS },
      "confirmRefusals",
      manual(there, { quantity: "3", type: "market" })
    ],
    orders: ["filled 3"],
    breaks: ["FillAfterRejection"]
  },
  {
    row: "O27",
    what: "W10: another order has its client order id",
    at: ["alpaca"],
    acts: ({ there }) => [{ tells: clientIdsAreOurs }, manual(there, { type: "limit", limitPrice: "1" })],
    orders: ["submitted 0", "submitted 0"],
    breaks: ["DuplicateOrder"]
  }
]
