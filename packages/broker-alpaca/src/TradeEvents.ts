import * as Sse from "@effect/experimental/Sse"
import { Broker, Instant, type AccountName } from "@roundlot/core"
import { ClientOrderId } from "@roundlot/core/adapter"
import { Array, Chunk, Clock, Effect, Either, Ref, Stream } from "effect"
import { isCorrection, readEvent, revisionsOf, type Revised, type TradeEvent, type Unread } from "./Execution.ts"
import type { Wire } from "./Wire.ts"

const PATH = "/v2beta1/events/activities"

/** How far back corrections of executions are looked for when a program starts, in milliseconds. */
const LOOK_BACK_MS = 7 * 86_400_000
const OVERLAP_MS = 60_000
const LONGEST_HISTORY = "20 seconds"

/** What Alpaca's event stream says of executions, above all of those that it corrects. */
export interface TradeEvents {
  /** Reads what was corrected since this was last asked, so that `corrected` knows of it. */
  readonly catchUp: Effect.Effect<void, Broker.BrokerReadFailed>
  /** The orders of which something was corrected, by their ids: what was executed of them comes from here, as far as it is reported. */
  readonly corrected: Effect.Effect<ReadonlyMap<string, Corrected>>
  /** Not where a correction of the last days cannot be read and does not say of which order it is: it may be of any. */
  readonly isWhole: Effect.Effect<boolean>
  /** Corrections as they happen, from where this left off. */
  readonly live: Stream.Stream<Revised, Broker.BrokerReadFailed>
}

/** All revisions of an order's executions; not `isWhole` where an event cannot be read, or what it corrects was never reported. */
export interface Corrected {
  readonly revisions: ReadonlyArray<Revised>
  readonly isWhole: boolean
}

interface State {
  readonly caughtUpTo: Instant.Instant | undefined
  readonly lastEventId: string | undefined
  readonly corrected: ReadonlyMap<string, Corrected>
  /** Since when, and from what time on, an event came that may be of any order: until all events of then can be read. */
  readonly ofAny: { readonly at: Instant.Instant; readonly from: Instant.Instant } | undefined
}

type OrderId = ClientOrderId.BrokerOrderId

/** When an order was made: its executions are looked for from then on. */
export type CreatedAt = (orderId: OrderId) => Effect.Effect<Instant.Instant, Broker.BrokerReadFailed>

/** The events of one pair of keys. */
export const make = (wire: Wire, account: AccountName.AccountName, createdAt: CreatedAt): Effect.Effect<TradeEvents> =>
  Effect.zipWith(
    Ref.make<State>({ caughtUpTo: undefined, lastEventId: undefined, corrected: new Map(), ofAny: undefined }),
    Effect.makeSemaphore(1),
    (ref, one): TradeEvents => {
      const reading: Reading = { wire, account, createdAt, ref }
      // Whoever waited while a reading began and ended takes that one for theirs.
      const catchUp = Effect.gen(function* () {
        const asked = Instant.fromMillis(yield* Clock.currentTimeMillis)
        const isRead = Effect.map(Ref.get(ref), ({ caughtUpTo }) => caughtUpTo !== undefined && caughtUpTo > asked)
        yield* one.withPermits(1)(Effect.unlessEffect(readOn(reading), isRead))
      })
      return {
        catchUp,
        corrected: Effect.map(Ref.get(ref), ({ corrected }) => corrected),
        isWhole: Effect.zipWith(Ref.get(ref), Clock.currentTimeMillis, ({ ofAny }, nowMs) =>
          ofAny === undefined ? true : nowMs - Instant.toMillis(ofAny.at) > LOOK_BACK_MS
        ),
        live: Stream.unwrap(
          Effect.map(Ref.get(ref), ({ lastEventId }) =>
            events(wire, lastEventId === undefined ? PATH : `${PATH}?since_id=${lastEventId}`, Stream.never).pipe(
              Stream.mapEffect((event) => toldBy(reading, event)),
              Stream.flatMap(Stream.fromIterable)
            )
          )
        )
      }
    }
  )

/** What the events of a pair of keys are read with. */
interface Reading {
  readonly wire: Wire
  readonly account: AccountName.AccountName
  readonly createdAt: CreatedAt
  readonly ref: Ref.Ref<State>
}

/** Reads what was said since the last reading, and the orders that it corrects. */
const readOn = (reading: Reading) =>
  Effect.gen(function* () {
    const { ref, wire } = reading
    const now = Instant.fromMillis(yield* Clock.currentTimeMillis)
    const { caughtUpTo, corrected, ofAny } = yield* Ref.get(ref)
    const next =
      caughtUpTo === undefined ? Instant.addMillis(now, -LOOK_BACK_MS) : Instant.addMillis(caughtUpTo, -OVERLAP_MS)
    // What could not be read before is read again: one bad answer is no reason to trust nothing for days.
    const from = ofAny !== undefined && ofAny.from < next ? ofAny.from : next
    const events = yield* history(wire, from)
    yield* Ref.update(ref, (state) => ({ ...state, ofAny: undefined }))
    yield* noteOfAny(ref, events, { at: ofAny?.at ?? now, from })
    const touched = events.filter((event) => corrects(event) || corrected.has(orderOf(event) ?? ""))
    const inPart = [...corrected].flatMap(([orderId, { isWhole }]) =>
      isWhole ? [] : [ClientOrderId.BrokerOrderId.make(orderId)]
    )
    const orders = new Set([...touched.flatMap((event) => orderOf(event) ?? []), ...inPart])
    yield* Effect.forEach(orders, (orderId) => resolve(reading, orderId), { discard: true })
    yield* Ref.update(ref, (state) => ({ ...state, caughtUpTo: now }))
  })

/** What an event of the stream makes of the executions of its order. */
const toldBy = (reading: Reading, event: Told): Effect.Effect<ReadonlyArray<Revised>, Broker.BrokerReadFailed> =>
  Effect.gen(function* () {
    const { ref } = reading
    if (Either.isRight(event)) yield* Ref.update(ref, (state) => ({ ...state, lastEventId: event.right.event_id }))
    const at = Instant.fromMillis(yield* Clock.currentTimeMillis)
    const { caughtUpTo, ofAny } = yield* Ref.get(ref)
    yield* noteOfAny(ref, [event], ofAny ?? { at, from: Instant.addMillis(caughtUpTo ?? at, -OVERLAP_MS) })
    const { corrected } = yield* Ref.get(ref)
    const orderId = orderOf(event)
    if (orderId === undefined) return []
    return corrects(event) || corrected.has(orderId) ? yield* resolve(reading, orderId) : []
  })

/** Reads all that was said of the executions of an order, and keeps it. */
const resolve = (
  { account, createdAt, ref, wire }: Reading,
  orderId: OrderId
): Effect.Effect<ReadonlyArray<Revised>, Broker.BrokerReadFailed> =>
  Effect.gen(function* () {
    const from = Instant.addMillis(yield* createdAt(orderId), -OVERLAP_MS)
    const mayBeIts = (each: Told) => orderOf(each) === orderId || mayBeOfAny(each)
    const [unread, own] = Array.separate((yield* history(wire, from)).filter(mayBeIts))
    const revisions = revisionsOf(account, own)
    const executions = new Set(own.map(({ ref_id }) => ref_id))
    const found = { revisions, isWhole: unread.length === 0 && revisions.length === executions.size }
    if (!found.isWhole) yield* Effect.logWarning(`the corrections of Alpaca's order ${orderId} are reported in part`)
    yield* Ref.update(ref, (state) => ({ ...state, corrected: new Map(state.corrected).set(orderId, found) }))
    return revisions
  })

const failed = (detail: string, kind: Broker.BrokerReadFailed["kind"] = "network") =>
  new Broker.BrokerReadFailed({ operation: "trade events", kind, detail })

/** An event, or what can be read of one that tells of a trade. */
type Told = Either.Either<TradeEvent, Unread>

const orderOf = Either.match({
  onLeft: ({ orderId }: Unread) => orderId,
  onRight: ({ details }: TradeEvent) => details.order_id
})

const corrects = Either.match({ onLeft: ({ isPlain }: Unread) => !isPlain, onRight: isCorrection })

const mayBeOfAny = (event: Told): boolean => corrects(event) && orderOf(event) === undefined

const noteOfAny = (
  ref: Ref.Ref<State>,
  events: ReadonlyArray<Told>,
  ofAny: NonNullable<State["ofAny"]>
): Effect.Effect<void> => (events.some(mayBeOfAny) ? Ref.update(ref, (state) => ({ ...state, ofAny })) : Effect.void)

/** Of what was executed the listing tells as well; a correction that cannot be read is told. */
const tellUnread = (event: Told): Effect.Effect<void> =>
  corrects(event) && Either.isLeft(event)
    ? Effect.logWarning(`Alpaca told of a trade of order ${event.left.orderId ?? "?"} in an event that cannot be read`)
    : Effect.void

const isMissing = (status: number): boolean => status === 403 || status === 404

/** The events of an address; `without` stands in where Alpaca has no such stream for this account. */
const events = (
  wire: Wire,
  path: string,
  without: Stream.Stream<never>
): Stream.Stream<Told, Broker.BrokerReadFailed> =>
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
        Stream.filterMap(({ data }) => readEvent(data)),
        Stream.tap(tellUnread)
      )
    })
  )

const history = (wire: Wire, from: Instant.Instant): Effect.Effect<ReadonlyArray<Told>, Broker.BrokerReadFailed> =>
  Effect.gen(function* () {
    const now = Instant.fromMillis(yield* Clock.currentTimeMillis)
    const span = new URLSearchParams({ since: Instant.format(from), until: Instant.format(now) })
    return yield* events(wire, `${PATH}?${span.toString()}`, Stream.empty).pipe(
      Stream.runCollect,
      Effect.map(Chunk.toReadonlyArray),
      Effect.timeoutFail({ duration: LONGEST_HISTORY, onTimeout: () => failed("no end of the events in time") })
    )
  })
