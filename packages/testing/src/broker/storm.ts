import { Effect, Either, Ref, Stream } from "effect"
import { Broker } from "@roundlot/core"
import { Report } from "@roundlot/core/adapter"

/** What blows over a broker. */
export interface Storm {
  /** Numbers from 0 to 1, dealt by its seed. */
  readonly dice: () => number
  readonly over: (broker: Broker.BrokerService) => Broker.BrokerService
  /** From now on nothing fails. */
  readonly calm: Effect.Effect<void>
  readonly faults: Effect.Effect<number>
}

const LOST = 0.2
const FAILED = 0.1

/** Makes one that deals its faults by a seed, and says each. */
export const makeStorm = (
  seed: number,
  say: (what: string) => Effect.Effect<void> = () => Effect.void
): Effect.Effect<Storm> =>
  Effect.gen(function* () {
    const isCalm = yield* Ref.make(false)
    const faults = yield* Ref.make(0)
    const dice = diceOf(seed)
    const strikes = (chance: number, what: string) =>
      Effect.flatMap(Ref.get(isCalm), (calm) => {
        const struck = !calm && dice() < chance
        const noted = Effect.zipRight(
          Ref.update(faults, (count) => count + 1),
          say(what)
        )
        return Effect.as(struck ? noted : Effect.void, struck)
      })
    const read = <A, E>(
      operation: string,
      reading: Effect.Effect<A, E>
    ): Effect.Effect<A, E | Broker.BrokerReadFailed> =>
      Effect.flatMap(
        strikes(FAILED, `a read of ${operation} fails`),
        (struck): Effect.Effect<A, E | Broker.BrokerReadFailed> =>
          struck
            ? Effect.fail(new Broker.BrokerReadFailed({ operation, kind: "network", detail: "the storm" }))
            : reading
      )
    return { dice, over: blowing(strikes, read), calm: Ref.set(isCalm, true), faults: Ref.get(faults) }
  })

/** Numbers from 0 to 1 that a seed deals (a linear congruence of 32 bits). */
const diceOf = (seed: number): (() => number) => {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

type Strikes = (chance: number, what: string) => Effect.Effect<boolean>

type Reading = <A, E>(operation: string, reading: Effect.Effect<A, E>) => Effect.Effect<A, E | Broker.BrokerReadFailed>

const blowing =
  (strikes: Strikes, read: Reading) =>
  (given: Broker.BrokerService): Broker.BrokerService => {
    const broker = Broker.altered(given, {})
    const { lookup, updates } = broker
    const answered = ({ request, send }: Broker.Prepared): Broker.Prepared => ({
      request,
      // It has arrived, whatever we hear of it.
      send: (attemptId) =>
        Effect.flatMap(
          Effect.all([send(attemptId), strikes(LOST, "the answer to an order is lost")]),
          ([{ payload, report }, struck]) =>
            Effect.succeed(struck ? { report: { ...report, answer: lost }, payload: undefined } : { payload, report })
        )
    })
    return Broker.altered(given, {
      prepare: (terms) => Either.map(broker.prepare(terms), answered),
      lookup: lookup && ((id) => read("lookup", lookup(id))),
      order: (id) => read("order", broker.order(id)),
      orders: (window) => read("orders", broker.orders(window)),
      fills: (window) => read("fills", broker.fills(window)),
      fillsOf: (id) => read("fillsOf", broker.fillsOf(id)),
      positions: read("positions", broker.positions),
      updates: updates && Stream.mapConcatEffect(updates, heardOf(strikes))
    })
  }

const lost = Report.Answer.Unknown({ why: "the storm", candidate: undefined })

const heardOf =
  (strikes: Strikes) =>
  (update: Report.Received): Effect.Effect<ReadonlyArray<Report.Received>> =>
    Effect.map(
      Effect.all([strikes(LOST, "an update is lost"), strikes(LOST, "an update comes twice")]),
      ([isLost, isDoubled]) => {
        if (isLost) return []
        return isDoubled ? [update, update] : [update]
      }
    )
