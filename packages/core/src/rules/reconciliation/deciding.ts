import type { AttemptId } from "../../values/Id.ts"
import type { BrokerOrderId } from "../../values/ClientOrderId.ts"
import { ID_IN_USE, type Attempt } from "../../records/Attempt.ts"
import type { Order } from "../../records/Order.ts"
import type * as Instant from "../../values/Instant.ts"

/** What is on record of an order in doubt that speaks for one side. */
const decidingFacts = ["ClientOrderIdInUse", "CandidateNamed", "Acknowledged", "EndReported"] as const

/** One of these facts. */
type DecidingFact = (typeof decidingFacts)[number]

/** Evidence that speaks for one side of a doubt: what it shows, and where it is from. */
export interface Deciding {
  readonly fact: DecidingFact
  /** `placed`: the broker has or had it; `refused`: the broker says that it ended or never took it, and no second reading agrees. */
  readonly shows: "placed" | "refused"
  readonly attemptId: AttemptId | undefined
  readonly brokerOrderId: BrokerOrderId | undefined
  readonly at: Instant.Instant | undefined
}

/** A broker that answers a later attempt with "this id was used before" has got an earlier one; to the first attempt it may be another's. */
const inUse = (attempts: ReadonlyArray<Attempt>): ReadonlyArray<Deciding> =>
  attempts
    .filter(({ errorCode, number }) => errorCode === ID_IN_USE && number > 1)
    .map(({ answeredAt, id }) => ({
      fact: "ClientOrderIdInUse",
      shows: "placed",
      attemptId: id,
      brokerOrderId: undefined,
      at: answeredAt
    }))

/** O24: what on record decides an order in doubt, the strongest first; nothing where all is silence. Pure. */
export const decidingOf = (order: Order, attempts: ReadonlyArray<Attempt>): ReadonlyArray<Deciding> => {
  const { attemptId, brokerOrderId, candidate, endReported, endReportedAt } = order
  const none = { attemptId: undefined, brokerOrderId: undefined, at: undefined }
  return [
    ...(endReported === undefined
      ? []
      : [{ ...none, fact: "EndReported", shows: "refused", attemptId, at: endReportedAt } as const]),
    ...(brokerOrderId === undefined
      ? []
      : [{ ...none, fact: "Acknowledged", shows: "placed", brokerOrderId, at: order.acceptedAt } as const]),
    ...inUse(attempts),
    ...(candidate === undefined || brokerOrderId !== undefined
      ? []
      : [{ ...none, fact: "CandidateNamed", shows: "placed", attemptId, brokerOrderId: candidate } as const])
  ]
}
