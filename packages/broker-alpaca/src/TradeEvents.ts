import * as Sse from "@effect/experimental/Sse"
import { Broker, Instant } from "@roundlot/core"
import type { AccountName, ClientOrderId } from "@roundlot/core"
import { Chunk, Clock, Effect, Ref, Schema, Stream } from "effect"
import { isCorrection, revisionsOf, TradeEvent } from "./Execution.ts"
import type { Revised } from "./Execution.ts"
import type { Wire } from "./Wire.ts"

const PATH = "/v2beta1/events/activities"
const decode = Schema.decodeUnknownOption(Schema.parseJson(TradeEvent))

/** How far back corrections of executions are looked for when a program starts, in milliseconds. */
const LOOK_BACK_MS = 7 * 86_400_000
const OVERLAP_MS = 60_000
const LONGEST_HISTORY = "20 seconds"

/** What Alpaca's event stream says of executions, above all of those that it corrects. */
export interface TradeEvents {
  /** Reads what was corrected since this was last asked, so that `revisions` knows of it. */
  readonly catchUp: Effect.Effect<void, Broker.BrokerReadFailed>
  /** All revisions of an order's executions, if any of them was corrected: then they come from here alone. */
  readonly revisions: (orderId: ClientOrderId.BrokerOrderId) => Effect.Effect<ReadonlyArray<Revised> | undefined>
  /** The revisions of all corrected orders. */
  readonly corrected: Effect.Effect<ReadonlyArray<Revised>>
  /** Corrections as they happen, from where this left off. */
  readonly live: Stream.Stream<Revised, Broker.BrokerReadFailed>
}

interface State {
  readonly caughtUpTo: Instant.Instant | undefined
  readonly lastEventId: string | undefined
  readonly corrected: ReadonlyMap<string, ReadonlyArray<Revised>>
}

type OrderId = ClientOrderId.BrokerOrderId

/** When an order was made: its executions are looked for from then on. */
export type CreatedAt = (orderId: OrderId) => Effect.Effect<Instant.Instant, Broker.BrokerReadFailed>

/** The events of one pair of keys. */
export const make = (wire: Wire, account: AccountName.AccountName, createdAt: CreatedAt): Effect.Effect<TradeEvents> =>
  Effect.zipWith(
    Ref.make<State>({ caughtUpTo: undefined, lastEventId: undefined, corrected: new Map() }),
    Effect.makeSemaphore(1),
    (ref, one): TradeEvents => {
      const resolve = (orderId: OrderId): Effect.Effect<ReadonlyArray<Revised>, Broker.BrokerReadFailed> =>
        Effect.gen(function* () {
          const from = Instant.addMillis(yield* createdAt(orderId), -OVERLAP_MS)
          const events = yield* history(wire, from)
          const own = events.filter(({ details }) => details.order_id === orderId)
          const revised = revisionsOf(account, own)
          yield* Ref.update(ref, (state) => ({ ...state, corrected: new Map(state.corrected).set(orderId, revised) }))
          return revised
        })
      const readOn = Effect.gen(function* () {
        const now = Instant.fromMillis(yield* Clock.currentTimeMillis)
        const { caughtUpTo } = yield* Ref.get(ref)
        const from =
          caughtUpTo === undefined ? Instant.addMillis(now, -LOOK_BACK_MS) : Instant.addMillis(caughtUpTo, -OVERLAP_MS)
        const events = yield* history(wire, from)
        const { corrected } = yield* Ref.get(ref)
        const touched = events.filter((event) => isCorrection(event) || corrected.has(event.details.order_id))
        const orders = new Set(touched.map(({ details }) => details.order_id))
        yield* Effect.forEach(orders, resolve, { discard: true })
        yield* Ref.update(ref, (state) => ({ ...state, caughtUpTo: now }))
      })
      const told = (event: TradeEvent): Effect.Effect<ReadonlyArray<Revised>, Broker.BrokerReadFailed> =>
        Effect.gen(function* () {
          yield* Ref.update(ref, (state) => ({ ...state, lastEventId: event.event_id }))
          const { corrected } = yield* Ref.get(ref)
          const { order_id } = event.details
          return isCorrection(event) || corrected.has(order_id) ? yield* resolve(order_id) : []
        })
      // Whoever waited while a reading began and ended takes that one for theirs.
      const catchUp = Effect.gen(function* () {
        const asked = Instant.fromMillis(yield* Clock.currentTimeMillis)
        const isRead = Effect.map(Ref.get(ref), ({ caughtUpTo }) => caughtUpTo !== undefined && caughtUpTo > asked)
        yield* one.withPermits(1)(Effect.unlessEffect(readOn, isRead))
      })
      return {
        catchUp,
        revisions: (orderId) => Effect.map(Ref.get(ref), ({ corrected }) => corrected.get(orderId)),
        corrected: Effect.map(Ref.get(ref), ({ corrected }) => [...corrected.values()].flat()),
        live: Stream.unwrap(
          Effect.map(Ref.get(ref), ({ lastEventId }) =>
            events(wire, lastEventId === undefined ? PATH : `${PATH}?since_id=${lastEventId}`, Stream.never).pipe(
              Stream.mapEffect(told),
              Stream.flatMap(Stream.fromIterable)
            )
          )
        )
      }
    }
  )

const failed = (detail: string, kind: Broker.BrokerReadFailed["kind"] = "network") =>
  new Broker.BrokerReadFailed({ operation: "trade events", kind, detail })

const isMissing = (status: number): boolean => status === 403 || status === 404

/** The events of an address; `without` stands in where Alpaca has no such stream for this account. */
const events = (
  wire: Wire,
  path: string,
  without: Stream.Stream<never>
): Stream.Stream<TradeEvent, Broker.BrokerReadFailed> =>
  Stream.unwrapScoped(
    Effect.gen(function* () {
      const response = yield* wire.open(path)
      if (isMissing(response.status)) {
        yield* Effect.logWarning("Alpaca has no event stream for this account: corrections of fills are not followed")
        return without
      }
      if (response.status === 401) return Stream.fail(failed("not authorised (401)", "unauthorised"))
      if (response.status !== 200) return Stream.fail(failed(`status ${response.status}`, "server"))
      return response.stream.pipe(
        Stream.mapError(() => failed("the event stream broke off")),
        Stream.decodeText(),
        Stream.pipeThroughChannel(Sse.makeChannel<Broker.BrokerReadFailed, unknown>()),
        Stream.filterMap(({ data }) => decode(data))
      )
    })
  )

const history = (
  wire: Wire,
  from: Instant.Instant
): Effect.Effect<ReadonlyArray<TradeEvent>, Broker.BrokerReadFailed> =>
  Effect.gen(function* () {
    const now = Instant.fromMillis(yield* Clock.currentTimeMillis)
    const span = new URLSearchParams({ since: Instant.format(from), until: Instant.format(now) })
    return yield* events(wire, `${PATH}?${span.toString()}`, Stream.empty).pipe(
      Stream.runCollect,
      Effect.map(Chunk.toReadonlyArray),
      Effect.timeoutFail({ duration: LONGEST_HISTORY, onTimeout: () => failed("no end of the events in time") })
    )
  })
