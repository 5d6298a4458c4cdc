import { AttemptId } from "../../packages/core/src/values/Id.ts"
import type * as sendModule from "../../packages/core/src/rules/order/send.ts"
import type * as intakeModule from "../../packages/core/src/rules/trade/intake.ts"

/** The rule that is broken now: a twin takes its place, in these tests alone. */
export const broken = { rule: "" }

/** Sending, where `write-ahead` is broken: an order leaves that has no attempt on record. */
export const sending = (real: typeof sendModule): typeof sendModule => ({
  ...real,
  planSend: (...args) =>
    broken.rule === "write-ahead"
      ? { _tag: "Send", attemptId: AttemptId.make(9_999), positionEffect: undefined }
      : real.planSend(...args)
})

/** Taking trades in, where `dedupe` is broken: each delivery is another trade. */
export const takingIn = (real: typeof intakeModule): typeof intakeModule => ({
  ...real,
  intake: (recorder, arrival) => {
    if (broken.rule !== "dedupe") return real.intake(recorder, arrival)
    const input = { ...arrival.input, occurrence: String(recorder.next("trade")) }
    return real.intake(recorder, { ...arrival, input })
  }
})
