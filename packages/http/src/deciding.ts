import { type Documents, Access, Problem } from "@roundlot/api"
import { Broker, Decisions } from "@roundlot/core"
import { decisionDocument as decisions, decisionOutlook as outlooks } from "@roundlot/queries"
import { Effect, Layer, Option } from "effect"
import { accountNames, asking, decisionInput, type Services } from "@roundlot/commands"
import type { ActFailure, ActProblem } from "./failing.ts"

const USUAL_WAIT = 5

const decisionOf = (asked: Documents.DecisionRequest) =>
  decisionInput.decisionInputOf(asked, (term, text, wanted) =>
    Problem.failures.badRequest(`${term}: ${JSON.stringify(text)} is not a valid ${wanted}`, term)
  )

/**
 * Decides, once for each key, and asks the daemon to execute it; answers when its attempt has an outcome, or as it stands
 * when the caller waits no longer.
 */
export const decide = (
  asked: Documents.DecisionRequest,
  key: string | undefined
): Effect.Effect<Documents.DecisionDocument, ActFailure | ActProblem, Services | Access.Caller> =>
  Effect.gen(function* () {
    const account = yield* accountNames.sole(Option.fromNullable(asked.account))
    const { name: actor } = yield* Access.Caller
    const decision = yield* Decisions.decide(account, yield* decisionOf(asked), { actor, commandId: key })
    yield* asking.askDaemon(decision, actor, `${asked.waitSeconds ?? USUAL_WAIT} seconds`)
    return decisions.documentOf(yield* Decisions.find(decision.id))
  })

/** No broker is asked for a rehearsal. */
const nobody = Layer.succeed(Broker.Brokers, { get: (account) => new Broker.NoBroker({ account }) })

/** What would become of a decision: nothing is written or sent. */
export const rehearsed = (
  asked: Documents.DecisionRequest
): Effect.Effect<ReturnType<typeof outlooks.documentOf>, ActFailure | ActProblem, Services | Access.Caller> =>
  Effect.gen(function* () {
    const account = yield* accountNames.sole(Option.fromNullable(asked.account))
    const input = yield* decisionOf(asked)
    const outlook = yield* Effect.provide(Decisions.rehearse(account, input), nobody)
    return outlooks.documentOf(outlook)
  }).pipe(Effect.catchTag("BrokerReadFailed", Effect.die))
