import { Broker } from "@roundlot/core"
import { EndpointTimes, Heartbeat } from "@roundlot/core/adapter"
import { Deferred, Duration, Effect, Ref, Schedule, type Scope } from "effect"
import * as BrokerTime from "./BrokerTime.ts"
import * as Line from "./Line.ts"
import type { Message } from "./Message.ts"
import * as OrderIds from "./OrderIds.ts"
import { masked } from "./Text.ts"
import * as requests from "./wire/requests.ts"
import { say } from "./wire/layout.ts"

/** How a session is opened. */
export interface Options {
  readonly address: Line.Address
  /** TWS's own id of the account; may be left away where the login has one. */
  readonly account?: string | undefined
  /** The zone that TWS was logged in with, where it is configured. */
  readonly zone: string | undefined
  readonly connectTimeoutMs: number
  /** How often TWS is asked whether it is there, and how long it may take to say so. */
  readonly heartbeatMs: number
  /** Hears every message of every line, before anybody who listens to one. */
  readonly hear: (message: Message) => void
}

/** A login at TWS that is connected again whenever it is lost. */
export interface Session {
  /** TWS's own id of the account. */
  readonly account: string
  /** The accounts behind the login. */
  readonly accounts: ReadonlyArray<string>
  /** The line that stands; waits for one as long as connecting may take. */
  readonly line: Effect.Effect<Line.Line, Broker.BrokerReadFailed>
  /** The line that stands at this moment. */
  readonly now: Effect.Effect<Line.Line | undefined>
  /** How fast TWS answers. */
  readonly requests: Effect.Effect<Broker.RequestUsage>
  /** What executions cost, as far as TWS has said so. */
  readonly commissions: ReadonlyMap<string, { readonly amount: string; readonly currency: string }>
}

const FIRST_WAIT = "100 millis"
const LONGEST_WAIT = "15 seconds"
/** A line that stood for so long was well. */
const STEADY = "10 seconds"
const MOST_COMMISSIONS = 200_000

/** Connects, proves that the account is there, and stays connected for as long as the scope is open. */
export const make = (options: Options): Effect.Effect<Session, Line.ConnectFailed, Scope.Scope> =>
  Effect.gen(function* () {
    const commissions = new Map<string, { readonly amount: string; readonly currency: string }>()
    const current = yield* Ref.make<Line.Line | undefined>(undefined)
    const coming = yield* Ref.make(yield* Deferred.make<Line.Line>())
    const first = yield* Deferred.make<Line.Line, Line.ConnectFailed>()
    const isFirst = yield* Ref.make(true)
    const orderIds = OrderIds.make()
    const times = yield* EndpointTimes.make
    // Whoever logs in later as somebody else changes no account under way.
    const driven = yield* Ref.make(options.account)

    const note = (message: Message) => {
      options.hear(message)
      if (message._tag !== "Commission") return
      if (commissions.size >= MOST_COMMISSIONS) commissions.clear()
      commissions.set(message.execId, { amount: message.amount, currency: message.currency })
    }

    /** One line, from its connection to its end. */
    const live = Effect.scoped(
      Effect.gen(function* () {
        const line = yield* Line.open(options.address, options.connectTimeoutMs, orderIds, times)
        if (yield* Ref.get(isFirst)) yield* zoned(options, line)
        const account = yield* Ref.get(driven)
        yield* Ref.set(driven, yield* accountOf({ ...options, account }, line.accounts))
        yield* Effect.sync(() => line.listen(note))
        yield* Ref.set(current, line)
        yield* Deferred.succeed(yield* Ref.get(coming), line)
        yield* Deferred.succeed(first, line)
        yield* Ref.set(isFirst, false)
        const why = yield* Effect.raceFirst(line.lost, beating(line, options.heartbeatMs))
        yield* Effect.logInfo(`the connection to TWS has ended: ${why}`)
      }).pipe(
        Effect.ensuring(
          Effect.gen(function* () {
            yield* Ref.set(current, undefined)
            if (yield* Deferred.isDone(yield* Ref.get(coming)))
              yield* Ref.set(coming, yield* Deferred.make<Line.Line>())
          })
        )
      )
    )

    const noticed = live.pipe(
      Effect.tapError((error) =>
        Effect.flatMap(Ref.get(isFirst), (neverUp) =>
          neverUp ? Deferred.fail(first, error) : Effect.logWarning(error.message)
        )
      )
    )
    yield* Effect.forkScoped(again(noticed))
    const line = yield* Deferred.await(first)
    const account = yield* accountOf(options, line.accounts)
    return {
      account,
      accounts: line.accounts,
      commissions,
      requests: times.usage,
      now: Ref.get(current),
      line: Effect.flatMap(Ref.get(current), (now) =>
        now === undefined || now.isLost()
          ? Effect.flatMap(Ref.get(coming), (next) => awaited(options, next))
          : Effect.succeed(now)
      )
    }
  })

const waits = Schedule.exponential(FIRST_WAIT).pipe(Schedule.union(Schedule.spaced(LONGEST_WAIT)))

/**
 * One line after another. The waits between them grow while none is had, or none stands for long: a TWS that drops every line at once
 * (error 100, too many messages) is not stormed.
 */
export const again = <A, E>(line: Effect.Effect<A, E>): Effect.Effect<never> => {
  const steady = Effect.filterOrFail(
    Effect.timed(line),
    ([stood]) => Duration.greaterThanOrEqualTo(stood, STEADY),
    () => "dropped" as const
  )
  return Effect.forever(Effect.zipRight(Effect.orDie(Effect.retry(steady, waits)), Effect.sleep(FIRST_WAIT)))
}

const awaited = ({ address, connectTimeoutMs }: Options, next: Deferred.Deferred<Line.Line>) =>
  Effect.timeoutFail(Deferred.await(next), {
    duration: connectTimeoutMs,
    onTimeout: () =>
      new Broker.BrokerReadFailed({
        operation: "connecting",
        kind: "network",
        detail: `TWS at ${address.host}:${address.port} is not there`
      })
  })

/** SYNC-5: where TWS does not say in which zone its times are, and none is configured, nothing is asked of it. */
const zoned = ({ address, zone }: Options, { connectedAt }: Line.Line): Effect.Effect<void, Line.ConnectFailed> =>
  zone === undefined && BrokerTime.parse(connectedAt) === undefined
    ? Effect.fail(Line.withoutZone(address, connectedAt))
    : Effect.void

/** The account that is driven: the one that was named, or the only one. Nothing is asked of a login that lacks it. */
const accountOf = (
  { account, address }: Options,
  accounts: ReadonlyArray<string>
): Effect.Effect<string, Line.ConnectFailed> => {
  const [only, ...others] = accounts
  if (account !== undefined) {
    return accounts.includes(account)
      ? Effect.succeed(account)
      : Effect.fail(Line.wrongAccounts(address, `the account ${masked(account)} is not among those of its login`))
  }
  return only !== undefined && others.length === 0
    ? Effect.succeed(only)
    : Effect.fail(
        Line.wrongAccounts(address, `its login has ${accounts.length} accounts (${accounts.map(masked).join(", ")})`)
      )
}

/** Ends the line when TWS does not say its time, however often it is asked. */
const beating = (line: Line.Line, everyMs: number): Effect.Effect<string> => {
  const ask = Effect.async<void>((resume) => {
    const undo = line.listen((message) => {
      if (message._tag === "Heartbeat") resume(Effect.void)
    })
    line.send(say(requests.currentTime))
    return Effect.sync(undo)
  })
  return Heartbeat.beating({ everyMs, withinMs: everyMs }, ask, () => "silent" as const).pipe(
    Effect.catchAll(() =>
      Effect.sync(() => {
        const why = `TWS has said nothing for ${everyMs / 1000} s`
        line.drop(why)
        return why
      })
    )
  )
}
