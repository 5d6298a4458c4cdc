import { Sources, type AccountName, type TradeSource } from "@roundlot/core"
import { Deferred, Effect, Schedule, type Scope, Stream } from "effect"
import type { Writing } from "../App.ts"
import { unknownWord, type UsageError } from "../cli/UsageError.ts"
import { policyOf } from "../settings/Configuration.ts"
import { failureOf, running, type Followed, type OwnPartFailed, type OwnSource } from "../settings/OwnParts.ts"
import type { Settings } from "../settings/Settings.ts"
import { supervised } from "./supervised.ts"

/** A stream that ended is asked again, for what came since. */
const ASKED_AGAIN = "5 seconds"

/** The trades are the source's own, whatever they say themselves: no source writes under another one's identities (A1). */
const under = (name: string, { trades, cursor }: TradeSource.Delivery): TradeSource.Delivery => ({
  cursor,
  trades: trades.map((trade) => ({ ...trade, source: name }))
})

const sourceOf = (
  name: string,
  followed: Followed,
  settings: Settings
): TradeSource.TradeSourceService<OwnPartFailed> => ({
  ...followed,
  name,
  policy: policyOf(settings.configuration, name),
  deliveries: (cursor) =>
    Stream.suspend(() => followed.deliveries(cursor)).pipe(
      Stream.catchAllCause((cause) => Stream.fail(failureOf(`source ${name}`, cause))),
      Stream.map((delivery) => under(name, delivery))
    )
})

/** Follows a source until its stream ends, again and again; the effect that it gives ends when its stream has first ended, or failed. */
const follow = (name: string, account: AccountName.AccountName, open: OwnSource, settings: Settings) =>
  Effect.gen(function* () {
    const caughtUp = yield* Deferred.make<void, OwnPartFailed>()
    const once = Effect.flatMap(running(`source ${name}`, settings)(open), (followed) =>
      Sources.follow(account, sourceOf(name, followed, settings))
    )
    const named = { name: `source ${name}`, part: `source ${name} of ${account}` }
    const again = supervised(named, once, (failure) => Deferred.fail(caughtUp, failure)).pipe(
      Effect.zipRight(Deferred.succeed(caughtUp, undefined)),
      Effect.repeat(Schedule.spaced(ASKED_AGAIN))
    )
    yield* Effect.forkScoped(again)
    return Deferred.await(caughtUp)
  })

/**
 * Follows the sources that a configuration brings, into the accounts that are driven here. The effect that it gives ends when each has
 * delivered what it had: a source that stays connected never has.
 */
export const followSources = (
  accounts: ReadonlyArray<AccountName.AccountName>,
  settings: Settings
): Effect.Effect<Effect.Effect<void, OwnPartFailed>, UsageError, Scope.Scope | Writing> =>
  Effect.gen(function* () {
    const { own, sources } = settings.configuration
    const each = yield* Effect.forEach(own.sources, ([name, open]) => {
      const wanted = sources.get(name)?.account
      return wanted !== undefined && accounts.includes(wanted)
        ? follow(name, wanted, open, settings)
        : Effect.fail(unknownWord(`sources.${name}.account:`, wanted ?? "", accounts))
    })
    return Effect.all(each, { concurrency: "unbounded", discard: true })
  })
