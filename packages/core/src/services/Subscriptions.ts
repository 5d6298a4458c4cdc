import { Clock, Effect, Either, Option, Ref, Schema, Stream } from "effect"
import type { LedgerEvent } from "../events/Event.ts"
import type { Ledger } from "../ledger/Ledger.ts"
import { TradeRepository, type StoreError } from "../ports/TradeRepository.ts"
import type { AccountName } from "../records/AccountName.ts"
import { JobTable, type Job } from "../records/Job.ts"
import * as Events from "./Events.ts"
import * as Feed from "./Feed.ts"
import { handler, JobFailed, Jobs, jobType, type EnqueueError, type Handler } from "./Jobs.ts"
import * as Reads from "./Reads.ts"

/** Somebody who hears events: of which account, and of which kinds; of all where nothing is said. */
export interface Subscription {
  /** What its deliveries are known by: a letter, then at most 39 letters, digits and `-`. */
  readonly name: string
  readonly account?: AccountName | undefined
  readonly tags?: ReadonlyArray<LedgerEvent["_tag"]> | undefined
}

/** What is delivered at once: in the order in which it was committed, after all that was delivered before. */
export interface Delivery {
  readonly subscription: string
  /** Known by the newest of its events: what is delivered twice has the same id, or begins with what was delivered before. */
  readonly id: string
  readonly events: readonly [Events.Happened, ...ReadonlyArray<Events.Happened>]
}

/** Delivers once, or fails with why it was not taken. */
export type Deliver<R> = (delivery: Delivery) => Effect.Effect<void, JobFailed, R>

/** Tries before a person has to look: the last of them is a day after the first. */
const TRIES = 150

/** At most so many events are delivered at once. */
export const MOST_AT_ONCE = 100

/** After so long it keeps where it has come to, and other jobs have their turn. */
const LONGEST_MS = 10_000

/**
 * The job that delivers to a subscription what has come since; it is one for each, and keeps where it has come to. Given `after` it goes on
 * from there: a cursor, or the `BEGINNING`.
 */
export const deliveryType = jobType({
  name: "events.deliver",
  payload: Schema.Struct({ subscription: Schema.String, after: Schema.optional(Schema.String) }),
  mostTries: TRIES
})

/**
 * The job that delivers what a person had passed over, once more and apart from the rest: events after one cursor, up to another. Where that is
 * not taken either it is given up, and kept until somebody tries it again or calls it off.
 */
export const letterType = jobType({
  name: "events.redeliver",
  payload: Schema.Struct({ subscription: Schema.String, after: Schema.String, through: Schema.String })
})

/** Where the last delivery had come to; `stopped` is why it went no further, where something was not taken. */
const Reached = Schema.Struct({ cursor: Schema.String })

const reachedIn = (result: unknown): string | undefined =>
  Option.getOrUndefined(Schema.decodeUnknownOption(Reached)(result))?.cursor

/** Who delivers to these subscriptions. What is not taken is delivered again, at first after a second, then ever later; nothing overtakes it. */
export const deliveringHandler = <R>(
  subscriptions: ReadonlyArray<Subscription>,
  deliver: Deliver<R>
): Handler<R | Ledger | TradeRepository> =>
  handler(deliveryType, ({ after, subscription: name }, { job }) =>
    Effect.gen(function* () {
      const subscription = yield* namedIn(subscriptions, name)
      const begun = after ?? reachedIn(job.result) ?? (yield* newest)
      const startedAt = yield* Clock.currentTimeMillis
      const isLong = Effect.map(Clock.currentTimeMillis, (now) => now - startedAt >= LONGEST_MS)
      const reached = yield* Ref.make(begun)
      const ended = yield* Events.pages({ ...subscription, after: begun, ends: true }).pipe(
        Stream.flatMap((page) => partsOf(subscription, page)),
        Stream.mapEffect(({ cursor, delivery }) =>
          Effect.zipRight(delivery === undefined ? Effect.void : deliver(delivery), Ref.set(reached, cursor))
        ),
        Stream.takeUntilEffect(() => isLong),
        Stream.runDrain,
        Effect.as({}),
        Effect.catchAll((error) =>
          // What was taken before is not delivered again: the next try begins after it.
          Effect.flatMap(Ref.get(reached), (cursor) =>
            cursor === begun ? Effect.fail(failureOf(error)) : Effect.succeed({ stopped: error.message })
          )
        )
      )
      return { cursor: yield* Ref.get(reached), ...ended }
    })
  )

/** Who delivers what was passed over. A try that fails delivers all of it again. */
export const letterHandler = <R>(
  subscriptions: ReadonlyArray<Subscription>,
  deliver: Deliver<R>
): Handler<R | Ledger | TradeRepository> =>
  handler(letterType, ({ after, subscription: name, through }) =>
    Effect.gen(function* () {
      const subscription = yield* namedIn(subscriptions, name)
      const isWithin = yield* upTo(through)
      yield* Events.pages({ ...subscription, after, ends: true }).pipe(
        Stream.takeUntil((page) => !isWithin(page.cursor)),
        Stream.flatMap((page) =>
          partsOf(subscription, { ...page, events: page.events.filter(({ cursor, seq }) => isWithin(cursor, seq)) })
        ),
        Stream.runForEach(({ delivery }) => (delivery === undefined ? Effect.void : deliver(delivery)))
      )
    }).pipe(Effect.mapError(failureOf))
  )

/** Where the deliveries of a subscription stand. */
export interface Standing {
  /** What delivers; none before a daemon has found the subscription. */
  readonly job: Job | undefined
  /** What comes after it was not taken yet. */
  readonly cursor: string | undefined
  /** Commits after it, wanted or not, with one of which a part was taken. */
  readonly behind: number
  /** What is delivered next, where anything waits. */
  readonly next: ReadonlyArray<Events.Happened>
}

/** Where the deliveries of a subscription stand; of a cursor that is lost nothing comes next. */
export const standingOf = (
  subscription: Subscription
): Effect.Effect<Standing, StoreError | Events.UnreadableEntry, Ledger | TradeRepository> =>
  Effect.gen(function* () {
    const job = yield* jobOf(subscription)
    const cursor = job && cursorOf(job)
    return cursor === undefined ? { job, cursor, behind: 0, next: [] } : yield* standingAt(subscription, job, cursor)
  })

/** Where they would stand after another cursor, which is refused where going on there would be. */
export const standingAfter = (
  subscription: Subscription,
  after: string
): Effect.Effect<Standing, Events.EventsError, Ledger | TradeRepository> =>
  Effect.gen(function* () {
    yield* Stream.runHead(Events.pages({ after, ends: true }))
    return yield* standingAt(subscription, yield* jobOf(subscription), after)
  })

const standingAt = (subscription: Subscription, job: Job | undefined, cursor: string) =>
  Effect.gen(function* () {
    const { incarnation } = (yield* TradeRepository).identity
    const [position, seq] = placeIn(incarnation, cursor)
    const taken = seq === Infinity ? position : Math.max(0, position - 1)
    const behind = Math.max(0, ((yield* Feed.newestRow)?.position ?? 0) - (Number.isNaN(taken) ? 0 : taken))
    const first = yield* Events.pages({ ...subscription, after: cursor, ends: true }).pipe(
      Stream.runHead,
      Effect.catchTag("LostCursor", () => Effect.succeedNone)
    )
    const next = Option.match(first, { onNone: () => [], onSome: ({ events }) => events.slice(0, MOST_AT_ONCE) })
    return { job, cursor, behind, next }
  })

/** What came of going on elsewhere. */
export interface GoneOn {
  readonly job: Job
  /** Delivers what was passed over; none where nothing was. */
  readonly letter: Job | undefined
}

/**
 * Goes on after another cursor, or from the `BEGINNING`. Of what comes after an earlier one all is delivered again. What a later one passes
 * over is delivered apart: nothing waits for that any more, and where it is not taken it is kept.
 *
 * @example
 * Subscriptions.goOn(fills, next[0].cursor)
 */
export const goOn = (
  subscription: Subscription,
  after: string
): Effect.Effect<GoneOn, Events.EventsError | EnqueueError, Jobs | Ledger | TradeRepository> =>
  Effect.gen(function* () {
    // A cursor that is none, or of another life, is refused here.
    yield* Stream.runHead(Events.pages({ after, ends: true }))
    const jobs = yield* Jobs
    const { name } = subscription
    const known = yield* jobOf(subscription)
    const from = known && cursorOf(known)
    const isPassedOver = from !== undefined && from !== after && (yield* upTo(after))(from)
    // First what is passed over: who stops between the two has lost nothing.
    const letter = isPassedOver
      ? yield* jobs.enqueue({
          type: letterType.name,
          // What was kept before of another range stays a job of its own.
          key: `${name}/${from}/${after}`,
          payload: { subscription: name, after: from, through: after },
          again: true
        })
      : undefined
    const asked = { type: deliveryType.name, key: name, payload: { subscription: name, after }, again: true }
    return { job: (yield* jobs.enqueue(asked)).job, letter: letter?.job }
  })

const jobOf = ({ name }: Subscription) =>
  Reads.first(JobTable, {
    where: [
      { column: "type", in: [deliveryType.name] },
      { column: "key", in: [name] }
    ]
  })

/** What the next delivery of a job goes on after. */
const cursorOf = ({ payload, result, status }: Job): string | undefined =>
  (status === "done" ? undefined : afterIn(payload)) ?? reachedIn(result)

const afterIn = (payload: unknown): string | undefined =>
  Option.getOrUndefined(
    Option.flatMap(Either.getRight(deliveryType.decode(payload)), ({ after }) => Option.fromNullable(after))
  )

const namedIn = (subscriptions: ReadonlyArray<Subscription>, name: string): Effect.Effect<Subscription, JobFailed> => {
  const subscription = subscriptions.find((each) => each.name === name)
  return subscription === undefined
    ? Effect.fail(new JobFailed({ detail: `no subscription ${name} is configured here`, final: true }))
    : Effect.succeed(subscription)
}

/** Where a cursor is: after a whole commit it is after each entry of it, and a lost one is nowhere. */
const placeIn = (incarnation: string, cursor: string): readonly [position: number, seq: number] => {
  if (cursor === Events.BEGINNING) return [0, 0]
  return Either.match(Feed.placeOf(cursor, incarnation), {
    onLeft: () => [NaN, NaN] as const,
    onRight: ({ position, seq = Infinity }) => [position, seq] as const
  })
}

/** Is a cursor at this one, or before it? An entry's own `seq` says where it is, also where it is the last of its commit. */
const upTo = (through: string) =>
  Effect.map(TradeRepository, ({ identity: { incarnation } }) => {
    const [end, endSeq] = placeIn(incarnation, through)
    return (cursor: string, entrySeq?: number): boolean => {
      const [position, seq] = placeIn(incarnation, cursor)
      return position < end || (position === end && (entrySeq ?? seq) <= endSeq)
    }
  })

const newest = Effect.gen(function* () {
  const { incarnation } = (yield* TradeRepository).identity
  return Feed.cursorOf(incarnation, { position: (yield* Feed.newestRow)?.position ?? 0 })
})

const failureOf = (error: Events.EventsError | JobFailed): JobFailed => {
  if (error._tag === "JobFailed") return error
  if (error._tag !== "LostCursor") return new JobFailed({ detail: error.message, final: false })
  const detail = `${error.message}; to continue, give a cursor with 'after'`
  return new JobFailed({ detail, final: true })
}

/** A page in deliveries, and where each comes to; what follows the last of its events is passed over with it. */
const partsOf = ({ name }: Subscription, { cursor, events }: Events.Page) => {
  const parts: Array<{ readonly cursor: string; readonly delivery: Delivery | undefined }> = []
  for (let at = 0; at < events.length; at += MOST_AT_ONCE) {
    const [first, ...rest] = events.slice(at, at + MOST_AT_ONCE)
    if (first === undefined) continue
    const end = (rest.at(-1) ?? first).cursor
    parts.push({ cursor: end, delivery: { subscription: name, id: `${name}/${end}`, events: [first, ...rest] } })
  }
  return Stream.fromIterable([...parts, { cursor, delivery: undefined }])
}

/**
 * Asks for deliveries to those whose job has ended before the newest commit: one pass. One that was given up or called off is not asked for
 * again: that is for a person (`jobs retry`).
 */
export const askOnce = (
  subscriptions: ReadonlyArray<Subscription>
): Effect.Effect<void, EnqueueError | StoreError, Jobs | TradeRepository> =>
  Effect.gen(function* () {
    const jobs = yield* Jobs
    for (const { name } of subscriptions) {
      const job = yield* Reads.first(JobTable, {
        where: [
          { column: "type", in: [deliveryType.name] },
          { column: "key", in: [name] }
        ]
      })
      const asked = { type: deliveryType.name, key: name }
      // From here on, however long it takes until somebody has a hand free. Another may have asked meanwhile: that holds.
      if (job === undefined) {
        const first = jobs.enqueue({ ...asked, payload: { subscription: name, after: yield* newest } })
        yield* Effect.catchTag(first, "JobKeyTaken", () => Effect.void)
      } else if (job.status === "done" && (yield* hasMore(reachedIn(job.result))))
        yield* jobs.enqueue({ ...asked, payload: { subscription: name }, again: "ended" })
    }
  })

/** Was anything committed after a cursor? After one of another life of the store the delivery says so. */
const hasMore = (cursor: string | undefined) =>
  Effect.gen(function* () {
    const { feed, identity } = yield* TradeRepository
    const place = cursor === undefined ? Either.left(undefined) : Feed.placeOf(cursor, identity.incarnation)
    if (Either.isLeft(place) || place.right.seq !== undefined) return true
    return (yield* feed(place.right.position, 1)).length > 0
  })
