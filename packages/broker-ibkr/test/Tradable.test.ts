import { Ticker } from "@roundlot/core"
import type { Broker } from "@roundlot/core"
import { Effect, type Scope } from "effect"
import { describe, expect, it } from "vitest"
import { ineligible } from "../src/simulator/messages.ts"
import { brokerOf } from "./contracts.ts"
import { open } from "./setup.ts"

const NVDA = Ticker.Ticker.make("NVDA")

const run = <A, E>(effect: Effect.Effect<A, E, Scope.Scope>): Promise<A> => Effect.runPromise(Effect.scoped(effect))

/** Whether a broker calls it tradable, and why not. */
const said = ({ instrument }: Pick<Broker.BrokerService, "instrument">) =>
  Effect.map(instrument(NVDA), (known) => (known._tag === "Known" ? [known.tradable, known.words] : [known._tag]))

const WHY = "Closing transactions only"
const TWO = {
  ...ineligible(WHY),
  ineligibilityReasons: 2,
  "reason/ineligibilityReasons.1": "2",
  "description/ineligibilityReasons.1": "another"
}
const NO_TYPE = "TWS takes no LMT or MKT for it"

describe("what may be ordered at TWS, over a socket", () => {
  it("is a stock that takes orders, of which TWS gives no reason against it; from version 186 on it gives them", () =>
    run(
      Effect.gen(function* () {
        const { broker, simulator } = yield* open()
        const older = yield* open({ newestVersion: 185 })
        expect(yield* said(broker)).toEqual([true, undefined])
        for (const each of [simulator, older.simulator]) yield* each.become({ ineligible: new Map([["NVDA", WHY]]) })
        expect(yield* said(broker)).toEqual([false, `1 ${WHY}`])
        expect(yield* said(older.broker)).toEqual([true, undefined])
      })
    ))

  it.each([
    { differs: { orderTypes: "ACTIVETIM,ADJUST,LMT,MKT,STP" }, expected: [true, undefined] },
    { differs: { orderTypes: "LMT" }, expected: [true, undefined] },
    { differs: { orderTypes: "MKT" }, expected: [true, undefined] },
    { differs: { orderTypes: "" }, expected: [false, NO_TYPE] },
    { differs: { orderTypes: "ALERT,WHATIF" }, expected: [false, NO_TYPE] },
    { differs: { orderTypes: "SNAPMKT,TRAILLMT" }, expected: [false, NO_TYPE] },
    { differs: TWO, expected: [false, `1 ${WHY}; 2 another`] },
    { differs: { ...TWO, orderTypes: "" }, expected: [false, `1 ${WHY}; 2 another`] },
    { differs: { secType: "WAR" }, expected: [false, undefined] }
  ])("$differs: $expected", ({ differs, expected }) =>
    run(
      Effect.gen(function* () {
        expect(yield* said(yield* brokerOf("NVDA", differs))).toEqual(expected)
      })
    )
  )
})
