import { type Decision, Decisions } from "@roundlot/core"
import type { TradeRepository } from "@roundlot/core/adapter"
import type { Ledger } from "@roundlot/core/ledger"
import { type Duration, Effect, Option, Schedule } from "effect"

const isTaken = ({ status }: Decision.Decision) => status !== "pending"

/** Has its order been sent with an outcome, or was it given up? */
export const isOver = ({ status }: Decision.Decision) => status === "executed" || status === "failed"

/** So long an account may take until it takes a decision up. */
export const LONGEST_TURN = "30 seconds"

/** So long its outcome is waited for. */
export const LONGEST_FILL = "2 seconds"

/** How often it is looked whether anything has changed. */
export const LOOK_AGAIN = Schedule.spaced("50 millis")

/**
 * A daemon drives the account: it is asked, and waited for until the attempt has an outcome, but not longer than so, and a moment for
 * the fill.
 */
export const askDaemon = (
  decision: Decision.Decision,
  actor: string,
  longest: Duration.DurationInput = LONGEST_TURN
): Effect.Effect<
  void,
  Ledger.LedgerError | Decisions.UnknownDecision,
  Ledger.Ledger | TradeRepository.TradeRepository
> =>
  Effect.gen(function* () {
    const now = Decisions.find(decision.id)
    const until = (is: typeof isOver, most: Duration.DurationInput) =>
      Effect.timeoutOption(Effect.repeat(now, { schedule: LOOK_AGAIN, until: is }), most)
    yield* Decisions.ask(decision, actor)
    if (Option.isSome(yield* until(isTaken, longest))) yield* until(isOver, LONGEST_FILL)
  })
