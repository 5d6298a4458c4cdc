import type * as Report from "../src/records/Report.ts"
import type { Desk } from "@roundlot/testing"
import * as Instant from "../src/values/Instant.ts"
import {
  costs,
  ends,
  fills,
  fillsAt,
  holds,
  limits,
  lists,
  META,
  ofNobody,
  passes,
  price,
  sends,
  shares,
  strange,
  successor,
  theirs,
  works,
  type Beginning,
  type Outcome,
  type Step
} from "./sequences.ts"

// What a broker says of an order to buy ten that is not so: what the books have to be all the same, and which breaks say it.

const A_DAY_MS = 86_400_000
const A_SECOND_MS = 1000
const MANY = "10000000000000"

/** The rule that finds the lie, what is said, the messages, and what the books come to; nothing is held and nothing waits where that is not said. */
export interface Lie {
  readonly rule: string
  readonly what: string
  readonly steps: ReadonlyArray<Step>
  readonly comesTo: string
  readonly open: ReadonlyArray<string>
  readonly held?: ReadonlyArray<string>
  readonly waits?: ReadonlyArray<string>
  readonly begins?: Beginning | undefined
}

/** What the books have to come to. */
export const outcomeOf = ({ comesTo, held = [], open, waits = [] }: Lie): Outcome => ({ comesTo, open, held, waits })

const ahead = (desk: Desk.Desk) => ({ asOf: Instant.addMillis(desk.now(), A_DAY_MS) })

/** All readings of one moment of the broker's. */
const atOnce = { asOf: Instant.make(1_700_000_000_500_000n) }

/** The order as it is, but for our id, which the broker has lost. */
const withoutOurId: Partial<Report.OrderSeen> = { clientOrderId: undefined }

/** The order as another instrument's, and of a day on which no order can have been entered. */
const ofAgesAgo = { symbol: META, clientOrderId: undefined, enteredAt: Instant.make(1_700_000_000_000n) }

const grown: Partial<Report.OrderSeen> = { quantity: shares("1000000"), amendsInPlace: true }

/** An execution of it under an order that the books do not know. */
const ofStrange = { brokerOrderId: strange }

/** The lies, by rule. */
export const lies: ReadonlyArray<Lie> = [
  {
    rule: "W1",
    what: "filled as an order of another instrument",
    steps: [ends("filled", "10", { symbol: META })],
    comesTo: "submitted 0 10",
    open: ["TermsDiffer O1"]
  },
  {
    rule: "W1",
    what: "filled as an order of the other side",
    steps: [ends("filled", "10", { side: "sell" })],
    comesTo: "submitted 0 10",
    open: ["TermsDiffer O1"]
  },
  {
    rule: "W2",
    what: "quantity and filled times 10^12",
    steps: [ends("filled", MANY, { quantity: shares(MANY) })],
    comesTo: "submitted 0 10",
    open: ["Implausible O1"],
    held: ["W2"]
  },
  {
    rule: "W2",
    what: "a smaller quantity, that looks filled",
    steps: [ends("filled", "1", { quantity: shares("1") })],
    comesTo: "submitted 0 10",
    open: ["Implausible O1"],
    held: ["W2"]
  },
  {
    rule: "W2",
    what: "a smaller quantity by a replacement, told once",
    steps: [works("0", { brokerOrderId: successor, otherIds: [theirs], quantity: shares("6") })],
    comesTo: "submitted 0 10",
    open: ["Implausible O1"],
    held: ["W2"]
  },
  {
    rule: "W2",
    what: "fewer shares under the same id, told twice where its broker changes none",
    steps: [works("0", { quantity: shares("6") }), passes(3 * A_SECOND_MS), works("0", { quantity: shares("6") })],
    comesTo: "submitted 0 10",
    open: ["Implausible O1"],
    held: ["W2"]
  },
  {
    rule: "W2",
    what: "more shares than the account lets an order have, told twice",
    steps: [limits("20"), works("0", grown), passes(3 * A_SECOND_MS), works("0", grown)],
    comesTo: "submitted 0 10",
    open: ["Implausible O1"],
    held: ["W2"]
  },
  {
    rule: "W3",
    what: "more filled than ordered",
    steps: [ends("filled", MANY)],
    comesTo: "submitted 0 10",
    open: ["Implausible O1"],
    held: ["W9"]
  },
  {
    rule: "W3",
    what: "less than nothing filled",
    steps: [works("-1")],
    comesTo: "submitted 0 10",
    open: ["Implausible O1"],
    held: ["W3"]
  },
  {
    rule: "W3",
    what: "an order of nobody's with more filled than it has",
    steps: [ends("filled", MANY, ofNobody())],
    comesTo: "submitted 0 10",
    open: ["Implausible X1"]
  },
  {
    rule: "W4",
    what: "an execution of more than is left",
    steps: [fills("e1", "4"), fills("e2", MANY)],
    comesTo: "partially_filled 4 10",
    open: ["Implausible O1"],
    held: ["W9"]
  },
  {
    rule: "W4",
    what: "an execution without an id",
    steps: [fills("", "10")],
    comesTo: "submitted 0 10",
    open: ["Implausible O1"],
    held: ["W4"]
  },
  {
    rule: "W4",
    what: "an execution without an id, and of no order",
    steps: [fills("", "10", ofStrange), passes(A_SECOND_MS), lists()],
    comesTo: "submitted 0 10",
    open: ["Implausible X1"]
  },
  {
    rule: "W4",
    what: "an execution of the day before the sending",
    steps: [fillsAt(-A_DAY_MS, "e1", "10")],
    comesTo: "submitted 0 10",
    open: [],
    waits: ["e1"]
  },
  {
    rule: "W4",
    what: "an execution of tomorrow, and the total that has it",
    steps: [fillsAt(A_DAY_MS, "e1", "4"), works("4")],
    comesTo: "partially_filled 4 10",
    open: []
  },
  {
    rule: "W5",
    what: "a price times 1,000",
    steps: [fills("e1", "4"), fills("e2", "6", price("100000"))],
    comesTo: "filled 10 10 at 400",
    open: ["Implausible O1"],
    held: ["W5"]
  },
  {
    rule: "W5",
    what: "a commission of 350,000",
    steps: [fills("e1", "10"), costs("e1", "350000")],
    comesTo: "filled 10 10",
    open: []
  },
  {
    rule: "W6",
    what: "a later total of fewer than were executed",
    steps: [fills("e1", "4"), fills("e2", "6"), passes(A_SECOND_MS), works("4")],
    comesTo: "filled 10 10",
    open: ["CumulativeBelow O1"]
  },
  {
    rule: "W7",
    what: "a holding of fewer than were executed",
    steps: [fills("e1", "10"), holds("7", "10")],
    comesTo: "filled 10 10",
    open: ["PositionDiffers AAPL"]
  },
  {
    rule: "W9",
    what: "an overfill that holdings do not show",
    steps: [fills("e1", "10"), fills("e2", "5", price("101")), holds("12", "10")],
    comesTo: "filled 10 10",
    open: ["Implausible O1", "PositionDiffers AAPL"],
    held: ["W9"]
  },
  {
    rule: "W9",
    what: "overfills that are more together than was ordered, which holdings repeat",
    steps: [fills("e1", "10"), fills("e2", "6", price("101")), fills("e3", "6", price("102")), holds("22", "10")],
    comesTo: "filled 10 10",
    open: ["Implausible O1", "PositionDiffers AAPL"],
    held: ["W9", "W9"]
  },
  {
    rule: "W10",
    what: "another order under our client order id",
    steps: [ends("filled", "10", { brokerOrderId: strange })],
    comesTo: "submitted 0 10 + filled 10 10",
    open: ["DuplicateOrder O2"]
  },
  {
    rule: "W11",
    what: "an end that one frame says",
    steps: [ends("cancelled", "0", {}, "frame")],
    comesTo: "submitted 0 10",
    open: []
  },
  {
    rule: "W11",
    what: "an end that readings repeat, which nothing but they say",
    steps: [
      ends("expired", "0", {}, "reading"),
      passes(5 * A_SECOND_MS),
      ends("expired", "0", {}, "reading"),
      passes(5 * A_SECOND_MS),
      ends("expired", "0", {}, "reading")
    ],
    comesTo: "submitted 0 10",
    open: []
  },
  {
    rule: "W12",
    what: "our order in doubt, without our id and filled; then with it",
    steps: [ends("filled", "10", withoutOurId), ends("filled", "10")],
    comesTo: "filled 10 10",
    open: [],
    begins: { got: "unknown" }
  },
  {
    rule: "W12",
    what: "an execution of our order in doubt, under an id that a listing lacks",
    steps: [fills("e1", "10", ofStrange), passes(A_SECOND_MS), lists()],
    comesTo: "in_doubt 0 10",
    open: [],
    waits: ["e1"],
    begins: { got: "unknown" }
  },
  {
    rule: "W12",
    what: "our order after it was refused, without our id",
    steps: [passes(A_SECOND_MS), works("0", withoutOurId)],
    comesTo: "submitted 0 10",
    open: ["Reappeared O1"],
    begins: { got: "rejected" }
  },
  {
    rule: "W12",
    what: "our order under its id, without ours and with a wrong day",
    steps: [
      ends("filled", "10", (desk) => ({ ...withoutOurId, enteredAt: Instant.addMillis(desk.now(), -3 * A_DAY_MS) }))
    ],
    comesTo: "filled 10 10",
    open: []
  },
  {
    rule: "W13",
    what: "our order as one of another instrument, entered in 1970, which readings repeat",
    steps: [works("2", ofAgesAgo), passes(5000), works("2", ofAgesAgo), passes(5000), works("2", ofAgesAgo)],
    comesTo: "submitted 0 10",
    open: ["TermsDiffer O1"]
  },
  {
    rule: "W12",
    what: "an answer that names the order before it",
    steps: [ends("filled", "10"), sends("T2", theirs), fills("e1", "10")],
    comesTo: "filled 10 10 + in_doubt 0 10",
    open: []
  },
  {
    rule: "W12",
    what: "an order of nobody's for more than the account lets one have, which counts",
    steps: [limits("20"), works("0", ofNobody({ quantity: shares("1000000") }))],
    comesTo: "submitted 0 10",
    open: ["Implausible X1"]
  },
  {
    rule: "W12",
    what: "an order of nobody's that counts, told once",
    steps: [ends("filled", "10", ofNobody(), "reading")],
    comesTo: "submitted 0 10",
    open: ["Implausible X1"],
    begins: { counts: true }
  },
  {
    rule: "W13",
    what: "a report of tomorrow, that keeps later ones out",
    steps: [works("0", ahead), passes(A_SECOND_MS), works("4"), fillsAt(-A_SECOND_MS / 2, "e1", "4")],
    comesTo: "partially_filled 4 10",
    open: []
  },
  {
    rule: "W13",
    what: "an end of the same moment as the truth",
    steps: [ends("cancelled", "4", atOnce), works("2", atOnce), passes(3 * A_SECOND_MS), works("2", atOnce)],
    comesTo: "partially_filled 2 10",
    open: ["Reappeared O1"]
  },
  {
    rule: "W14",
    what: "one execution under two ids, where its broker may give it several",
    steps: [fills("e1", "4"), fills("e1-listed", "4", { mayHaveOtherId: true })],
    comesTo: "partially_filled 4 10",
    open: ["SuspectedDuplicate O1"],
    waits: ["e1-listed"]
  },
  {
    rule: "W14",
    what: "one execution under an id of its price, which was corrected",
    steps: [fills("100", "10"), fills("100.05", "10", price("100.05"))],
    comesTo: "filled 10 10",
    open: ["Implausible O1"],
    held: ["W9"]
  }
]
