import { type AccountName, Broker, Clock, Decisions, MemoryRepository, Roundlot as Core } from "@roundlot/core"
import { Entropy, type TradeRepository } from "@roundlot/core/adapter"
import { Cause, Effect, HashMap, Layer, Logger, LogLevel, type Scope } from "effect"
import { brokerOf, type OwnBroker } from "./OwnBroker.ts"
import { accountOf } from "./Given.ts"

/** A broker that is opened for an account and closed with the books, as adapters give it. */
export type Opened = (
  account: AccountName.AccountName
) => Effect.Effect<Broker.BrokerService, unknown, Clock.Clock | Scope.Scope>

/** What is logged: its words, and what it is about by name (`account`, `order`, …). */
export interface LogLine {
  readonly level: "trace" | "debug" | "info" | "warn" | "error" | "fatal"
  readonly message: string
  readonly about: Readonly<Record<string, unknown>>
}

/** What is opened. */
export interface Parts {
  /** The layer of a store (`SqliteStore.layer({ file })`); in memory where nothing is said. */
  readonly store?: Layer.Layer<TradeRepository.TradeRepository, unknown> | undefined
  /** Who executes for an account, by its name: a broker of promises, or what an adapter opens. */
  readonly brokers: Readonly<Record<string, OwnBroker | Opened>>
  /** The time, and when the market is open; a market that never closes where nothing is said. */
  readonly clock?: Layer.Layer<Clock.Clock> | undefined
  /** Takes what is logged; warnings and errors go to the console where nothing is said. */
  readonly log?: ((line: LogLine) => void) | undefined
  /** Are the accounts driven from here? They are, where nothing is said: else trades are taken in, and nothing is sent. */
  readonly drives?: boolean | undefined
}

const made = (broker: OwnBroker) => Effect.try({ try: () => brokerOf(broker), catch: (error) => error })

const brokersOf = (parts: Parts["brokers"]): Layer.Layer<Broker.Brokers, unknown, Clock.Clock> =>
  Layer.scoped(
    Broker.Brokers,
    Effect.gen(function* () {
      const opened = new Map<string, Broker.BrokerService>()
      for (const [name, part] of Object.entries(parts)) {
        const account = yield* accountOf(name)
        opened.set(name, typeof part === "function" ? yield* part(account) : yield* made(part))
      }
      return {
        get: (account) => {
          const broker = opened.get(account)
          return broker === undefined ? Effect.fail(new Broker.NoBroker({ account })) : Effect.succeed(broker)
        }
      }
    })
  )

const levels: { readonly [Level in LogLevel.LogLevel["_tag"]]: LogLine["level"] } = {
  All: "trace",
  Trace: "trace",
  Debug: "debug",
  Info: "info",
  Warning: "warn",
  Error: "error",
  Fatal: "fatal",
  None: "trace"
}

const logging = (log: (line: LogLine) => void) =>
  Logger.replace(
    Logger.defaultLogger,
    Logger.make(({ annotations, cause, logLevel, message }) => {
      const words = (Array.isArray(message) ? message : [message]).map(String)
      const why = Cause.isEmpty(cause) ? [] : [Cause.pretty(cause)]
      log({
        level: levels[logLevel._tag],
        message: [...words, ...why].join(" "),
        about: Object.fromEntries(HashMap.toEntries(annotations))
      })
    })
  )

/** Warnings and errors, as lines of the console. */
const toConsole = Layer.merge(
  Logger.replace(Logger.defaultLogger, Logger.withConsoleError(Logger.logfmtLogger)),
  Logger.minimumLogLevel(LogLevel.Warning)
)

/** The layer of all that an app stands on, made of what it gave. */
export const layerOf = ({ brokers, clock = Clock.layerAlwaysOpen, log, store = MemoryRepository.layerMemory }: Parts) =>
  Decisions.layer.pipe(
    Layer.provideMerge(Layer.merge(Core.layer, brokersOf(brokers))),
    Layer.provideMerge(Layer.mergeAll(store, clock, Entropy.layerSecure)),
    Layer.provideMerge(log === undefined ? toConsole : logging(log))
  )
