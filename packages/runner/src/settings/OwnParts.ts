import type { Broker, Clock } from "@roundlot/core"
import type { PriceReference, TradeSource } from "@roundlot/core/adapter"
import type { Alerts, Completions } from "@roundlot/core/ledger"
import { Cause, type ConfigProvider, Effect, type Layer, ParseResult, Schema, type Scope } from "effect"
import type { Services } from "@roundlot/commands"
import type { OwnStore } from "./StorePlace.ts"
import type { Declared } from "../start/Environment.ts"

/**
 * Opens one account at a broker of one's own; the broker lives as long as the scope. What it reads with `Config` while it is opened
 * comes from the environment and the env file.
 */
export type OwnBroker = (account: Declared) => Effect.Effect<Broker.BrokerService, unknown, Clock.Clock | Scope.Scope>

/** A source that the daemon follows. Its name and policy are those of its entry under `sources`, whatever its trades say. */
export type Followed = Omit<TradeSource.TradeSourceService<unknown>, "name" | "policy">

/** Opens a source of one's own, as `OwnBroker` a broker. A stream of it that ends is asked again for what came since. */
export type OwnSource = Effect.Effect<Followed, unknown, Clock.Clock | Scope.Scope>

/** An app in the daemon, with all that a daemon has. It is run again when it fails. */
export type OwnApp = Effect.Effect<unknown, unknown, Scope.Scope | Services>

/** What is sent of what needs a person, or of a batch that has ended; `text` says it in a line. */
export type Notice = { readonly text: string } & (Alerts.Alert | (Completions.Completion & { readonly kind: "batch" }))

/** Sends what a webhook would be posted. Where it fails the same is sent again later, ten times at most. */
export type OwnAlerts = (notice: Notice) => Effect.Effect<unknown, unknown>

/** What only a module can bring into a configuration. */
export interface OwnParts {
  readonly brokers: ReadonlyMap<string, OwnBroker>
  readonly sources: ReadonlyMap<string, OwnSource>
  readonly alerts: OwnAlerts | undefined
  readonly apps: ReadonlyMap<string, OwnApp>
  readonly store: OwnStore | undefined
  /** What a share is worth now, in place of the paper exchange's market. */
  readonly prices: Layer.Layer<PriceReference.PriceReference> | undefined
}

/** A part of one's own did not do what it was asked for. */
export class OwnPartFailed extends Schema.TaggedError<OwnPartFailed>()("OwnPartFailed", {
  part: Schema.String,
  detail: Schema.String
}) {
  override get message() {
    return `${this.part} failed: ${this.detail}`
  }
}

/** A configuration of JSON brings none. */
export const none: OwnParts = {
  brokers: new Map(),
  sources: new Map(),
  alerts: undefined,
  apps: new Map(),
  store: undefined,
  prices: undefined
}

/** What a part of one's own failed with, in a line; a fault of its own is no fault of the program. */
export const failureOf = (part: string, cause: Cause.Cause<unknown>): OwnPartFailed => {
  const failure = Cause.squash(cause)
  return failure instanceof OwnPartFailed ? failure : new OwnPartFailed({ part, detail: inALine(failure) })
}

/** A failure in a line. */
export const inALine = (failure: unknown): string => {
  if (failure instanceof OwnPartFailed) return failure.detail
  if (ParseResult.isParseError(failure)) {
    const issues = ParseResult.ArrayFormatter.formatErrorSync(failure)
    return issues.map(({ message, path }) => `${path.map(String).join(".")} ${message}`.trimStart()).join("; ")
  }
  const said = failure instanceof Error ? failure.message : ""
  const [line = ""] = said.split("\n", 1)
  return line === "" ? namedIn(failure) : line
}

/** An error without a message is shown by its tag and fields. */
const namedIn = (failure: unknown): string => {
  if (typeof failure !== "object" || failure === null) return String(failure)
  const name = failure instanceof Error ? failure.name : ""
  const { _tag: tag = name, ...fields } = Object.fromEntries(Object.entries(failure))
  const said = Object.entries(fields).map(([field, value]) => `${field} ${String(value)}`)
  return [String(tag), ...said].filter((part) => part !== "").join(", ") || "no reason was given"
}

/** Runs a part of one's own: its variables are those of the program, and whatever it fails with is said by its name. */
export const running =
  (part: string, { config }: { readonly config: ConfigProvider.ConfigProvider }) =>
  <A, R>(work: Effect.Effect<A, unknown, R>): Effect.Effect<A, OwnPartFailed, R> =>
    work.pipe(
      Effect.withConfigProvider(config),
      // An interruption of ours does not come by here: one that does is a part that interrupted itself.
      Effect.catchAllCause((cause) => Effect.fail(failureOf(part, cause)))
    )
