import { expect, it } from "@effect/vitest"
import { AccountName } from "@roundlot/core"
import { BrokerStorm } from "@roundlot/testing"
import { describeBroker } from "@roundlot/testing/vitest"
import { Effect } from "effect"
import * as CornerBroker from "./CornerBroker.ts"
import { place } from "./place.ts"

describeBroker("a broker over HTTP", place, [
  "client order ids",
  "unique client order ids",
  "corrections",
  "short sales",
  "proof",
  "unknown statuses"
])

it.live("SDK-2: a broker over HTTP weathers a storm", () =>
  Effect.gen(function* () {
    const { faults, findings } = yield* BrokerStorm.weather(place, { seed: 7 })
    expect(findings).toEqual([])
    expect(faults).toBeGreaterThan(0)
  })
)

it("a key goes to no address that is not the broker's own", () => {
  const opened = CornerBroker.make(AccountName.AccountName.make("desk"), {
    baseUrl: "https://elsewhere.example",
    key: "k"
  })
  expect(opened).toMatchObject({ _tag: "Left", left: { _tag: "UnknownHost" } })
})
