import {
  AckPolicy,
  DeliverPolicy,
  jetstream,
  jetstreamManager,
  RetentionPolicy,
  type JetStreamClient,
  type JetStreamManager
} from "@nats-io/jetstream"
import { connect, credsAuthenticator, type ConnectionOptions } from "@nats-io/transport-node"
import { Deferred, Effect, Redacted, type Scope } from "effect"
import { NatsUnavailable, UnfitStream } from "./failures.ts"
import type { Standing } from "./position.ts"

/** Where a stream is, and who reads it. */
export interface Address {
  /** `nats://user:password@host:4222`, or `tls://`; several with a comma between them. */
  readonly servers: Redacted.Redacted
  /** What a file of credentials (`.creds`) says. */
  readonly credentials?: Redacted.Redacted | undefined
  readonly stream: string
  /** The subject that is read of it, with wildcards; all where nothing is said. */
  readonly subject?: string | undefined
}

/** A message of a stream. */
export interface Message {
  readonly seq: number
  /** When it was stored, in milliseconds. */
  readonly at: number
  readonly body: Uint8Array
}

/** A stream that is read. */
export interface OpenStream {
  readonly standing: Effect.Effect<Standing, NatsUnavailable | UnfitStream>
  /** When a message was stored; nothing where it is gone. */
  readonly storedAt: (seq: number) => Effect.Effect<number | undefined, NatsUnavailable>
  /** The messages that follow one, some at a time; none where there are none. */
  readonly after: (seq: number) => Effect.Effect<ReadonlyArray<Message>, NatsUnavailable>
  /** Has the stream's leader a message after this one? What gives messages may be a replica that has not all yet. */
  readonly hasAfter: (seq: number) => Effect.Effect<boolean, NatsUnavailable>
}

const failed = (error: unknown): NatsUnavailable =>
  new NatsUnavailable({ detail: error instanceof Error ? error.message : String(error) })

const asked = <A>(promise: () => Promise<A>): Effect.Effect<A, NatsUnavailable> =>
  Effect.tryPromise({ try: promise, catch: failed })

const ADDRESS = "its address is not valid: write nats://USER:PASSWORD@HOST:4222, several separated by commas"

/** How to connect; one user is said for all servers. */
const optionsOf = ({ credentials, servers }: Address): Effect.Effect<ConnectionOptions, NatsUnavailable> =>
  Effect.gen(function* () {
    const urls = Redacted.value(servers)
      .split(",")
      .map((each) => (URL.canParse(each.trim()) ? new URL(each.trim()) : undefined))
    const [first] = urls
    if (first === undefined || urls.some((url) => url === undefined || !["nats:", "tls:"].includes(url.protocol)))
      // What is wrong with an address may repeat it, and its password.
      return yield* new NatsUnavailable({ detail: ADDRESS })
    const [user, pass] = [decodeURIComponent(first.username), decodeURIComponent(first.password)]
    return {
      servers: urls.flatMap((url) => (url === undefined ? [] : [url.host])),
      name: "roundlot",
      timeout: 5_000,
      // Who follows opens again; a connection that comes back by itself would hide what was lost meanwhile.
      reconnect: false,
      pingInterval: 10_000,
      maxPingOut: 2,
      ...(urls.some((url) => url?.protocol === "tls:") ? { tls: {} } : {}),
      ...(user === "" ? {} : pass === "" ? { token: user } : { user, pass }),
      ...(credentials === undefined
        ? {}
        : { authenticator: credsAuthenticator(new TextEncoder().encode(Redacted.value(credentials))) })
    }
  })

/** Opens a stream for as long as the scope lives. */
export const open = (address: Address): Effect.Effect<OpenStream, NatsUnavailable, Scope.Scope> =>
  Effect.gen(function* () {
    const options = yield* optionsOf(address)
    const connection = yield* Effect.acquireRelease(
      asked(() => connect(options)),
      (each) =>
        Effect.promise(() => each.close().catch(() => undefined)).pipe(
          Effect.interruptible,
          Effect.timeoutOption("1 second")
        )
    )
    const closed = yield* Deferred.make<never, NatsUnavailable>()
    // Waited for once: each wait for a promise is held until that ends.
    void connection
      .closed()
      .then((error) =>
        Deferred.unsafeDone(closed, Effect.fail(failed(error ?? new Error("the connection was closed"))))
      )
    const open = <A, E>(work: Effect.Effect<A, E>) => Effect.raceFirst(work, Deferred.await(closed))
    const manager = yield* asked(() => jetstreamManager(connection))
    const client = jetstream(connection)
    return {
      standing: open(standingOf(manager, address)),
      storedAt: (seq) =>
        open(
          Effect.map(
            asked(() => manager.streams.getMessage(address.stream, { seq })),
            (message) => message?.time.getTime()
          )
        ),
      after: (seq) => open(Effect.scoped(pageOf(client, manager, address, seq))),
      hasAfter: (seq) => open(hasAfter(manager, address, seq))
    }
  })

/** The API gives the next message of a subject too, where its client's types name one number alone. */
const hasAfter = (manager: JetStreamManager, { stream, subject = ">" }: Address, seq: number) => {
  const query = { seq: seq + 1, next_by_subj: subject }
  return Effect.map(
    asked(() => manager.streams.getMessage(stream, query)),
    (message) => message !== null
  )
}

const standingOf = (manager: JetStreamManager, { stream, subject = ">" }: Address) =>
  Effect.flatMap(
    asked(() => manager.streams.info(stream)),
    ({ config, created, state }): Effect.Effect<Standing, UnfitStream> =>
      config.retention === RetentionPolicy.Limits
        ? Effect.succeed({
            place: `${stream} ${created} ${subject}`,
            first: state.first_seq,
            last: state.last_seq
          })
        : Effect.fail(new UnfitStream({ stream, retention: config.retention }))
  )

/** A message has a megabyte where nothing else is configured: as many are held at once. */
const MOST = 64
const NANOS_PER_S = 1_000_000_000
const LONGEST_FETCH_MS = 5_000

/** A consumer of one page: it keeps nothing on the server, acknowledges nothing, and is gone soon where nobody deletes it. */
const consumerFrom = (manager: JetStreamManager, { stream, subject }: Address, seq: number) =>
  Effect.acquireRelease(
    asked(() =>
      manager.consumers.add(stream, {
        ack_policy: AckPolicy.None,
        deliver_policy: DeliverPolicy.StartSequence,
        opt_start_seq: seq,
        mem_storage: true,
        inactive_threshold: 30 * NANOS_PER_S,
        ...(subject === undefined ? {} : { filter_subject: subject })
      })
    ),
    ({ name }) =>
      Effect.ignore(
        Effect.timeout(
          asked(() => manager.consumers.delete(stream, name)),
          "1 second"
        )
      )
  )

const pageOf = (client: JetStreamClient, manager: JetStreamManager, address: Address, seq: number) =>
  Effect.gen(function* () {
    const { name, num_pending: pending } = yield* consumerFrom(manager, address, seq + 1)
    if (pending === 0) return []
    return yield* asked(async () => {
      const consumer = await client.consumers.get(address.stream, name)
      const found: Array<Message> = []
      const batch = await consumer.fetch({ max_messages: Math.min(pending, MOST), expires: LONGEST_FETCH_MS })
      for await (const { data, info, seq: number, time } of batch) {
        // One that was lost on its way is fetched again, with all that follow it.
        if (info.deliverySequence !== found.length + 1) break
        found.push({ seq: number, at: time.getTime(), body: data })
      }
      if (found.length === 0) throw new Error("it gave no message in time")
      return found
    })
  })
