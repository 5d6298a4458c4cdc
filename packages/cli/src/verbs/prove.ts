import * as Args from "@effect/cli/Args"
import * as Options from "@effect/cli/Options"
import { BrokerContract, BrokerStorm, SourceContract } from "@roundlot/testing"
import { Effect, Logger, LogLevel, type Scope } from "effect"
import { SettingsError } from "@roundlot/commands/errors"
import { ownPart } from "@roundlot/daemon"
import { ConfigModule } from "@roundlot/daemon/configuration"
import * as flags from "../terminal/flags.ts"
import { Output } from "../terminal/Output.ts"
import * as Verb from "../terminal/Verb.ts"

const hasAll = (value: unknown, names: ReadonlyArray<string>): value is object =>
  typeof value === "object" && value !== null && names.every((name) => name in value)

const isPlace = (value: unknown): value is BrokerContract.Place =>
  hasAll(value, ["broker", "account", "symbol", "unknownSymbol"])

const isSourcePlace = (value: unknown): value is SourceContract.Place => hasAll(value, ["open", "bring"])

const isOpening = (value: unknown): value is Effect.Effect<unknown, unknown, Scope.Scope> => Effect.isEffect(value)

const wrong = (file: string, problem: string) =>
  new SettingsError({
    place: file,
    problem,
    remedy:
      "Write export const place, an Effect of a BrokerContract.Place, or export const source, one of a SourceContract.Place"
  })

/** The places that an Effect of a module gives: made for each clause. */
const placesOf = <P>(file: string, name: string, opening: unknown, is: (value: unknown) => value is P) =>
  isOpening(opening)
    ? Effect.succeed(
        opening.pipe(
          Effect.catchAllCause((cause) => Effect.fail(ownPart.failureOf(name, cause))),
          Effect.filterOrFail(is, () => wrong(file, `exports ${name} as an Effect of something else`))
        )
      )
    : Effect.fail(wrong(file, "does not export an Effect as place or source"))

/** A storm has orders that are lost and found: what it comes to is said, and not each of them. */
const quietly = Logger.withMinimumLogLevel(LogLevel.Warning)

const proveBroker = (file: string, opening: unknown, seed: number) =>
  Effect.gen(function* () {
    const { answer, look } = yield* Output
    const places = yield* placesOf(file, "place", opening, isPlace)
    const outcomes = yield* BrokerContract.prove(places)
    const storm = yield* quietly(BrokerStorm.weather(places, { seed }))
    if (storm.findings.length > 0 || hasBroken(outcomes)) yield* look
    yield* answer({ outcomes, storm }, `${BrokerContract.summary(outcomes)}\n${BrokerStorm.summary(storm)}`)
  })

const proveSource = (file: string, opening: unknown) =>
  Effect.gen(function* () {
    const { answer, look } = yield* Output
    const outcomes = yield* SourceContract.prove(yield* placesOf(file, "source", opening, isSourcePlace))
    if (hasBroken(outcomes)) yield* look
    yield* answer({ outcomes }, BrokerContract.summary(outcomes))
  })

const hasBroken = (outcomes: ReadonlyArray<BrokerContract.Outcome>): boolean =>
  outcomes.some(({ _tag }) => _tag === "Broken")

/** `prove`. */
export const prove = Verb.make({
  name: "prove",
  summary:
    "run the broker contract and fault injection, or the source contract, against your own module; exit code 3 if a clause fails",
  examples: [
    ["roundlot prove ./place.ts", "its export place is an Effect of the broker, its account and symbols"],
    ["roundlot prove ./source.ts", "its export source is an Effect of the source and its test data"]
  ],
  flags: {
    json: flags.place.json,
    seed: Options.integer("seed").pipe(
      Options.withDescription("Seed of the fault injection: the same seed gives the same faults; default 1"),
      Options.withDefault(1)
    ),
    file: Args.text({ name: "FILE" }).pipe(Args.withDescription("A module that exports place or source"))
  },
  run: ({ file, seed }) =>
    Effect.gen(function* () {
      const source = yield* ConfigModule.exportOf(file, "source")
      yield* source === undefined
        ? proveBroker(file, yield* ConfigModule.exportOf(file, "place"), seed)
        : proveSource(file, source)
    })
})
