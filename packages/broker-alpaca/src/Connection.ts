import { Broker } from "@roundlot/core"
import { Heartbeat } from "@roundlot/core/adapter"
import { Deferred, Effect, Mailbox, Ref, type Scope, type Stream } from "effect"
import { WebSocket, type RawData } from "ws"

/** A ping every 10 s, its pong within 5 s. */
export const defaultHeartbeat: Heartbeat.Heartbeat = { everyMs: 10_000, withinMs: 5_000 }

/** An open WebSocket. `frames` ends with a failure when the connection does, or when it no longer answers pings. */
export interface Connection {
  readonly send: (text: string) => Effect.Effect<void>
  /** The next frame, as text. */
  readonly next: Effect.Effect<string, Broker.BrokerReadFailed>
  /** The frames from now on. */
  readonly frames: Stream.Stream<string, Broker.BrokerReadFailed>
}

const OPENS_WITHIN_MS = 10_000
const LARGEST_FRAME_BYTES = 1_048_576

const failed = (detail: string) => new Broker.BrokerReadFailed({ operation: "updates", kind: "network", detail })

/** Frames are binary or text, and hold JSON either way. */
const textOf = (frame: RawData): string => {
  if (Array.isArray(frame)) return Buffer.concat(frame).toString("utf8")
  return Buffer.isBuffer(frame) ? frame.toString("utf8") : Buffer.from(frame).toString("utf8")
}

/** Connects; the connection is cut with the scope. */
export const connect = (
  url: string,
  heartbeat: Heartbeat.Heartbeat
): Effect.Effect<Connection, Broker.BrokerReadFailed, Scope.Scope> =>
  Effect.gen(function* () {
    const socket = yield* Effect.acquireRelease(
      Effect.sync(
        () =>
          new WebSocket(url, {
            followRedirects: false,
            handshakeTimeout: OPENS_WITHIN_MS,
            maxPayload: LARGEST_FRAME_BYTES,
            perMessageDeflate: false
          })
      ),
      (opened) => Effect.sync(() => opened.terminate())
    )
    const incoming = yield* Mailbox.make<string, Broker.BrokerReadFailed>()
    const pong = yield* Ref.make<Deferred.Deferred<void> | undefined>(undefined)
    const opened = yield* Deferred.make<void, Broker.BrokerReadFailed>()
    const broke = (detail: string): void => {
      Deferred.unsafeDone(opened, Effect.fail(failed(detail)))
      Effect.runSync(incoming.fail(failed(detail)))
    }
    socket.on("open", () => Deferred.unsafeDone(opened, Effect.void))
    socket.on("message", (frame) => incoming.unsafeOffer(textOf(frame)))
    socket.on("error", (error) => broke(`the stream's connection broke (${error.message})`))
    socket.on("close", (code) => broke(`the stream was closed (${code})`))
    socket.on("pong", () => {
      const waiting = Effect.runSync(Ref.get(pong))
      if (waiting !== undefined) Deferred.unsafeDone(waiting, Effect.void)
    })
    yield* Deferred.await(opened)
    const ping = Effect.gen(function* () {
      const answered = yield* Deferred.make<void>()
      yield* Ref.set(pong, answered)
      yield* Effect.sync(() => socket.ping())
      yield* Deferred.await(answered)
    })
    const alive = Heartbeat.beating(heartbeat, ping, () =>
      failed(`the stream gave no sign of life in ${heartbeat.withinMs} ms`)
    )
    yield* Effect.forkScoped(Effect.catchAll(alive, (error) => incoming.fail(error)))
    return {
      send: (text) => Effect.sync(() => socket.send(text)),
      next: Effect.catchTag(incoming.take, "NoSuchElementException", () => Effect.fail(failed("the stream ended"))),
      frames: Mailbox.toStream(incoming)
    }
  })
