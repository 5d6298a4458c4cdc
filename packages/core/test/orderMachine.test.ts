import { Either } from "effect"
import { describe, expect, test } from "vitest"
import * as Fill from "../src/records/Fill.ts"
import * as ClientOrderId from "../src/values/ClientOrderId.ts"
import * as Id from "../src/values/Id.ts"
import * as Decimal from "../src/values/Decimal.ts"
import { settled, observe, type Word } from "../src/rules/order/observe.ts"
import * as Order from "../src/records/Order.ts"
import * as OrderState from "../src/records/OrderState.ts"
import * as Break from "../src/records/Break.ts"
import * as Instant from "../src/values/Instant.ts"
import type { Desk } from "@roundlot/testing"
import { deskOf, perform, second, type Step, type Got, type Said } from "./Story.ts"

// One order to buy two, brought into a state by a story, then deskAfter one fact

const plan: Step = { do: "trade", id: "T1", side: "buy", milli: 2000, held: false }
const send = (got: Got): Step => ({ do: "send", order: 1, got, time: 1 })
const report = (said: Said, cumulative: number | undefined, time: number): Step => ({
  do: "report",
  at: "B-O1",
  order: 1,
  side: "buy",
  milli: 2000,
  said,
  cumulative,
  time,
  read: true
})
const fill = (exec: string, milli: number, time: number, revision = 1): Step => ({
  do: "fill",
  at: "B-O1",
  order: 1,
  side: "buy",
  exec,
  revision,
  milli,
  time
})
const against: Step = { do: "trade", id: "T2", side: "sell", milli: 2000, held: false }

const accepted = [plan, send("accepted")]
const stories = {
  pending: [plan],
  submitting: [plan, send("nothing")],
  inDoubt: [plan, send("unknown")],
  submitted: accepted,
  partly: [...accepted, fill("e0", 1000, 2)],
  filled: [...accepted, fill("e0", 2000, 2)],
  filledAndClosed: [...accepted, fill("e0", 2000, 2), report("filled", 2000, 2)],
  cancelled: [...accepted, report("cancelled", 0, 3)],
  cancelledPartly: [...accepted, fill("e0", 1000, 2), report("cancelled", 1000, 3)],
  superseded: [plan, against, send("accepted")],
  expired: [...accepted, report("expired", 0, 3)],
  rejected: [plan, send("rejected")],
  failed: [plan, send("unknown"), { do: "not-placed", order: 1 }]
} satisfies { readonly [name: string]: ReadonlyArray<Step> }

const facts = {
  open: report("open", undefined, 10),
  openHalf: report("open", 1000, 10),
  filledAll: report("filled", 2000, 10),
  cancelled: report("cancelled", undefined, 10),
  expired: report("expired", undefined, 10),
  rejected: report("rejected", undefined, 10),
  half: fill("e9", 1000, 10),
  all: fill("e9", 2000, 10)
} satisfies { readonly [name: string]: Step }

const unsent = {
  open: "Submitted",
  openHalf: "PartiallyFilled",
  filledAll: "Filled",
  cancelled: "Cancelled",
  expired: "Expired",
  rejected: "Rejected",
  half: "PartiallyFilled",
  all: "Filled"
}
const partly = { ...unsent, open: "PartiallyFilled", rejected: "Cancelled", half: "Filled" }
const filled = Object.fromEntries(Object.keys(facts).map((fact) => [fact, "Filled"]))

/** F2: what each fact makes of an order in each state. */
const machine: { readonly [S in keyof typeof stories]: { readonly [fact: string]: string } } = {
  pending: unsent,
  submitting: unsent,
  inDoubt: unsent,
  submitted: unsent,
  partly,
  filled,
  filledAndClosed: filled,
  cancelled: { ...unsent, half: "Cancelled" },
  cancelledPartly: partly,
  superseded: unsent,
  expired: { ...unsent, half: "Expired" },
  rejected: { ...unsent, half: "Cancelled" },
  failed: unsent
}

const policy = { lot: 1000, threshold: undefined, direction: "mirror", counts: false } as const

const deskAfter = (steps: ReadonlyArray<Step>): Desk.Desk => {
  const desk = deskOf(policy)
  for (const step of steps) perform(desk, step)
  return desk
}

const first = Id.OrderId.make(1)
const breaksOf = (desk: Desk.Desk) =>
  desk
    .all(Break.BreakTable)
    .filter((each) => each.closedAt === undefined)
    .map((each) => each.kind)

const isState = (name: string): name is keyof typeof stories => name in stories
const cases = Object.keys(stories)
  .filter(isState)
  .flatMap((state) => Object.entries(facts).map(([fact, step]) => [state, fact, step] as const))

const openAt20 = (isBrokersTime: boolean): Word => ({
  reported: "open",
  at: second(20),
  cumulative: undefined,
  isBrokersTime,
  witness: settled
})

describe("SDK-1, F2: the order machine", () => {
  test.each(cases)("FILL-5, F2: an order that is %s and hears %s", (state, fact, step) => {
    const desk = deskAfter(stories[state])
    expect(perform(desk, step)).toBe(machine[state][fact])
  })

  test.each([
    ["filled", "Submitted"],
    ["filledAndClosed", "Cancelled"],
    ["partly", "Submitted"],
    ["cancelledPartly", "Cancelled"]
  ] as const)("F3: the fill of an order that is %s is busted: %s", (state, wanted) => {
    expect(perform(deskAfter(stories[state]), fill("e0", 0, 10, 2))).toBe(wanted)
  })

  test.each([
    ["pending", "open", ["Reappeared"]],
    ["superseded", "open", ["Excess", "Reappeared"]],
    ["failed", "half", ["Reappeared"]],
    ["cancelled", "open", ["Reappeared"]],
    ["rejected", "half", ["FillAfterRejection"]],
    ["rejected", "filledAll", ["FillAfterRejection"]],
    ["rejected", "all", ["FillAfterRejection"]],
    ["submitted", "open", []],
    ["cancelled", "half", []]
  ] as const)("F3, G: an order that is %s and hears %s opens %j", (state, fact, wanted) => {
    const desk = deskAfter([...stories[state], facts[fact]])
    expect(breaksOf(desk).toSorted()).toEqual(wanted)
  })

  test("F0: a report without the broker's time never re-opens what a final word closed", () => {
    const order = deskAfter(stories.cancelled).order(first)
    expect(observe(order, [], openAt20(false), second(20)).status).toBe("cancelled")
    expect(observe(order, [], openAt20(true), second(20)).status).toBe("submitted")
  })

  test("F5: a total contradicts fills that are surely of its time; one in whole seconds may be later than a total of that second", () => {
    const desk = deskAfter([...stories.submitted, fill("e1", 1000, 20), fill("e2", 1000, 20)])
    const fills = desk.all(Fill.FillTable)
    const isBelow = (ms: number, of = fills) => {
      const at = Instant.addMillis(second(20), ms)
      const word: Word = {
        reported: "open",
        at,
        cumulative: Decimal.unsafe("1"),
        isBrokersTime: false,
        witness: settled
      }
      const { filled, inferred, isCumulativeBelow } = observe(desk.order(first), of, word, at)
      expect([filled, inferred].map(Decimal.format)).toEqual(["2", "0"])
      return isCumulativeBelow
    }
    expect([0, 1, 500, 999, 1000, 1500].map((ms) => isBelow(ms))).toEqual([true, false, false, false, true, true])
    const toTheMillisecond = fills.map((each) => ({ ...each, executedAt: Instant.addMillis(each.executedAt, 1) }))
    expect(isBelow(500, toTheMillisecond)).toBe(true)
  })

  test("F2, FILL-14: an equal report of our own time writes nothing, a newer time of the broker's is kept", () => {
    const order = deskAfter(stories.submitted).order(first)
    const word: Word = {
      reported: "open",
      at: second(20),
      cumulative: undefined,
      isBrokersTime: true,
      witness: settled
    }
    expect(observe(order, [], word, second(20)).reportedAt).toBe(second(20))
    const desk = deskAfter([...stories.submitted, report("open", 0, 5)])
    const entries = () =>
      desk.store.entries({ account: desk.account, afterSeq: 0, entity: undefined, limit: 1000 }).length
    const before = entries()
    perform(desk, report("open", 0, 5))
    expect(entries()).toBe(before)
    perform(desk, report("open", 0, 30))
    perform(desk, report("cancelled", 0, 20))
    expect(desk.order(first).status).toBe("submitted")
  })

  test("F2: at one time closed beats open, then the larger total, then the more advanced word, whichever comes first", () => {
    const words = [
      report("open", 1000, 9),
      report("rejected", undefined, 9),
      report("expired", 0, 9),
      report("cancelled", 0, 9)
    ]
    for (const order of [words, words.toReversed()]) {
      expect(deskAfter([...accepted, ...order]).order(first)).toMatchObject({
        status: "cancelled",
        reported: "cancelled"
      })
    }
  })

  test("C4: an end without a total releases nothing before executions were read", () => {
    const premature = { ...report("cancelled", undefined, 5), read: false }
    expect(deskAfter([...accepted, premature]).order(first).status).toBe("submitted")
    expect(deskAfter([...accepted, report("cancelled", undefined, 5)]).order(first).status).toBe("cancelled")
  })

  test("F2: the reason of an order that a bust has cut is the bust, until its fills are whole again", () => {
    const desk = deskAfter([...accepted, fill("e0", 2000, 2), report("filled", 2000, 2)])
    expect(desk.order(first).reason).toBe("filled by the broker")
    perform(desk, fill("e0", 0, 10, 2))
    expect(desk.order(first)).toMatchObject({
      status: "cancelled",
      reason: "closed as filled, then a fill was taken back"
    })
    perform(desk, fill("e0", 2000, 11, 3))
    expect(desk.order(first).status).toBe("filled")
    expect(desk.order(first).reason).toBeUndefined()
  })

  test("F5: a fill that the total already counted replaces what was inferred, a later one adds", () => {
    const desk = deskAfter([...accepted, report("open", 1000, 5)])
    const figures = () => {
      const { filled: shares, unpriced, notional } = desk.order(first)
      return [shares, unpriced, notional].map(Decimal.format)
    }
    expect(figures()).toEqual(["1", "1", "0"])
    perform(desk, fill("e1", 1000, 4))
    expect(figures()).toEqual(["1", "0", "100"])
    perform(desk, fill("e2", 500, 6))
    expect(figures()).toEqual(["1.5", "0", "150"])
  })

  test("F5, W9: a total of a moment before its own execution fills no order beyond its quantity", () => {
    const desk = deskAfter([...accepted, fill("e1", 2000, 5), report("filled", 2000, 4)])
    const { filled: shares, inferred, status } = desk.order(first)
    expect([Decimal.format(shares), Decimal.format(inferred), status]).toEqual(["2", "0", "filled"])
  })

  test("F7: a fill that comes before the answer to its send joins its order with the answer", () => {
    const desk = deskAfter([plan, send("nothing")])
    const stranger: Step = {
      do: "fill",
      at: "B-O1",
      order: undefined,
      side: "buy",
      exec: "e1",
      revision: 1,
      milli: 1000,
      time: 4
    }
    expect(perform(desk, stranger)).toBe("Waiting")
    expect(desk.order(first).status).toBe("submitting")
    expect(perform(desk, send("accepted"))).toBe("PartiallyFilled")
  })

  test("F2 of reconciliation: other contents of a fill that waits for its order are a break, and the first stands", () => {
    const desk = deskAfter([])
    const stranger = {
      do: "fill",
      at: "X1",
      order: undefined,
      side: "buy",
      exec: "e1",
      revision: 1,
      milli: 1000,
      time: 4
    } as const
    expect([stranger, stranger, { ...stranger, milli: 1100 }].map((each) => perform(desk, each))).toEqual([
      "Waiting",
      "Duplicate",
      "KeptAsBreak"
    ])
    expect(breaksOf(desk)).toEqual(["UndocumentedCorrection"])
  })

  test("F3 of reconciliation: a revision that comes before its original stays the canonical one", () => {
    const desk = deskAfter([...accepted, fill("e1", 500, 5, 2), fill("e1", 2000, 4, 1)])
    const canonical = desk.all(Fill.FillTable).map((each) => [each.execId, each.canonical])
    expect(canonical).toEqual([
      ["e1.2", true],
      ["e1.1", false]
    ])
    expect(Decimal.format(desk.order(first).filled)).toBe("0.5")
  })

  test("F2 of reconciliation: other contents without a revision are kept as a break, until a revision comes", () => {
    const desk = deskAfter([...accepted, fill("e1", 500, 5)])
    expect(perform(desk, fill("e1", 700, 5))).toBe("KeptAsBreak")
    expect(breaksOf(desk)).toEqual(["UndocumentedCorrection"])
    expect(Decimal.format(desk.order(first).filled)).toBe("0.5")
    perform(desk, fill("e1", 700, 6, 2))
    expect(breaksOf(desk)).toEqual([])
    expect(Decimal.format(desk.order(first).filled)).toBe("0.7")
  })
})

describe("F1: commands may be refused", () => {
  test.each(Object.keys(stories).filter(isState))(
    "not-placed is refused of an order that is %s, unless in doubt",
    (state) => {
      const desk = deskAfter(stories[state])
      const before = desk.order(first)
      expect(perform(desk, { do: "not-placed", order: 1 })).toBe(state === "inDoubt" ? "Done" : "Refused")
      expect(desk.order(first).status).toBe(state === "inDoubt" ? "failed" : before.status)
    }
  )

  test.each(Object.keys(stories).filter(isState))("cancel of an order that is %s", (state) => {
    const desk = deskAfter(stories[state])
    const { status } = desk.order(first)
    expect(perform(desk, { do: "cancel", order: 1 })).toBe(OrderState.isLive(status) ? "Done" : "Refused")
    expect(desk.order(first).status).toBe(status === "pending" ? "cancelled" : status)
  })
})

describe("FILL-7: flat status and tagged state", () => {
  test("every status has a state and every state a status, both ways", () => {
    const tags: ReadonlyArray<string> = Object.keys(OrderState.statusOf)
    expect(tags.toSorted()).toEqual(Object.values(OrderState.tagOf).toSorted())
    for (const status of OrderState.orderStatuses) expect(OrderState.statusOf[OrderState.tagOf[status]]).toBe(status)
    expect(new Set(Object.values(OrderState.phaseOf))).toEqual(new Set(OrderState.orderPhases))
  })

  test.each(Object.keys(stories).filter(isState))("an order that is %s has the state of its status", (state) => {
    const order = deskAfter(stories[state]).order(first)
    const tagged = Either.getOrThrow(Order.stateOf(order))
    expect(OrderState.statusOf[tagged._tag]).toBe(order.status)
  })

  test.each([
    ["submitting", "attemptId"],
    ["in_doubt", "attemptId"],
    ["submitted", "brokerOrderIds"],
    ["partially_filled", "brokerOrderIds"],
    ["filled", "brokerOrderIds"],
    ["cancelled", "endedAt"],
    ["expired", "endedAt"],
    ["rejected", "endedAt"],
    ["failed", "endedAt"]
  ] as const)("a row that is %s without its %s is an error that names both, never a guess", (status, column) => {
    const bare = deskAfter(stories.pending).order(first)
    const state = Order.stateOf({ ...bare, status })
    expect(Either.isLeft(state) && state.left).toMatchObject({ table: "orders", id: "1", column })
  })

  test("FILL-6: only an order that the broker has acknowledged and works can be asked for", () => {
    const polled = Object.keys(stories)
      .filter(isState)
      .filter((state) => Order.acknowledgedOf(deskAfter(stories[state]).order(first)) !== undefined)
    expect(polled).toEqual(["submitted", "partly"])
  })
})

describe("ClientOrderId", () => {
  test("two orders never have the same", () => {
    const desk = deskAfter([...stories.rejected, { do: "pass", seconds: 60 }])
    const ids = desk.all(Order.OrderTable).map((order) => order.clientOrderId)
    expect(new Set(ids).size).toBe(2)
    for (const id of ids) expect(ClientOrderId.ours(id)).toBe(id)
  })
})
