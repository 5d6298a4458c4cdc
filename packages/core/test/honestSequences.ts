import type { Desk } from "@roundlot/testing"
import * as Instant from "../src/values/Instant.ts"
import {
  cancels,
  commands,
  costs,
  ends,
  fills,
  fillsAt,
  fillsEarlier,
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
  type Step
} from "./sequences.ts"

// What honest brokers really say of an order to buy ten, in orders that alarm no one: a rule that is too strict fails here.

const A_DAY_MS = 86_400_000
const A_SECOND_MS = 1000
const A_MINUTE_MS = 60_000

const splits = commands((desk) => ({
  _tag: "AcceptSplit",
  symbol: desk.symbol,
  to: 2,
  from: 1,
  cashInLieu: undefined,
  held: shares("10")
}))

const renames = commands((desk) => ({ _tag: "RenameSymbol", symbol: desk.symbol, to: META, since: undefined }))

/** At midnight of the day: where the broker says no more than the date. */
const dated = fills("e1", "10", (desk) => ({
  executedAt: Instant.make((desk.now() / 86_400_000_000n) * 86_400_000_000n)
}))

const worksAhead = works("0", (desk) => ({ asOf: Instant.addMillis(desk.now(), A_MINUTE_MS) }))
const endsAhead = ends("filled", "10", (desk) => ({ asOf: Instant.addMillis(desk.now(), A_MINUTE_MS) }))

/** What the broker said a second and a half ago, which comes only now. */
const earlier = works("0", (desk) => ({ asOf: Instant.addMillis(desk.now(), -1.5 * A_SECOND_MS) }))

const chain = { brokerOrderId: successor, otherIds: [theirs] }
const inPlace = { amendsInPlace: true }

/** Of one moment, as the broker tells it. */
const wholeSecond = (desk: Desk.Desk) => ({ asOf: Instant.make(((desk.now() + 500_000n) / 1_000_000n) * 1_000_000n) })

/** An order to sell three that a person makes. */
const byHand = ofNobody({ side: "sell", quantity: shares("3") })
const alsoBuys = ofNobody({ quantity: shares("3") })
const executedByHand = { brokerOrderId: strange, side: "sell" } as const

/** An order by hand under the id that ours had. */
const nextUse = works("0", (desk) => ({ ...byHand, brokerOrderId: theirs, enteredAt: desk.now() }))

/** What is said, where it was seen said so, the messages, what the books come to, and how the order begins. */
type Honest = readonly [what: string, source: string, steps: ReadonlyArray<Step>, comesTo: string, begins?: Beginning]

const plain: ReadonlyArray<Honest> = [
  ["a fill at once", "Alpaca, recorded", [works("0"), fills("e1", "10"), ends("filled", "10")], "filled 10 10"],
  [
    "filled without ever having been open",
    "TWS, recorded",
    [ends("filled", "10"), fillsEarlier("e1", "10")],
    "filled 10 10"
  ],
  ["an execution before any word of the order", "TWS, recorded", [fills("e1", "10"), works("10")], "filled 10 10"],
  [
    "an execution after its cumulative",
    "Alpaca, activities",
    [works("4"), fillsEarlier("e1", "4"), works("4")],
    "partially_filled 4 10"
  ],
  [
    "executions in parts",
    "Alpaca, recorded",
    [fills("e1", "3"), works("3"), fills("e2", "7"), ends("filled", "10")],
    "filled 10 10"
  ],
  [
    "parts in another order",
    "Alpaca-API 170",
    [fills("e2", "7"), fills("e1", "3"), ends("filled", "10")],
    "filled 10 10"
  ],
  [
    "equal parts in one second",
    "Schwab, listing",
    [fills("e1", "5"), fills("e2", "5"), ends("filled", "10")],
    "filled 10 10"
  ],
  ["equal parts before any total", "TWS, documented", [fills("e1", "5"), fills("e2", "5")], "filled 10 10"],
  [
    "each message twice",
    "TWS, documented",
    [works("4"), works("4"), fillsEarlier("e1", "4"), works("4")],
    "partially_filled 4 10"
  ],
  [
    "the end without executions first",
    "TWS, documented",
    [ends("filled", "10"), fillsEarlier("e1", "6"), fillsEarlier("e2", "4")],
    "filled 10 10"
  ],
  ["no cumulative at all", "TWS, completed orders", [works(), fills("e1", "10"), ends("filled", "10")], "filled 10 10"],
  [
    "an older report behind a newer one",
    "Alpaca, poll and stream",
    [fills("e1", "10"), ends("filled", "10"), passes(A_SECOND_MS), earlier],
    "filled 10 10"
  ],
  [
    "many small parts",
    "Alpaca, paper",
    ["e1", "e2", "e3", "e4", "e5", "e6", "e7", "e8", "e9", "e10"].map((exec) => fills(exec, "1")),
    "filled 10 10"
  ]
]

const ended: ReadonlyArray<Honest> = [
  [
    "cancelled as asked",
    "Alpaca, documented",
    [works("0"), cancels, works("0"), ends("cancelled", "0")],
    "cancelled 0 10"
  ],
  [
    "a partial fill, then cancelled",
    "Alpaca, documented",
    [fills("e1", "4"), cancels, ends("cancelled", "4")],
    "cancelled 4 10"
  ],
  [
    "cancelled, and a fill that was under way",
    "TWS, documented",
    [cancels, ends("cancelled", "0"), passes(A_SECOND_MS), fillsEarlier("e1", "4"), ends("cancelled", "4")],
    "cancelled 4 10"
  ],
  [
    "filled while it was to be cancelled",
    "TWS 161",
    [cancels, works("0"), fills("e1", "10"), ends("filled", "10")],
    "filled 10 10"
  ],
  [
    "expired at the close",
    "Alpaca, documented",
    [works("0"), passes(A_DAY_MS / 4), ends("expired", "0")],
    "expired 0 10"
  ],
  [
    "expired with a part",
    "Schwab, documented",
    [fills("e1", "4"), passes(A_DAY_MS / 4), ends("expired", "4")],
    "expired 4 10"
  ],
  [
    "rejected after it was taken",
    "Schwab 201, measured",
    [works("0"), passes(A_SECOND_MS), ends("rejected", "0")],
    "rejected 0 10"
  ],
  [
    "the end twice, a minute apart",
    "every listing",
    [ends("cancelled", "0"), passes(A_MINUTE_MS), ends("cancelled", "0")],
    "cancelled 0 10"
  ],
  [
    "the end of a part and a late execution of it",
    "Schwab, listing",
    [ends("cancelled", "4"), fillsEarlier("e1", "4")],
    "cancelled 4 10"
  ]
]

const corrected: ReadonlyArray<Honest> = [
  [
    "a price is corrected",
    "TWS, .02",
    [fills("e1/1", "10"), fills("e1/2", "10", price("100.05"))],
    "filled 10 10 at 1000.5"
  ],
  [
    "a correction before its original",
    "TWS, .02",
    [fills("e1/2", "10", price("100.05")), fills("e1/1", "10")],
    "filled 10 10 at 1000.5"
  ],
  [
    "a quantity is corrected downwards",
    "TWS, .02",
    [fills("e1/1", "4"), fills("e1/2", "3"), works("3")],
    "partially_filled 3 10"
  ],
  ["a bust of a part", "Alpaca, trade_bust", [fills("e1/1", "4"), fills("e1/2", "0"), works("0")], "submitted 0 10"],
  [
    "a bust, and a refill",
    "Alpaca, trade_bust",
    [fills("e1/1", "10"), fills("e1/2", "0"), fills("e2", "10", price("101"))],
    "filled 10 10 at 1010"
  ],
  [
    "a refill before its bust",
    "Alpaca, events",
    [fills("e1/1", "10"), fills("e2", "10", price("101")), fills("e1/2", "0")],
    "filled 10 10 at 1010"
  ],
  [
    "a bust before its original",
    "Alpaca, events",
    [fills("e1/2", "0"), fills("e1/1", "4"), works("0")],
    "submitted 0 10"
  ]
]

const priced: ReadonlyArray<Honest> = [
  [
    "parts with a gap of 30 %",
    "an opening auction",
    [fills("e1", "4"), fills("e2", "6", price("130"))],
    "filled 10 10 at 1180"
  ],
  ["a fall of 30 %", "a halt that ends", [fills("e1", "4"), fills("e2", "6", price("70"))], "filled 10 10 at 820"],
  ["four places below a dollar", "Alpaca, documented", [fills("e1", "10", price("0.9999"))], "filled 10 10 at 9.999"],
  [
    "a better price in each part",
    "Alpaca, recorded",
    [fills("e1", "5", price("99.99")), fills("e2", "5", price("99.98"))],
    "filled 10 10 at 999.85"
  ],
  [
    "a commission with it",
    "TWS, documented",
    [fills("e1", "10"), costs("e1", "1"), ends("filled", "10")],
    "filled 10 10 cost 1"
  ],
  [
    "a commission that comes late",
    "TWS, documented",
    [fills("e1", "10"), ends("filled", "10"), passes(A_MINUTE_MS), costs("e1", "1")],
    "filled 10 10 cost 1"
  ],
  [
    "a commission before its execution",
    "TWS, documented",
    [costs("e1", "1"), fills("e1", "10")],
    "filled 10 10 cost 1"
  ],
  ["a rebate", "TWS, documented", [fills("e1", "10"), costs("e1", "-0.5")], "filled 10 10 cost -0.5"]
]

const timed: ReadonlyArray<Honest> = [
  ["a time that is a date alone", "Alpaca, activities by date", [dated, ends("filled", "10")], "filled 10 10"],
  [
    "a second behind us",
    "TWS, whole seconds",
    [fillsAt(-A_SECOND_MS, "e1", "10"), ends("filled", "10")],
    "filled 10 10"
  ],
  ["a minute ahead of us", "a broker's clock", [fillsAt(A_MINUTE_MS, "e1", "10"), endsAhead], "filled 10 10"],
  [
    "a report ahead of us, and one of our clock",
    "a broker's clock",
    [worksAhead, fillsAt(A_MINUTE_MS, "e1", "10"), passes(2 * A_MINUTE_MS), ends("filled", "10")],
    "filled 10 10"
  ]
]

const changed: ReadonlyArray<Honest> = [
  [
    "fewer, by an edit in TWS",
    "TWS, amends in place",
    [
      works("0", { ...inPlace, quantity: shares("6") }),
      passes(3000),
      works("0", { ...inPlace, quantity: shares("6") })
    ],
    "submitted 0 6"
  ],
  [
    "fewer, replaced at the broker",
    "Schwab REPLACED",
    [works("0", { ...chain, quantity: shares("6") }), passes(3000), works("0", { ...chain, quantity: shares("6") })],
    "submitted 0 6"
  ],
  [
    "replaced with the same quantity, then filled",
    "Alpaca replaces",
    [works("0", chain), fills("e1", "10", { brokerOrderId: successor }), ends("filled", "10", chain)],
    "filled 10 10"
  ],
  [
    "the replaced one is cancelled",
    "Schwab UROut",
    [
      works("0", chain),
      ends("cancelled", "0", { brokerOrderId: theirs }),
      fills("e1", "10", { brokerOrderId: successor })
    ],
    "filled 10 10"
  ],
  [
    "filled in part, then edited down to that",
    "TWS, amends in place",
    [
      fills("e1", "4"),
      works("4", { ...inPlace, quantity: shares("4") }),
      passes(3000),
      ends("filled", "4", { ...inPlace, quantity: shares("4") })
    ],
    "filled 4 4 + pending 0 6"
  ],
  [
    "a correction behind a rename",
    "a symbol change",
    [fills("e1/1", "10"), ends("filled", "10"), renames, fills("e1/2", "10", price("100.05"))],
    "filled 10 10 at 1000.5"
  ],
  ["a split behind the fill", "two for one", [fills("e1", "10"), ends("filled", "10"), splits], "filled 10 10"]
]

const aside: ReadonlyArray<Honest> = [
  ["holdings after a fill", "every listing of positions", [fills("e1", "10"), holds("10", "10")], "filled 10 10"],
  [
    "half a share too many, which is held",
    "a true overfill",
    [fills("e1", "10"), fills("e2", "0.5", price("101")), holds("10.5", "10")],
    "filled 10.5 10 at 1050.5"
  ],
  [
    "open and filled within one second",
    "Schwab, whole seconds",
    [works("0", wholeSecond), ends("filled", "10", wholeSecond), fillsEarlier("e1", "10")],
    "filled 10 10"
  ],
  [
    "found by our id, after the answer to its send was lost",
    "every look-up",
    [works("0"), fills("e1", "10"), ends("filled", "10")],
    "filled 10 10",
    { got: "unknown" }
  ],
  ["an order by hand, filled", "a person at TWS", [works("3", byHand)], "submitted 0 10 + filled 3 3"],
  [
    "an order by hand in another instrument, while ours is in doubt",
    "a person at TWS",
    [works("0", { ...byHand, symbol: META })],
    "in_doubt 0 10 + submitted 0 3",
    { got: "unknown" }
  ],
  [
    "an execution by hand in another instrument, while ours is in doubt",
    "a person at TWS",
    [fills("h1", "3", { ...executedByHand, symbol: META }), passes(A_SECOND_MS), lists()],
    "in_doubt 0 10 + filled 3 3",
    { got: "unknown" }
  ],
  [
    "an execution by hand behind a refusal of ours",
    "a person at TWS",
    [fills("h1", "3", executedByHand), passes(A_SECOND_MS), lists()],
    "rejected 0 10 + filled 3 3",
    { got: "rejected" }
  ],
  [
    "another order, with an id of its own",
    "every broker",
    [ends("filled", "10"), sends("T2", successor), fillsEarlier("e1", "10")],
    "filled 10 10 + submitted 0 10"
  ],
  [
    "another order under an id that its broker gives again on another day",
    "TWS, orders of other clients",
    [fills("e1", "10"), ends("filled", "10"), passes(3 * A_DAY_MS), nextUse],
    "filled 10 10 + submitted 0 3"
  ],
  [
    "an order by hand where such count, read twice",
    "a person at TWS",
    [works("0", alsoBuys, "reading"), passes(2 * A_SECOND_MS), works("0", alsoBuys, "reading")],
    "submitted 0 10 + submitted 0 3",
    { counts: true }
  ],
  [
    "an order by hand within the limits of its account",
    "a person at TWS",
    [limits("20"), works("0", { ...alsoBuys, quantity: shares("20") })],
    "submitted 0 10 + submitted 0 20"
  ]
]

/** All of them: none may end with anything held, waiting, or stopped. */
export const honest: ReadonlyArray<Honest> = [
  ...plain,
  ...ended,
  ...corrected,
  ...priced,
  ...timed,
  ...changed,
  ...aside
]
