import type { Instruction } from "@roundlot/broker-paper"
import type { AccountName } from "@roundlot/core"
import { Ticker } from "@roundlot/core"
import { names, OTHER } from "./Place.ts"
import type { Name } from "./Place.ts"
import type { Fields, Telling } from "./retelling.ts"
import type { Act, Row, Scene } from "./Row.ts"
import { AAPL, manual, message, messages, text, without } from "./messages.ts"

const META = Ticker.Ticker.make("META")

const holding = (
  account: AccountName.AccountName,
  quantity: string,
  symbol: Ticker.Ticker = AAPL
): Instruction.ActInput => ({ holding: { account, symbol, quantity } })

/** Our order is filled, that is read, and its symbol has come to rest: it is compared. */
const held = ({ id }: Scene): ReadonlyArray<Act> => [{ fill: { brokerOrderId: id } }, "read", { laterMs: 10_000 }]

const POSITIONS = /\/v2\/positions|fields=positions/

/** The broker lists its first position once more. */
const listsTwice = (name: Name): Telling =>
  name === "ibkr"
    ? { message: (fields: Fields) => (fields[0] === messages.position ? [fields, fields] : [fields]) }
    : text(POSITIONS, [/(\{[^{}]*"symbol":"AAPL"[^{}]*\}|\{"shortQuantity":[^{}]*\{[^{}]*\}[^{}]*\})/g, "$1,$1"])

const averageIs = (name: Name): Telling =>
  name === "ibkr"
    ? message({ position: [[15, "99"]] })
    : text(POSITIONS, [/"(avg_entry_price|averagePrice)":"?[\d.]+"?/g, name === "alpaca" ? `"$1":"99"` : `"$1":99.0`])

/** TWS lists what each account behind the login holds. */
const holdsToo = (name: Name): Telling =>
  name === "ibkr"
    ? { message: (fields) => (fields[0] === messages.position ? [fields, fields.with(2, "DU7654321")] : [fields]) }
    : {}

/** What the account holds of META is an option on it. */
const isOption = (name: Name): Telling => {
  if (name === "ibkr") return message({ position: [[5, "OPT"]] }, (fields) => fields[4] === "META")
  return text(POSITIONS, [/"symbol":"META"/g, `"symbol":"META  261218C00700000"`])
}

/** Nothing is listed, as before our first order. */
const areOfBefore = (name: Name): Telling => {
  if (name === "ibkr") return without("position")
  return text(POSITIONS, name === "alpaca" ? [/^.*$/gs, "[]"] : [/"positions":\[.*\]/gs, `"positions":[]`])
}

/** What cannot be read of them: the rest of the answer, or the shares of a row. */
const isCutShort = (name: Name): Telling =>
  name === "ibkr" ? message({ position: [[14, "?"]] }) : text(POSITIONS, [/.{9}$/gs, ""])

const refused: Instruction.InstructionInput = {
  id: "",
  when: { operation: "positions" },
  do: { answer: { status: 403 } },
  times: 2
}

/** The rows of positions: what the broker holds, and what the books do, is compared. */
export const positionRows: ReadonlyArray<Row> = [
  {
    row: "P1",
    what: "they agree, and what was open about them closes",
    at: names,
    acts: (scene) => [
      ...held(scene),
      holding(scene.there, "5"),
      "reconcile",
      { laterMs: 1_000 },
      holding(scene.there, "3"),
      "reconcile"
    ],
    orders: ["filled 3"],
    passed: ["PositionDiffers"]
  },
  {
    row: "P2",
    what: "only the average prices differ",
    at: ["schwab", "ibkr", "alpaca"],
    acts: (scene) => [...held(scene), { tells: averageIs(scene.name) }, "reconcile"],
    orders: ["filled 3"]
  },
  {
    row: "P3",
    what: "they differ by an order that was filled and not yet read",
    at: names,
    acts: ({ id }) => [{ fill: { brokerOrderId: id } }, "reconcile"],
    orders: ["filled 3"]
  },
  {
    row: "P4",
    what: "the broker holds more, and no order tells of it",
    at: names,
    acts: (scene) => [...held(scene), holding(scene.there, "8"), "reconcile"],
    orders: ["filled 3"],
    breaks: ["PositionDiffers"],
    evidence: /^books 3 \(hedged 3\), broker 8 \(\+5\)$/
  },
  {
    row: "P5",
    what: "the broker is short of what is held here",
    at: names,
    acts: (scene) => [...held(scene), holding(scene.there, "-2"), "reconcile"],
    orders: ["filled 3"],
    breaks: ["PositionDiffers"],
    evidence: /^books 3 \(hedged 3\), broker -2 \(-5\); the difference closes 3 and opens 2$/
  },
  {
    row: "P6",
    what: "the broker holds what these books never traded",
    at: names,
    acts: (scene) => [...held(scene), holding(scene.there, "7", META), "reconcile"],
    orders: ["filled 3"],
    breaks: ["ForeignPosition"],
    evidence: /^books 0, broker 7 \(\+7\)$/
  },
  {
    row: "P6",
    what: "the broker lists no more of what these books never traded: nothing differs any more",
    at: names,
    acts: (scene) => [
      ...held(scene),
      holding(scene.there, "7", META),
      "reconcile",
      holding(scene.there, "0", META),
      "reconcile",
      "reconcile"
    ],
    orders: ["filled 3"],
    breaks: [],
    passed: ["ForeignPosition"]
  },
  {
    row: "P7",
    what: "the broker lists no more of what is held here",
    at: names,
    acts: (scene) => [...held(scene), holding(scene.there, "0"), "reconcile"],
    orders: ["filled 3"],
    breaks: ["PositionDiffers"],
    evidence: /^books 3 \(hedged 3\), broker 0 \(-3\)$/
  },
  {
    row: "P8",
    what: "they cannot be read: nothing is judged, and it is said",
    at: ["schwab", "alpaca", "paper"],
    acts: (scene) => [...held(scene), holding(scene.there, "5"), refused, "reconcileAll"],
    orders: ["filled 3"],
    health: /positions failed/
  },
  {
    row: "P8",
    what: "a listing that contradicts itself judges nothing",
    at: ["schwab", "ibkr", "alpaca"],
    acts: (scene) => [...held(scene), holding(scene.there, "5"), { tells: listsTwice(scene.name) }, "reconcile"],
    orders: ["filled 3"],
    breaks: ["UnsoundSnapshot"],
    evidence: /^the broker lists the position AAPL twice$/
  },
  {
    row: "P8",
    what: "a listing that is cut short judges nothing",
    at: ["schwab", "ibkr", "alpaca"],
    acts: (scene) => [
      ...held(scene),
      holding(scene.there, "5"),
      { tells: isCutShort(scene.name) },
      scene.name === "ibkr" ? "reconcile" : "reconcileAll"
    ],
    orders: ["filled 3"],
    breaks: ["UnsoundSnapshot"],
    evidence: /^the broker's positions cannot be read: |^the broker's list of positions is incomplete$/
  },
  {
    row: "P8",
    what: "a row of a side that is not documented is no absence: nothing is judged",
    at: ["alpaca"],
    acts: (scene) => [...held(scene), { tells: text(POSITIONS, [/"side":"long"/g, `"side":"flat"`]) }, "reconcile"],
    orders: ["filled 3"],
    breaks: ["UnsoundSnapshot"],
    evidence: /^the broker's list of positions is incomplete$/
  },
  {
    row: "P8",
    what: "a listing of another account judges nothing",
    at: ["schwab"],
    acts: (scene) => [
      "pin",
      ...held(scene),
      holding(scene.there, "5"),
      { tells: text(POSITIONS, [/"accountNumber":"12345678"/g, `"accountNumber":"87654321"`]) },
      "reconcile"
    ],
    orders: ["filled 3"],
    breaks: ["UnsoundSnapshot"],
    evidence: /^the broker lists the positions of another account$/
  },
  {
    row: "P8",
    what: "positions of before beside orders of after: nothing is repaired, and the break closes itself",
    at: ["schwab", "ibkr", "alpaca"],
    acts: (scene) => [
      ...held(scene),
      { tells: areOfBefore(scene.name) },
      "reconcile",
      { laterMs: 1_000 },
      { tells: {} },
      "reconcile"
    ],
    orders: ["filled 3"],
    passed: ["PositionDiffers"]
  },
  {
    row: "P9",
    what: "the broker holds twice as much, as after a split",
    at: names,
    acts: (scene) => [...held(scene), holding(scene.there, "6"), "reconcile"],
    orders: ["filled 3"],
    breaks: ["PositionDiffers"],
    evidence: /; a split of 2 for 1 would explain it$/
  },
  {
    row: "P9",
    what: "an order counts twice here: what it filled explains the difference, and no split does",
    at: names,
    acts: (scene) => [
      ...held(scene),
      manual(scene.there, { quantity: "3", type: "market" }),
      "read",
      { laterMs: 10_000 },
      holding(scene.there, "3"),
      "reconcile"
    ],
    orders: ["filled 3", "filled 3"],
    breaks: ["PositionDiffers"],
    evidence:
      /broker 3 \([-+]\d\); O\d filled the same quantity: a double count, or a fill missing at the broker, would explain it$/
  },
  {
    row: "P9",
    what: "the broker holds as much of another symbol instead",
    at: names,
    acts: (scene) => [...held(scene), holding(scene.there, "0"), holding(scene.there, "3", META), "reconcile"],
    orders: ["filled 3"],
    breaks: ["PositionDiffers", "ForeignPosition"],
    evidence: /; a symbol change to META would explain it$|^books 0/
  },
  {
    row: "P10",
    what: "the broker holds an option",
    at: ["schwab", "ibkr", "alpaca"],
    acts: (scene) => [...held(scene), holding(scene.there, "7", META), { tells: isOption(scene.name) }, "reconcile"],
    orders: ["filled 3"]
  },
  {
    row: "P11",
    what: "a difference of an hour ago is still open, and is one",
    at: names,
    acts: (scene) => [...held(scene), holding(scene.there, "5"), "reconcile", { laterMs: 3_600_000 }, "reconcile"],
    orders: ["filled 3"],
    breaks: ["PositionDiffers"]
  },
  {
    row: "P12",
    what: "what another account holds and trades is not ours",
    at: ["schwab", "ibkr", "paper"],
    acts: (scene) => [
      ...held(scene),
      manual(OTHER, { limitPrice: "1", type: "limit" }),
      holding(OTHER, "7", META),
      { tells: holdsToo(scene.name) },
      "reconcile",
      "read"
    ],
    orders: ["filled 3"]
  }
]
