import * as Args from "@effect/cli/Args"
import * as Options from "@effect/cli/Options"
import { BrokerContract, BrokerStorm } from "@roundlot/core/testing"
import { Effect, type Scope } from "effect"
import * as flags from "../cli/flags.ts"
import { Output } from "../cli/Output.ts"
import * as Verb from "../cli/Verb.ts"
import { exportOf } from "../settings/ConfigModule.ts"
import { failureOf } from "../settings/OwnParts.ts"
import { SettingsError } from "../settings/SettingsError.ts"

const isPlace = (value: unknown): value is BrokerContract.Place =>
  typeof value === "object" &&
  value !== null &&
  ["broker", "account", "symbol", "unknownSymbol"].every((name) => name in value)

const isOpening = (value: unknown): value is Effect.Effect<unknown, unknown, Scope.Scope> => Effect.isEffect(value)

/** The places of a module: a broker at an exchange of its own, made anew for each clause. */
const placesOf = (file: string) =>
  Effect.gen(function* () {
    const opening = yield* exportOf(file, "place")
    const wrong = (problem: string) =>
      new SettingsError({
        place: file,
        problem,
        remedy: "Write export const place, an Effect of a BrokerContract.Place"
      })
    if (!isOpening(opening)) return yield* wrong("does not export an Effect as place")
    return opening.pipe(
      Effect.catchAllCause((cause) => Effect.fail(failureOf("place", cause))),
      Effect.filterOrFail(isPlace, () => wrong("exports an Effect as place, and what it gives is none"))
    )
  })

/** `prove`. */
export const prove = Verb.make({
  name: "prove",
  summary:
    "run the contract of brokers and a storm against one of your own, and print what it keeps; exit code 3 where it breaks a clause",
  examples: [["roundlot prove ./place.ts", "its export place is an Effect of the broker, its account and symbols"]],
  flags: {
    json: flags.place.json,
    seed: Options.integer("seed").pipe(
      Options.withDescription("The storm that blows after the clauses: the same seed deals the same faults; default 1"),
      Options.withDefault(1)
    ),
    file: Args.text({ name: "FILE" }).pipe(Args.withDescription("A module that exports a place, under that name"))
  },
  run: ({ file, seed }) =>
    Effect.gen(function* () {
      const { answer, look } = yield* Output
      const places = yield* placesOf(file)
      const outcomes = yield* BrokerContract.prove(places)
      const storm = yield* BrokerStorm.weather(places, { seed })
      if (storm.findings.length > 0 || outcomes.some(({ _tag }) => _tag === "Broken")) yield* look
      yield* answer({ outcomes, storm }, `${BrokerContract.summary(outcomes)}\n${BrokerStorm.summary(storm)}`)
    })
})
