import { describeBroker } from "@roundlot/testing/vitest"
import { brokerOf } from "@roundlot/promises"
import { Effect } from "effect"
import { place } from "../../broker-paper/test/contractPlace.ts"
import { promised } from "./promised.ts"

describeBroker(
  "the paper exchange by promises",
  Effect.map(place, (at) => ({ ...at, broker: brokerOf(promised(at.broker)) })),
  ["client order ids", "unique client order ids", "streaming", "corrections", "short sales", "clock"]
)
