import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import type * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as NodeHttpServerRequest from "@effect/platform-node/NodeHttpServerRequest"
import { type Access, Api, type Parameters, Problem, type Server } from "@roundlot/api"
import { type TradeRepository } from "@roundlot/core/adapter"
import { Serving } from "@roundlot/broker-paper/serving"
import { AccountScope } from "@roundlot/core/ledger"
import { Effect, type Layer, Option, Queue, Schedule } from "effect"
import type { Socket } from "node:net"
import { Readable } from "node:stream"
import type { Services } from "@roundlot/commands"
import { looked } from "./failing.ts"
import type { FeedEvent } from "./FeedEvent.ts"
import * as Live from "./Live.ts"
import type * as Readers from "./Readers.ts"

const { RoundlotApi } = Api

/** How many changes one event has at most: one commit may have thousands. */
const MOST_CHANGES = 200

/** A commit as server-sent events: in parts where it is large, the last of which has the cursor to go on from. */
const eventOf = (event: FeedEvent): string => {
  if (event._tag === "Begun")
    return `id: ${event.cursor}\nevent: begun\ndata: ${JSON.stringify({ cursor: event.cursor })}\n\n`
  // An id without data moves the reader's cursor on, and is no event to it.
  if (event._tag === "Quiet") return `id: ${event.cursor}\n: quiet\n\n`
  const incarnation = event.cursor.slice(0, event.cursor.lastIndexOf("-"))
  const commits = event.commits.flatMap(({ changes, ...commit }) =>
    Array.from({ length: Math.ceil(changes.length / MOST_CHANGES) }, (_, part) => {
      const isLast = (part + 1) * MOST_CHANGES >= changes.length
      const own = { ...commit, changes: changes.slice(part * MOST_CHANGES, (part + 1) * MOST_CHANGES) }
      return `${isLast ? `id: ${incarnation}-${commit.position}\n` : ""}event: commit\ndata: ${JSON.stringify(own)}\n\n`
    })
  )
  return `${commits.join("")}id: ${event.cursor}\n\n`
}

/** The same for a socket: a JSON text for each event. */
const messageOf = (event: FeedEvent): string =>
  JSON.stringify(
    event._tag === "Commits" ? { cursor: event.cursor, commits: event.commits } : { cursor: event.cursor, commits: [] }
  )

interface Asked {
  readonly after?: string | undefined
  readonly account?: string | undefined
  readonly entity?: string | undefined
}

const follow = ({ account, after, entity }: Asked, listener: Readers.Listener) =>
  Effect.gen(function* () {
    const live = yield* Live.Live
    const kinds = (entity ?? "").split(",").flatMap((kind) => (kind.trim() === "" ? [] : [kind.trim()]))
    const scope = yield* AccountScope.current
    return yield* live.follow({ after, account, scope, kinds }, listener)
  }).pipe(
    Effect.catchTag("LostCursor", (lost) => Effect.fail(Problem.failures.gone(lost.message, "after"))),
    Effect.catchTags({ StoreUnavailable: failed, BadRow: failed, ConstraintRefused: failed })
  )

const failed = (error: TradeRepository.StoreError) => looked(Effect.fail(error))

const LONGEST_STALL_MS = 30_000

const socketOf = (request: HttpServerRequest.HttpServerRequest): Socket =>
  NodeHttpServerRequest.toIncomingMessage(request).socket

/** Drops a reader whose socket has taken nothing for half a minute: it may come back and goes on where it was. */
const watched = (socket: Socket) => {
  let written = socket.bytesWritten
  let stalled = 0
  const LOOK_MS = 5000
  const look = Effect.sync(() => {
    stalled = socket.writableLength > 0 && socket.bytesWritten === written ? stalled + LOOK_MS : 0
    written = socket.bytesWritten
    if (stalled >= LONGEST_STALL_MS) socket.destroy()
  })
  return Effect.forkScoped(Effect.repeat(look, Schedule.spaced(LOOK_MS)))
}

const STREAM = { "cache-control": "no-store", "x-accel-buffering": "no" } as const

/** The bytes of an event, made once for all readers of it. */
const encoded = new WeakMap<FeedEvent, Buffer>()

const bytesOf = (event: FeedEvent): Buffer => {
  const known = encoded.get(event)
  if (known !== undefined) return known
  const bytes = Buffer.from(eventOf(event))
  encoded.set(event, bytes)
  return bytes
}

const events = (asked: Asked, request: HttpServerRequest.HttpServerRequest) =>
  Effect.gen(function* () {
    const seat: { place?: Live.Place } = {}
    const body = new Readable({ read: () => seat.place?.more() })
    seat.place = yield* follow(asked, (event) => body.push(bytesOf(event)))
    yield* watched(socketOf(request))
    return HttpServerResponse.raw(body, { contentType: "text/event-stream; charset=utf-8", headers: STREAM })
  })

/** How many events a socket's reader is ahead of what it was sent. */
const MOST_AHEAD = 16

/** Waits until a socket takes more: a reader that does not listen gets nothing, and takes no memory. */
const drained = (socket: Socket): Effect.Effect<void> =>
  Effect.async((resume) => {
    if (!socket.writableNeedDrain) return resume(Effect.void)
    const over = (): void => resume(Effect.void)
    socket.once("drain", over)
    return Effect.sync(() => socket.off("drain", over))
  })

const socketed = (asked: Asked, request: HttpServerRequest.HttpServerRequest) =>
  Effect.gen(function* () {
    const ahead = yield* Queue.unbounded<FeedEvent>()
    const place = yield* follow(
      asked,
      (event) => ahead.unsafeOffer(event) && Option.getOrElse(ahead.unsafeSize(), () => 0) < MOST_AHEAD
    )
    const socket = yield* Effect.mapError(Serving.upgraded(request), () =>
      Problem.failures.badRequest("this route is for WebSockets; use /api/v1/live for server-sent events")
    )
    const write = yield* socket.writer
    const connection = socketOf(request)
    const telling = Effect.gen(function* () {
      for (;;) {
        yield* write(messageOf(yield* Queue.take(ahead)))
        yield* drained(connection)
        if (yield* Queue.isEmpty(ahead)) place.more()
      }
    })
    yield* watched(connection)
    yield* Effect.raceFirst(
      socket.runRaw(() => undefined),
      telling
    ).pipe(
      // A reader that went away comes again with its cursor.
      Effect.ignore
    )
    return HttpServerResponse.empty()
  }).pipe(Effect.scoped)

/** What happens, as it happens. */
export const layer: Layer.Layer<
  Server.Group<"live">,
  never,
  Access.Reading | Parameters.KnownParameters | Services | Live.Live
> = HttpApiBuilder.group(RoundlotApi, "live", (group) =>
  group
    .handle("events", ({ headers, request, urlParams }) =>
      events({ ...urlParams, after: urlParams.after ?? headers["last-event-id"] }, request)
    )
    .handle("socket", ({ request, urlParams }) => socketed(urlParams, request))
)
