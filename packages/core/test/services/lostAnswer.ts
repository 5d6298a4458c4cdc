import { Effect, TestClock } from "effect"
import type { BrokerOrderId } from "../../src/values/ClientOrderId.ts"
import * as Decimal from "../../src/values/Decimal.ts"
import type { BrokerService } from "../../src/ports/Broker.ts"
import { Answer } from "../../src/records/Report.ts"
import * as Doubts from "../../src/services/Doubts.ts"
import * as Gates from "../../src/services/Gates.ts"
import * as Submission from "../../src/services/Submission.ts"
import * as Stage from "./Stage.ts"

/** The answer to a send that never came. */
export const lost = (isIdInUse = false, candidate?: BrokerOrderId) =>
  Answer.Unknown({ why: "lost", candidate, isIdInUse })

/** An error beside the order, by a code that is in no table. */
export const unlisted = Answer.Unknown({
  why: "a new rule (E7)",
  candidate: undefined,
  unlisted: { code: "E7", words: "a new rule" }
})

/** What such a broker does otherwise. */
export interface Differs {
  readonly isUnique?: boolean
  readonly complete?: boolean
  readonly holds?: string
  readonly isIdInUse?: boolean
  /** The id that its answer named without confirming it. */
  readonly candidate?: BrokerOrderId
  /** What it answers to a send, instead of nothing. */
  readonly answer?: Answer
}

/** A broker that answers no send and does not have the order. */
export const place = (
  {
    candidate,
    complete = true,
    holds,
    isIdInUse = false,
    isUnique = true,
    answer = lost(isIdInUse, candidate)
  }: Differs = {},
  parts: Partial<BrokerService> = {}
) => {
  const read = { listings: 0 }
  const positions: BrokerService["positions"] = Effect.succeed({
    complete: true,
    holdings: holds === undefined ? [] : [{ symbol: "AAPL", quantity: Decimal.unsafe(holds), averagePrice: undefined }]
  })
  const layer = Stage.layer({
    capabilities: { ...Stage.broker().capabilities, clientOrderIds: true, uniqueClientOrderIds: isUnique },
    prepare: () => Stage.prepared((id) => Effect.succeed(Stage.answered(id, answer))),
    lookup: () => Stage.notFound(),
    positions,
    orders: () =>
      Effect.sync(() => {
        read.listings++
        return { complete, received: [] }
      }),
    ...parts
  })
  return { layer, read }
}

/** An order whose answer was lost, and what asks for it, each time after a while of simulated time. */
export const doubtedWith = (...others: ReadonlyArray<ReturnType<typeof Stage.trade>>) =>
  Effect.gen(function* () {
    yield* Stage.opened()
    yield* Stage.driving
    yield* Stage.submit(Stage.trade("t1", "1"), ...others)
    yield* Gates.confirmInstruments
    yield* Submission.submitPending(() => Effect.succeed(true))
    const asked = yield* Doubts.makeAsked
    return (wait: "6 seconds" | "1 minute" | "11 minutes") =>
      Effect.zipRight(TestClock.adjust(wait), Doubts.askForDoubtful(asked))
  })
