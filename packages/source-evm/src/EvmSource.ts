import { Clock, Instant } from "@roundlot/core"
import { TradeSource } from "@roundlot/core/adapter"
import { Chunk, Effect, Option, Queue, Schedule, Stream, type Scope } from "effect"
import type { BooksSince } from "./Booked.ts"
import * as EventTrade from "./EventTrade.ts"
import * as EvmCursor from "./EvmCursor.ts"
import type { EvmSettings } from "./EvmSettings.ts"
import { expectAbreast, expectAgreed, using, type Choice, type Using } from "./failover.ts"
import * as Provider from "./Provider.ts"
import type { NoProvider } from "./ProviderFault.ts"
import { look, type Page, type Reading, type Standing } from "./reading.ts"

/** How a source stands: the provider that it reads from, and the newest of the events that are no trades. */
export interface EvmStatus extends Using {
  readonly unread: ReadonlyArray<EvmCursor.Unread>
}

/** What a source of contract events is made of. */
export interface EvmOptions<E> {
  /** The name that its trades have as their source. */
  readonly name: string
  readonly settings: Omit<EvmSettings, "providers">
  /** The nodes that are asked, the first one where it can be. */
  readonly providers: ReadonlyArray<Provider.ProviderPlace>
  /** What the books have of this source, under its account. */
  readonly books: BooksSince<E>
  /** Hears after each look at the chain how the source stands. */
  readonly stands?: (status: EvmStatus) => Effect.Effect<unknown>
  /** How often a new block is asked for where no node says it by itself; 3 seconds where nothing is said. */
  readonly pollMs?: number
}

/** A source that reads the events of contracts. */
export interface EvmSource<E> {
  /** What is there, from a cursor on; `end` where nothing more is there now, or wait for what comes. */
  readonly deliveries: (
    cursor: string | undefined,
    then: "end" | "wait"
  ) => Stream.Stream<TradeSource.Delivery, E | EvmCursor.OtherOutside | NoProvider>
  /** Milliseconds since a node last had a block that was new. */
  readonly ageMs: Effect.Effect<number>
}

const DEEPEST = 64
const RANGE = 2_000
const POLL_MS = 3_000
/** Heads are also asked for beside a node that says them. */
const POLLED_BESIDE = 5
/** Deliveries of a source are bounded. */
const MOST_TRADES = 1_000
/** Without trades a cursor is written after so many blocks: each is an entry of the journal. */
const BLOCKS_A_CURSOR = 500
/** A chain that has no new block for so long, or a node that has stopped: others are asked. */
const STILL_MS = 60_000
const SUBSCRIBED_AGAIN = "10 seconds"

/** A choice among providers that has not begun. */
export const choice = (): Choice => ({ index: 0, left: [], leftAt: 0, head: -1, headAt: 0 })

const readingOf = <E>({ books, name, settings }: EvmOptions<E>, reader: EventTrade.EventReader): Reading<E> => ({
  source: name,
  chainId: settings.chainId,
  from: settings.from,
  confirmations: settings.confirmations,
  deepest: settings.deepest ?? DEEPEST,
  range: settings.range ?? RANGE,
  ignored: new Set(settings.ignore),
  reader,
  books
})

/** A standing, and the cursor that was last delivered. */
interface Going {
  readonly standing: Standing
  readonly delivered: EvmCursor.Reached | undefined
}

const isWorthACursor = ({ delivered, standing: { blocks } }: Going): boolean => {
  const [tip] = blocks
  const before = delivered?.blocks[0]
  if (delivered === undefined) return true
  return tip !== undefined && tip.number >= (before?.number ?? 0) + BLOCKS_A_CURSOR
}

/** A log is one trade, or none. */
const chunksOf = (items: ReadonlyArray<TradeSource.Item>): ReadonlyArray<ReadonlyArray<TradeSource.Item>> =>
  Array.from({ length: Math.ceil(items.length / MOST_TRADES) }, (_, index) =>
    items.slice(index * MOST_TRADES, (index + 1) * MOST_TRADES)
  )

/** The deliveries of a page. All but the last leave the cursor where it was: a page is taken in whole, or read again and held against the books. */
const deliveriesOf = (
  outside: EvmCursor.Outside,
  before: Going,
  { items, standing }: Page
): ReadonlyArray<TradeSource.Delivery> => {
  const going = { ...before, standing }
  const isNews = standing.unread.some(({ id }) => !before.standing.unread.some((each) => each.id === id))
  const cursor = EvmCursor.format(outside, standing)
  if (items.length === 0) return isNews || isWorthACursor(going) ? [{ trades: [], cursor }] : []
  const chunks = chunksOf(items)
  const read = { contentType: "application/x-ndjson", method: "eth_getLogs", endpoint: `chain ${outside.chainId}` }
  const standingBefore = EvmCursor.format(outside, before.delivered ?? { ...before.standing, blocks: [] })
  return chunks.map((chunk, index) => ({
    ...TradeSource.delivered(chunk, read),
    cursor: index === chunks.length - 1 ? cursor : standingBefore
  }))
}

/** Waits until a node says a new head, or until it is to be asked. */
const waiting = (providers: ReadonlyArray<Provider.Provider>, pollMs: number) =>
  Effect.gen(function* () {
    const heads = yield* Queue.sliding<unknown>(1)
    const telling = providers.flatMap(({ newHeads }) => (newHeads === undefined ? [] : [newHeads]))
    yield* Effect.forEach(telling, (newHeads) =>
      Effect.forkScoped(
        Stream.runForEach(newHeads, (head) => Queue.offer(heads, head)).pipe(
          Effect.ignore,
          Effect.repeat(Schedule.spaced(SUBSCRIBED_AGAIN))
        )
      )
    )
    const everyMs = telling.length === 0 ? pollMs : pollMs * POLLED_BESIDE
    return Effect.race(Queue.take(heads), Effect.sleep(everyMs))
  })

/** Opens a source of the events that settings describe; fails where they do not fit the event. `chosen` goes on with providers as they were. */
export const make = <E>(
  options: EvmOptions<E>,
  chosen: Choice = choice()
): Effect.Effect<EvmSource<E>, EventTrade.EventFault, Clock.Clock | Scope.Scope> =>
  Effect.gen(function* () {
    const { now } = yield* Clock.Clock
    const reader = yield* EventTrade.make(options.settings)
    const reading = readingOf(options, reader)
    const outside = { chainId: reading.chainId, ...reader.wanted }
    const providers = yield* Effect.forEach(options.providers, Provider.make)
    const nowMs = Effect.map(now, Instant.toMillis)
    if (chosen.headAt === 0) chosen.headAt = yield* nowMs
    const ask = using(providers, chosen)
    const lookAt = (provider: Provider.Provider, standing: Standing, at: number) =>
      Effect.gen(function* () {
        const page = yield* look(provider, reading, standing)
        const { gone, head, isCaughtUp } = page
        const isStill = head.number < chosen.head || at - head.timestamp * 1_000 > STILL_MS
        if (isCaughtUp && isStill) yield* expectAbreast(providers, provider, reading.chainId, head.number)
        const [first] = gone.toSorted((one, other) => one.blockNumber - other.blockNumber)
        if (first !== undefined) yield* expectAgreed(providers, provider, first.blockNumber, first.blockHash)
        return page
      })
    const pageAfter = (standing: Standing) =>
      Effect.gen(function* () {
        const at = yield* nowMs
        const [page, used] = yield* ask(at, (provider) => lookAt(provider, standing, at))
        if (page.head.number > chosen.head) {
          chosen.head = page.head.number
          chosen.headAt = at
        }
        yield* Effect.forEach(page.unread, (each) =>
          Effect.annotateLogs(Effect.logWarning("event is no trade"), { source: options.name, ...each })
        )
        yield* options.stands?.({ ...used, unread: page.standing.unread }) ?? Effect.void
        return page
      })
    const begin = (cursor: string | undefined): Effect.Effect<Going, EvmCursor.OtherOutside> =>
      Effect.map(cursor === undefined ? Effect.succeed(undefined) : EvmCursor.parse(cursor, outside), (delivered) => ({
        delivered,
        standing: {
          ...(delivered ?? { blocks: [], unread: [] }),
          isChecked: false,
          booked: new Map(),
          size: reading.range
        }
      }))
    const deliveries = (cursor: string | undefined, then: "end" | "wait") =>
      Stream.unwrapScoped(
        Effect.gen(function* () {
          const wait = then === "end" ? Effect.void : yield* waiting(providers, options.pollMs ?? POLL_MS)
          const step = (going: Going) =>
            Effect.gen(function* () {
              const page = yield* pageAfter(going.standing)
              const found = deliveriesOf(outside, going, page)
              if (page.isCaughtUp && found.length === 0) yield* wait
              const { standing } = page
              const next = { standing, delivered: found.length === 0 ? going.delivered : standing }
              const isOver = page.isCaughtUp && then === "end"
              return [Chunk.fromIterable(found), isOver ? Option.none() : Option.some(next)] as const
            })
          return Stream.paginateChunkEffect(yield* begin(cursor), step)
        })
      )
    return { deliveries, ageMs: Effect.map(nowMs, (at) => Math.max(0, at - chosen.headAt)) }
  })
