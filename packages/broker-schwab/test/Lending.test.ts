import { assert, describe, it } from "@effect/vitest"
import type { Instruction } from "@roundlot/broker-paper"
import { Ticker } from "@roundlot/core"
import { Effect } from "effect"
import { open } from "./setup.ts"

const NVDA = Ticker.Ticker.make("NVDA")

type Stage = Effect.Effect.Success<ReturnType<typeof open>>

/** Whether Schwab lends a symbol, and whether it calls it halted, after what the test does. */
const said = (before: (stage: Stage) => Effect.Effect<unknown, unknown>) =>
  Effect.gen(function* () {
    const stage = yield* open()
    yield* before(stage)
    const known = yield* stage.broker.instrument(NVDA)
    const quote = yield* stage.broker.quote?.(NVDA) ?? Effect.die("Schwab has quotes")
    return [known._tag === "Known" ? known.shortable : known._tag, quote.isHalted]
  })

/** Schwab answers quotes so. */
const quoted = (nodes: object): ((stage: Stage) => Effect.Effect<unknown, unknown>) => {
  const answer: Instruction.ActInput = { answer: { status: 200, body: { NVDA: { symbol: "NVDA", ...nodes } } } }
  return ({ exchange }) => exchange.instruct({ id: "lie", when: { operation: "quote" }, do: answer, times: 2 })
}

/** Whether Schwab trades a symbol, after what the test does. */
const traded = (before: (stage: Stage) => Effect.Effect<unknown, unknown>) =>
  Effect.gen(function* () {
    const stage = yield* open()
    yield* before(stage)
    const known = yield* stage.broker.instrument(NVDA)
    return known._tag === "Known" ? [known.tradable, known.assetClass] : known._tag
  })

/** Schwab lists the symbol as of this type, and answers quotes so. */
const listed = (assetType: string, nodes: object) => (stage: Stage) =>
  Effect.zipRight(stage.simulator.become({ assetTypes: new Map([["NVDA", assetType]]) }), quoted(nodes)(stage))

const status = (securityStatus?: unknown) => quoted({ quote: { securityStatus } })
const reference = (fields: object) => quoted({ reference: fields })

describe("D2: what Schwab says of short sales and halts, over sockets", () => {
  it.scopedLive.each<[what: string, before: (stage: Stage) => Effect.Effect<unknown, unknown>, expected: unknown]>([
    ["what it lends and trades", () => Effect.void, [true, false]],
    ["what nobody lends", ({ simulator }) => simulator.become({ notShortable: new Set(["NVDA"]) }), [false, false]],
    [
      "a halted symbol",
      ({ exchange }) => exchange.instruct({ id: "halt", do: { halt: { symbol: "NVDA" } } }),
      [true, true]
    ],
    ["without isShortable", reference({ isHardToBorrow: false }), [false, undefined]],
    ["isShortable that is no boolean", reference({ isShortable: "true" }), [false, undefined]],
    ["hard to borrow", reference({ isShortable: true, isHardToBorrow: true }), [false, undefined]],
    ["isShortable alone", reference({ isShortable: true }), [true, undefined]],
    ["another symbol", quoted({ symbol: "AMD", reference: { isShortable: true } }), [false, undefined]],
    ["after hours", status("Closed"), [false, false]],
    ["a status that is not documented", status("Suspended"), [false, undefined]],
    ["a status that is no text", status(7), [false, undefined]]
  ])("%s", ([, before, expected]) =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* said(before), expected)
    })
  )
})

describe("D1: what Schwab trades, over sockets", () => {
  it.scopedLive.each<[what: string, before: (stage: Stage) => Effect.Effect<unknown, unknown>, expected: unknown]>([
    ["a common share", () => Effect.void, [true, "equity"]],
    ["an ETF", listed("ETF", { assetMainType: "EQUITY", assetSubType: "ETF" }), [true, "equity"]],
    [
      "a mutual fund",
      ({ simulator }) => simulator.become({ assetTypes: new Map([["NVDA", "MUTUAL_FUND"]]) }),
      [false, "mutual_fund"]
    ],
    ["listed as an equity, quoted as an index", quoted({ assetMainType: "INDEX" }), [false, "equity"]],
    ["listed as an option, quoted as an equity", listed("OPTION", { assetMainType: "EQUITY" }), [false, "option"]],
    ["an index of another symbol", quoted({ symbol: "AMD", assetMainType: "INDEX" }), [true, "equity"]],
    ["a type that is not documented", quoted({ assetMainType: "TOKEN" }), [true, "equity"]],
    ["a type that is no text", quoted({ assetMainType: ["INDEX"] }), [true, "equity"]],
    ["without a type", quoted({}), [true, "equity"]],
    [
      "closed for the night",
      quoted({ assetMainType: "EQUITY", quote: { securityStatus: "Closed" } }),
      [true, "equity"]
    ],
    ["halted", quoted({ assetMainType: "EQUITY", quote: { securityStatus: "Halted" } }), [true, "equity"]],
    ["a status that says nothing", quoted({ quote: { securityStatus: "Unknown" } }), [true, "equity"]]
  ])("%s", ([, before, expected]) =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* traded(before), expected)
    })
  )
})
