import { describe, expect, test } from "vitest"
import { foundById, knownKinds, roundsOf, sharesOf } from "./atBroker.ts"

describe("killed at TWS, between the order being taken and the answer", () => {
  test.each(roundsOf(knownKinds))(
    "ACC-2: round $round, $kind: no order twice, none lost",
    async ({ kind }) => expect(await foundById("ibkr", kind)).toEqual([sharesOf(kind)]),
    120_000
  )
})
