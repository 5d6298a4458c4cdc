import type { Instruction } from "@roundlot/broker-paper"
import type { Report } from "@roundlot/core/adapter"
import { names } from "./Place.ts"
import type { Name } from "./Place.ts"
import type { Act, Row } from "./Row.ts"

/** How the brokers refuse by a class; of a code in no table there is none at Interactive Brokers: that is in doubt. */
const refusals: {
  readonly [C in Report.RefusalClass]: { readonly [N in Exclude<Name, "paper">]?: readonly [string, string] }
} = {
  final: { alpaca: ["42210000", "limit price off tick"], schwab: ["", "The order failed."], ibkr: ["110", "off tick"] },
  later: {
    alpaca: ["40310000", "insufficient buying power"],
    schwab: ["", "You do not have enough available cash"],
    ibkr: ["201", "insufficient equity with loan value"]
  },
  session: {
    alpaca: ["40310100", "trade denied due to pattern day trading protection"],
    schwab: ["", "This would be a day trade"],
    ibkr: ["154", "Security is not available for trading: it is halted"]
  },
  account: {
    alpaca: ["40310000", "account is blocked"],
    schwab: ["", "Account is restricted"],
    ibkr: ["321", "The API interface is currently in Read-Only mode."]
  },
  unknown: { alpaca: ["49990000", "a new rule"], schwab: ["", "Planet_Sys_0009: a new rule"] }
}

const at = (which: Report.RefusalClass): ReadonlyArray<Name> =>
  names.filter((name) => name === "paper" || refusals[which][name] !== undefined)

const refuse = (name: Name, which: Report.RefusalClass): Instruction.ActInput => {
  if (name === "paper") return { reject: { code: "E7", words: "no", class: which } }
  const [code = "", words = ""] = refusals[which][name] ?? []
  if (name === "ibkr") return { reject: { code, words } }
  const body = name === "alpaca" ? { code: Number(code), message: words } : { message: words }
  return { answer: { status: name === "alpaca" ? 403 : 400, body } }
}

/** The answer to the next order is a refusal; a reading confirms it, and the cool-down goes by. */
const refused = (which: Report.RefusalClass): Pick<Row, "at" | "first" | "acts"> => ({
  at: at(which),
  first: ({ name }) => [{ id: "", when: {}, do: refuse(name, which) }],
  acts: () => [{ laterMs: 6_000 }, "confirmRefusals", ...cooledDown]
})

const cooledDown: ReadonlyArray<Act> = [{ laterMs: 31_000 }, "gates"]

/** The rows of orders that their broker refuses, by class. */
export const refusalRows: ReadonlyArray<Row> = [
  ...(["final", "later"] as const).map((which): Row => ({
    row: "O5",
    what: `refused as ${which}: after the cool-down it is ordered again`,
    ...refused(which),
    orders: ["rejected 0", "pending 0"]
  })),
  {
    row: "O5",
    what: "refused for a session: symbol and side wait",
    ...refused("session"),
    orders: ["rejected 0"],
    answer: "Held(refused)"
  },
  {
    row: "O5",
    what: "refused with a code in no table: its position waits for a person",
    ...refused("unknown"),
    orders: ["rejected 0"],
    breaks: ["OrderRefused"],
    evidence: /an unknown code/,
    answer: "BreakOpen"
  },
  {
    row: "O5",
    what: "refused for the account: nothing of it leaves",
    ...refused("account"),
    orders: ["rejected 0"],
    breaks: ["AccountRefused", "OrderRefused"],
    evidence: /^O1 was rejected with code /,
    answer: "BreakOpen"
  },
  {
    row: "O5",
    what: "refused for the account: two readings of its state let it go",
    ...refused("account"),
    at: ["schwab", "alpaca", "paper"],
    acts: () => [{ laterMs: 6_000 }, "confirmRefusals", ...cooledDown, "readAccount"],
    orders: ["rejected 0"],
    breaks: ["OrderRefused"],
    passed: ["AccountRefused", "OrderRefused"],
    answer: "BreakOpen"
  }
]
