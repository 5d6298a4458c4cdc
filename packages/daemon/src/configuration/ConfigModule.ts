import { Proposals } from "@roundlot/core/ledger"
import { Effect, Either, Layer, ParseResult, Schema } from "effect"
import { resolve } from "node:path"
import process from "node:process"
import { pathToFileURL } from "node:url"
import { SettingsError } from "@roundlot/commands/errors"
import type { OwnAlerts } from "../OwnAlerts.ts"
import * as Configuration from "./Configuration.ts"
import * as ConfigurationFile from "./ConfigurationFile.ts"
import type { OwnApp, OwnBroker, OwnParts, OwnSource } from "./OwnParts.ts"
import type { OwnStore } from "./StorePlace.ts"

type Account<Own extends string> = Omit<ConfigurationFile.WrittenAccount, "broker"> & {
  readonly broker?: ConfigurationFile.BrokerName | NoInfer<Own>
}

type Source = ConfigurationFile.WrittenSource & {
  /** Where its trades come from; the daemon follows it. */
  readonly follow?: OwnSource
}

/** A configuration as a module: all that `roundlot.json` says, and what only a program can. */
export interface RoundlotConfig<Own extends string = never> extends Omit<
  ConfigurationFile.Written,
  "$schema" | "accounts" | "alerts" | "sources" | "store"
> {
  readonly accounts?: Readonly<Record<string, Account<Own>>>
  /** Where what needs a person is sent: a webhook, or whatever a function reaches. */
  readonly alerts?: ConfigurationFile.Written["alerts"] | { readonly send: OwnAlerts }
  readonly sources?: Readonly<Record<string, Source>>
  /** Brokers of one's own, by the names that accounts call them by. */
  readonly brokers?: Readonly<Record<Own, OwnBroker>>
  /** What runs beside the daemon, with all that it has, by name: a strategy, a forwarder of events. */
  readonly apps?: Readonly<Record<string, OwnApp>>
  /** Where the books are: an address, or a store of one's own and its name. `--store` and ROUNDLOT_STORE go before it. */
  readonly store?: string | OwnStore
  /** What a share is worth now, in place of the paper exchange's market. */
  readonly prices?: OwnParts["prices"]
}

const defined = new WeakSet()

/**
 * The configuration of a `roundlot.config.ts`, checked as it is typed: `export default defineConfig({ … })`.
 *
 * @example
 * export default defineConfig({
 *   brokers: { house: ({ name }) => Effect.map(Clock.Clock, (clock) => HouseBroker.make(name, clock)) },
 *   accounts: { main: { broker: "house" } }
 * })
 */
export const defineConfig = <const Own extends string = never>(config: RoundlotConfig<Own>): RoundlotConfig<Own> => {
  defined.add(config)
  return config
}

const isDefined = (value: unknown): value is RoundlotConfig<string> =>
  typeof value === "object" && value !== null && defined.has(value)

const TYPESCRIPT = "ERR_UNKNOWN_FILE_EXTENSION"

const unreadable = (file: string, error: unknown): SettingsError => {
  const isTypeScript = /\.[cm]?ts$/.test(file)
  if (isTypeScript && error instanceof Error && "code" in error && error.code === TYPESCRIPT) {
    const problem = `is TypeScript, which Node ${process.versions.node} does not run`
    const remedy =
      'Use Node 22.18 or later, install tsx and set NODE_OPTIONS="--import tsx", or write JavaScript (.mjs)'
    return new SettingsError({ place: file, problem, remedy })
  }
  const said = error instanceof Error ? error.message : String(error)
  const problem = `cannot be loaded (${said.split("\n", 1)[0] ?? ""})`
  return new SettingsError({ place: file, problem, remedy: "Correct it there" })
}

/** What a module exports by this name; nothing where it exports none. */
export const exportOf = (file: string, name: string): Effect.Effect<unknown, SettingsError> =>
  Effect.tryPromise({
    try: (): Promise<unknown> => import(pathToFileURL(resolve(file)).href),
    catch: (error) => unreadable(file, error)
  }).pipe(Effect.map((module) => Object.entries(module ?? {}).find(([each]) => each === name)?.[1]))

const exported = (file: string): Effect.Effect<RoundlotConfig<string>, SettingsError> =>
  Effect.gen(function* () {
    const config = yield* exportOf(file, "default")
    if (isDefined(config)) return config
    const problem = "has no default export made with defineConfig of this roundlot installation"
    const remedy =
      "Write export default defineConfig({ … }), with defineConfig from 'roundlot', installed once beside the configuration"
    return yield* new SettingsError({ place: file, problem, remedy })
  })

const code = <A>(is: (value: unknown) => value is A, wanted: string) =>
  Schema.declare(is).annotations({ message: () => ({ message: `is not ${wanted}`, override: true }) })

const isBroker = (value: unknown): value is OwnBroker => typeof value === "function"
const isSource = (value: unknown): value is OwnSource => Effect.isEffect(value)
const isAlerts = (value: unknown): value is OwnAlerts => typeof value === "function"
const isApp = (value: unknown): value is OwnApp => Effect.isEffect(value)
const isStore = (value: unknown): value is OwnStore["layer"] => Layer.isLayer(value)
const isPrices = (value: unknown): value is OwnParts["prices"] => Layer.isLayer(value)

const named = <A>(value: Schema.Schema<A>, wanted: string) =>
  Schema.optionalWith(
    Schema.Record({ key: Schema.String, value }).annotations({
      message: ({ actual }) => (isObject(actual) ? "" : { message: `is not ${wanted}`, override: true })
    }),
    { exact: true, default: () => ({}) }
  )
const isObject = (value: unknown): boolean => typeof value === "object" && value !== null

const Store = Schema.Struct({
  name: Schema.String.pipe(
    Schema.pattern(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, {
      message: () => ({
        message: "is not a valid file name: use up to 64 letters, digits, '.', '_' and '-'",
        override: true
      })
    })
  ),
  layer: code(isStore, "a Layer")
})

/** What a module brings. Its types say so too, but not every module is checked. */
const Brought = Schema.Struct({
  brokers: named(code(isBroker, "a function that opens an account"), "an object of brokers by name"),
  alerts: Schema.optionalWith(
    Schema.Struct({ send: Schema.optionalWith(code(isAlerts, "a function that sends a notice"), { exact: true }) }),
    { exact: true }
  ),
  apps: named(code(isApp, "an Effect"), "an object of apps by name"),
  prices: Schema.optionalWith(code(isPrices, "a Layer"), { exact: true }),
  store: Schema.optionalWith(Schema.Union(Schema.String, Store), { exact: true }),
  sources: named(
    Schema.Struct({
      account: Schema.optionalWith(Schema.Unknown, { exact: true }),
      follow: Schema.optionalWith(code(isSource, "an Effect"), { exact: true })
    }),
    "an object of sources by name"
  )
})

/** Under the names of the demonstration and of what tokens propose no source of one's own has trades. */
const isSourceName = (name: string): boolean =>
  name !== "" && name.length <= 128 && name !== "tape" && !Proposals.isProposedSource(name)

const withoutCode = (config: RoundlotConfig<string>): Readonly<Record<string, unknown>> => {
  const { alerts, apps: _apps, brokers: _brokers, prices: _prices, sources, store, ...written } = config
  const plain = Object.entries(sources ?? {}).map(([name, { follow: _follow, ...entry }]) => [name, entry] as const)
  return {
    ...written,
    ...(typeof store === "string" ? { store } : {}),
    ...(alerts === undefined || "send" in alerts ? {} : { alerts }),
    ...(plain.length === 0 ? {} : { sources: Object.fromEntries(plain) })
  }
}

const wrong = (file: string, place: string, problem: string, remedy = "Correct it there") =>
  Either.left(new SettingsError({ place: `${file}, ${place}`, problem, remedy }))

/** Takes apart what a module brings and what it says, which is held against the same shape as JSON. */
const takenApart = (file: string, config: RoundlotConfig<string>) =>
  Either.gen(function* () {
    const brought = yield* Either.orElse(Schema.decodeUnknownEither(Brought)(config), (error) => {
      const issues = ParseResult.ArrayFormatter.formatErrorSync(error)
      // Of what may be one thing or another, what came furthest is what was meant.
      const [issue] = issues.toSorted((one, other) => other.path.length - one.path.length)
      return wrong(file, issue?.path.map(String).join(".") ?? "", issue?.message ?? "cannot be read")
    })
    const taken = Object.keys(brought.brokers).find(ConfigurationFile.isBuiltIn)
    if (taken !== undefined) {
      return yield* wrong(file, `brokers.${taken}`, "is the name of a built-in broker", "Choose another")
    }
    const followed = Object.entries(brought.sources).flatMap(([name, { account, follow }]) =>
      follow === undefined ? [] : [{ name, account, follow }]
    )
    const homeless = followed.find(({ account }) => account === undefined)
    if (homeless !== undefined) {
      return yield* wrong(
        file,
        `sources.${homeless.name}.account`,
        "is missing",
        "Name the account that its trades are for"
      )
    }
    const misnamed = followed.find(({ name }) => !isSourceName(name))
    if (misnamed !== undefined) {
      const problem = "is not a valid source name"
      return yield* wrong(
        file,
        `sources.${misnamed.name}`,
        problem,
        "Choose one of 1 to 128 characters, not 'tape' nor 'proposed:…'"
      )
    }
    if (brought.alerts?.send !== undefined && Object.keys(config.alerts ?? {}).length > 1) {
      return yield* wrong(file, "alerts", "has send and more", "Leave one of them out")
    }
    const own: OwnParts = {
      brokers: new Map(Object.entries(brought.brokers)),
      sources: new Map(followed.map(({ follow, name }) => [name, follow])),
      alerts: brought.alerts?.send,
      apps: new Map(Object.entries(brought.apps)),
      prices: brought.prices,
      store: typeof brought.store === "string" ? undefined : brought.store
    }
    return { own, written: withoutCode(config) }
  })

/** Loads a configuration that is a module. */
export const load = (file: string): Effect.Effect<Configuration.Configuration, SettingsError> =>
  Effect.gen(function* () {
    const { own, written } = yield* takenApart(file, yield* exported(file))
    return yield* Configuration.read(written, file, own)
  })
