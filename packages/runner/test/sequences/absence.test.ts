import { describe, it } from "@effect/vitest"
import { assertSequence } from "./Sequence.ts"

/** A doubtful order may go again under its id for ten minutes: only then is it looked for to be proven absent. */
const PAST_RESENDING_MS = 660_000

describe("an order that never arrived, where client order ids are unique", () => {
  it.scopedLive.each(["alpaca", "paper"] as const)(
    "O24: %s: its absence is proven, its shares come back, and what is due goes out as a new order",
    (at) =>
      assertSequence({
        id: `absent at ${at}`,
        at,
        what: "it is lost on its way, and nothing asks for it before the time to send it again is over",
        first: () => [{ id: "", when: {}, do: { resetBefore: {} } }],
        steps: () => [{ laterMs: PAST_RESENDING_MS }, "proven", { until: ["failed 0"] }, { laterMs: 31_000 }],
        books: { orders: ["failed 0", "filled 3"], fills: ["3"], position: "3" }
      }),
    120_000
  )
})
