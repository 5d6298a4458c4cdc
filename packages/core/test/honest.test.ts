import { describe, expect, test } from "vitest"
import { perform as carryOut, type Command } from "../src/control/Command.ts"
import { BrokerOrderId } from "../src/identity/ClientOrderId.ts"
import * as Id from "../src/identity/Id.ts"
import { Ticker } from "../src/instrument/Ticker.ts"
import * as Decimal from "../src/money/Decimal.ts"
import * as Price from "../src/money/Price.ts"
import * as Break from "../src/reconciliation/Break.ts"
import { HeldReportTable } from "../src/reconciliation/HeldReport.ts"
import * as Interpret from "../src/reconciliation/interpret.ts"
import type * as Report from "../src/reconciliation/Report.ts"
import type { Desk } from "../src/testing/index.ts"
import * as Instant from "../src/time/Instant.ts"
import { foldedLines, storedLines } from "./rows.ts"
import { deskOf, perform } from "./Story.ts"

// What honest brokers really say of an order to buy ten, in orders that alarm no one: a rule that is too strict fails here.

const policy = { lot: 1000, threshold: undefined, direction: "mirror", counts: false } as const
const first = Id.OrderId.make(1)
const META = Ticker.make("META")
const theirs = BrokerOrderId.make("B-O1")
const successor = BrokerOrderId.make("B-NEW")
const A_DAY_MS = 86_400_000
const A_SECOND_MS = 1000
const A_MINUTE_MS = 60_000
const shares = Decimal.unsafe

/** One thing that happens. */
type Step = (desk: Desk.Desk) => unknown

const hear = (desk: Desk.Desk, report: Report.Report) =>
  desk.commit("report", (recorder) => Interpret.interpret(recorder, { report, payload: undefined }))

const stamp = (desk: Desk.Desk) =>
  ({ account: desk.account, asOf: desk.now(), asOfKind: "broker", symbol: desk.symbol, side: "buy" }) as const

const order =
  (state: Report.Liveness, cumulative: string | undefined, differs: Partial<Report.OrderSeen> = {}): Step =>
  (desk) =>
    hear(desk, {
      _tag: "OrderSeen",
      ...stamp(desk),
      brokerOrderId: theirs,
      clientOrderId: desk.order(first).clientOrderId,
      quantity: shares("10"),
      rawStatus: state._tag === "Open" ? "open" : state.kind,
      state,
      cumulative: cumulative === undefined ? undefined : shares(cumulative),
      averagePrice: undefined,
      executionsRead: true,
      ...differs
    })

/** The order is open, with so many shares filled. */
const works = (cumulative?: string, differs: Partial<Report.OrderSeen> = {}): Step =>
  order({ _tag: "Open" }, cumulative, differs)

/** It has ended in the broker's word, with so many shares filled. */
const ends = (kind: Report.ClosedKind, cumulative: string, differs: Partial<Report.OrderSeen> = {}): Step =>
  order({ _tag: "Closed", kind }, cumulative, differs)

/** An execution, `base.revision`. */
const fills =
  (exec: string, quantity: string, differs: Partial<Report.Executed> = {}): Step =>
  (desk) => {
    const [execIdBase = exec, revision = "1"] = exec.split("/")
    hear(desk, {
      _tag: "Executed",
      ...stamp(desk),
      execId: exec,
      execIdBase,
      revision: Number(revision),
      brokerOrderId: theirs,
      clientOrderId: undefined,
      quantity: shares(quantity),
      price: Price.unsafe("100"),
      executedAt: desk.now(),
      ...differs
    })
  }

/** An execution that happened before what was said last. */
const fillsEarlier =
  (exec: string, quantity: string): Step =>
  (desk) =>
    fills(exec, quantity, { executedAt: Instant.addMillis(desk.now(), -A_SECOND_MS / 2) })(desk)

const costs =
  (execId: string, amount: string): Step =>
  (desk) => {
    const { symbol: _, side: __, ...common } = stamp(desk)
    return hear(desk, { _tag: "Commission", ...common, execId, amount: shares(amount), currency: "USD" })
  }

const passes =
  (ms: number): Step =>
  (desk) =>
    desk.pass(ms)

/** A person's command. */
const commands =
  (command: (desk: Desk.Desk) => Command): Step =>
  (desk) => {
    const done = desk.commit(
      "command",
      (recorder) => carryOut(recorder, `c${desk.now()}`, command(desk), "seen").answer
    )
    expect(done._tag).toBe("Done")
  }

const cancels: Step = (desk) => perform(desk, { do: "cancel", order: 1 })

const splits = commands((desk) => ({
  _tag: "AcceptSplit",
  symbol: desk.symbol,
  to: 2,
  from: 1,
  cashInLieu: undefined,
  held: shares("10")
}))

const renames = commands((desk) => ({ _tag: "RenameSymbol", symbol: desk.symbol, to: META, since: undefined }))

const price = (text: string): Partial<Report.Executed> => ({ price: Price.unsafe(text) })

/** At midnight of the day: where the broker says no more than the date. */
const dated: Step = (desk) =>
  fills("e1", "10", { executedAt: Instant.make((desk.now() / 86_400_000_000n) * 86_400_000_000n) })(desk)

const at =
  (ms: number, exec: string, quantity: string): Step =>
  (desk) =>
    fills(exec, quantity, { executedAt: Instant.addMillis(desk.now(), ms) })(desk)

const inAMinute = (desk: Desk.Desk) => ({ asOf: Instant.addMillis(desk.now(), A_MINUTE_MS) })
const worksAhead: Step = (desk) => works("0", inAMinute(desk))(desk)
const endsAhead: Step = (desk) => ends("filled", "10", inAMinute(desk))(desk)

/** What the broker said a second and a half ago, which comes only now. */
const earlier: Step = (desk) => works("0", { asOf: Instant.addMillis(desk.now(), -1.5 * A_SECOND_MS) })(desk)

const chain = { brokerOrderId: successor, otherIds: [theirs] }
const inPlace = { amendsInPlace: true }

/** What is said, where it was seen said so, the messages, and what the order comes to: status, filled, quantity in force. */
type Sequence = readonly [what: string, source: string, steps: ReadonlyArray<Step>, comesTo: string]

const plain: ReadonlyArray<Sequence> = [
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

const ended: ReadonlyArray<Sequence> = [
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

const corrected: ReadonlyArray<Sequence> = [
  ["a price is corrected", "TWS, .02", [fills("e1/1", "10"), fills("e1/2", "10", price("100.05"))], "filled 10 10"],
  [
    "a correction before its original",
    "TWS, .02",
    [fills("e1/2", "10", price("100.05")), fills("e1/1", "10")],
    "filled 10 10"
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
    "filled 10 10"
  ],
  [
    "a refill before its bust",
    "Alpaca, events",
    [fills("e1/1", "10"), fills("e2", "10", price("101")), fills("e1/2", "0")],
    "filled 10 10"
  ],
  [
    "a bust before its original",
    "Alpaca, events",
    [fills("e1/2", "0"), fills("e1/1", "4"), works("0")],
    "submitted 0 10"
  ]
]

const priced: ReadonlyArray<Sequence> = [
  [
    "parts with a gap of 30 %",
    "an opening auction",
    [fills("e1", "4"), fills("e2", "6", price("130"))],
    "filled 10 10"
  ],
  ["a fall of 30 %", "a halt that ends", [fills("e1", "4"), fills("e2", "6", price("70"))], "filled 10 10"],
  ["four places below a dollar", "Alpaca, documented", [fills("e1", "10", price("0.9999"))], "filled 10 10"],
  [
    "a better price in each part",
    "Alpaca, recorded",
    [fills("e1", "5", price("99.99")), fills("e2", "5", price("99.98"))],
    "filled 10 10"
  ],
  [
    "a commission with it",
    "TWS, documented",
    [fills("e1", "10"), costs("e1", "1"), ends("filled", "10")],
    "filled 10 10"
  ],
  [
    "a commission that comes late",
    "TWS, documented",
    [fills("e1", "10"), ends("filled", "10"), passes(A_MINUTE_MS), costs("e1", "1")],
    "filled 10 10"
  ],
  ["a commission before its execution", "TWS, documented", [costs("e1", "1"), fills("e1", "10")], "filled 10 10"],
  ["a rebate", "TWS, documented", [fills("e1", "10"), costs("e1", "-0.5")], "filled 10 10"]
]

const timed: ReadonlyArray<Sequence> = [
  ["a time that is a date alone", "Alpaca, activities by date", [dated, ends("filled", "10")], "filled 10 10"],
  ["a second behind us", "TWS, whole seconds", [at(-A_SECOND_MS, "e1", "10"), ends("filled", "10")], "filled 10 10"],
  ["a minute ahead of us", "a broker's clock", [at(A_MINUTE_MS, "e1", "10"), endsAhead], "filled 10 10"],
  [
    "a report ahead of us, and one of our clock",
    "a broker's clock",
    [worksAhead, at(A_MINUTE_MS, "e1", "10"), passes(2 * A_MINUTE_MS), ends("filled", "10")],
    "filled 10 10"
  ]
]

const changed: ReadonlyArray<Sequence> = [
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
    "filled 4 4"
  ],
  [
    "a correction behind a rename",
    "a symbol change",
    [fills("e1/1", "10"), ends("filled", "10"), renames, fills("e1/2", "10", price("100.05"))],
    "filled 10 10"
  ],
  ["a split behind the fill", "two for one", [fills("e1", "10"), ends("filled", "10"), splits], "filled 10 10"]
]

const open = (desk: Desk.Desk): ReadonlyArray<string> =>
  desk
    .all(Break.BreakTable)
    .filter(
      ({ closedAt, holds, kind }) =>
        closedAt === undefined && (holds !== "nothing" || Break.kinds[kind].isCritical === true)
    )
    .map(({ evidence, kind, subject }) => `${kind} ${subject}: ${evidence}`)

const figures = (desk: Desk.Desk): string => {
  const { filled, quantity, status } = desk.order(first)
  return [status, Decimal.format(filled), Decimal.format(quantity)].join(" ")
}

const held = (desk: Desk.Desk) =>
  desk.all(HeldReportTable).flatMap(({ outcome, rule }) => (outcome === undefined ? [rule] : []))

describe("W1 to W14 are not too strict: what honest brokers say ends without a break that stops anything", () => {
  test.each([...plain, ...ended, ...corrected, ...priced, ...timed, ...changed])("%s (%s)", (_, __, steps, comesTo) => {
    const desk = deskOf(policy)
    perform(desk, { do: "trade", id: "T1", side: "buy", milli: 10_000, held: false })
    perform(desk, { do: "send", order: 1, got: "accepted", time: 0 })
    for (const step of steps) step(desk)
    expect({ comesTo: figures(desk), open: open(desk), held: held(desk) }).toEqual({ comesTo, open: [], held: [] })
    expect(foldedLines(desk)).toEqual(storedLines(desk))
  })
})
