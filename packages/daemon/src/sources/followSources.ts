import { Reads, Sources, type AccountName } from "@roundlot/core"
import type { TradeRepository, TradeSource } from "@roundlot/core/adapter"
import { Cursor, Health } from "@roundlot/core/ledger"
import { Deferred, Effect, Either, Schedule, type Scope, Stream } from "effect"
import { unknownWord, UsageError } from "@roundlot/commands/errors"
import { namedSources, type Services } from "@roundlot/commands"
import type { Configuration } from "../configuration/Configuration.ts"
import type { Followed } from "../configuration/OwnParts.ts"
import type { SourceEntry } from "../configuration/ConfigurationFile.ts"
import * as senders from "../configuration/sources/senders.ts"
import * as ownPart from "../ownPart.ts"
import type { Settings as Daemon } from "../Settings.ts"
import type { Opening } from "./Opening.ts"
import { supervised } from "../supervised.ts"

/** What following reads of a daemon's settings. */
interface Settings extends Pick<Daemon, "config" | "variable"> {
  readonly configuration: Pick<Configuration, "own" | "sources">
}

/** What a source failed with, as it is shown. */
export interface SourceFailed {
  readonly _tag: string
  readonly message: string
}

/** Opens a source in the way that its entry names; undefined where it names none. */
type OpeningOf = (name: string, entry: SourceEntry) => Opening | undefined

/** A stream that ended is asked again, for what came since. */
const ASKED_AGAIN = "5 seconds"

/** A source to be followed, and the account that its trades are for. */
interface Following {
  readonly name: string
  readonly account: AccountName.AccountName
  readonly open: Opening
}

const sourceOf = (
  name: string,
  followed: Followed,
  settings: Settings
): TradeSource.TradeSourceService<ownPart.OwnPartFailed> => ({
  name,
  policy: namedSources.policyOf(settings.configuration, name),
  deliveries: (cursor) =>
    Stream.suspend(() => followed.deliveries(cursor)).pipe(
      Stream.catchAllCause((cause) => Stream.fail(ownPart.failureOf(`source ${name}`, cause))),
      Stream.map((delivery) => ({ ...delivery, trades: Sources.under(name, delivery.trades) }))
    ),
  ageMs: Effect.suspend(() => followed.ageMs),
  alarmAfterMs: senders.alarmAfterMsOf(settings.configuration.sources.get(name)) ?? followed.alarmAfterMs
})

/**
 * Follows a source until its stream ends, again and again; the effect that it gives ends when its stream has first ended, or failed, or says
 * that it has caught up, with what needs a person.
 */
const follow = ({ account, name, open }: Following, settings: Settings) =>
  Effect.gen(function* () {
    const caughtUp = yield* Deferred.make<ReadonlyArray<string>, SourceFailed>()
    const once = Effect.flatMap(ownPart.running(`source ${name}`, settings)(open), (followed) =>
      Effect.zipRight(
        // Interrupted with its source it says nothing.
        Effect.forkScoped(
          Effect.flatMap(followed.caughtUp ?? Effect.never, (lines) => Deferred.succeed(caughtUp, lines))
        ),
        Sources.follow(account, sourceOf(name, followed, settings))
      )
    ).pipe(Effect.withConfigProvider(settings.config))
    const again = supervised(`source ${name} of ${account}`, once, (cause) => Deferred.failCause(caughtUp, cause)).pipe(
      Effect.zipRight(Deferred.succeed(caughtUp, [])),
      Effect.repeat(Schedule.spaced(ASKED_AGAIN))
    )
    yield* Effect.forkScoped(again)
    return Deferred.await(caughtUp)
  })

/** The sources that are followed in a way that a configuration names. */
const configured = (
  { sources }: Settings["configuration"],
  openingOf: OpeningOf
): ReadonlyArray<readonly [name: string, open: Opening]> =>
  [...sources].flatMap(([name, entry]) => {
    const open = openingOf(name, entry)
    return open === undefined ? [] : [[name, open] as const]
  })

/** The sources that a configuration brings, and those that it names, each opened by its way. They, and those that hand over their trades, are each for an account that is driven here. */
export const sourcesFor = (
  accounts: ReadonlyArray<AccountName.AccountName>,
  { configuration }: Pick<Settings, "configuration">,
  openingOf: OpeningOf
): Effect.Effect<
  ReadonlyArray<Following>,
  UsageError | TradeRepository.StoreError,
  TradeRepository.TradeRepository
> => {
  const accountOf = (name: string) => {
    const asked = configuration.sources.get(name)?.account
    const account = accounts.find((each) => each === asked)
    return account === undefined
      ? Effect.fail(unknownWord(`sources.${name}.account:`, asked ?? "", accounts))
      : Effect.as(expectUnmoved(name, account), account)
  }
  return Effect.zipRight(
    Effect.forEach(senders.sendersOf(configuration), ({ name }) => accountOf(name), { discard: true }),
    Effect.forEach([...configuration.own.sources, ...configured(configuration, openingOf)], ([name, open]) =>
      Effect.map(accountOf(name), (account) => ({ name, account, open }))
    )
  )
}

/** For another account a source would begin again: all that it gave before would be ordered once more. */
const expectUnmoved = (source: string, account: AccountName.AccountName) =>
  Effect.gen(function* () {
    const reached = yield* Reads.all(Cursor.CursorTable, { where: [{ column: "source", in: [source] }] })
    const elsewhere = reached.find((each) => each.account !== account)
    if (elsewhere === undefined || reached.some((each) => each.account === account)) return
    const before = `its trades up to ${elsewhere.cursor} are in account ${elsewhere.account}`
    return yield* new UsageError({
      problem: `sources.${source}.account is ${account}, and ${before}`,
      remedy: `Restore ${elsewhere.account}. Under another name the source starts over, and its earlier trades are ordered again`
    })
  })

/** Health says of a source from which nothing is taken, since what it signs could not be checked, and of one that is silent. */
export const watchSenders = (settings: Settings): Effect.Effect<void, never, Scope.Scope | Services> =>
  Effect.gen(function* () {
    const health = yield* Health.Health
    for (const { account, alarmAfterMs, name } of senders.sendersOf(settings.configuration)) {
      const secrets = senders.secretsOf(name, settings)
      if (Either.isLeft(secrets)) {
        yield* health.failed(`source ${name} of ${account}`, secrets.left)
        continue
      }
      yield* health.succeeded(`source ${name} of ${account}`)
      if (alarmAfterMs !== undefined) yield* Effect.forkScoped(Sources.watchPushed(account, name, alarmAfterMs))
    }
  })

/**
 * Follows sources. The effect that it gives ends when each has delivered what it had, with what needs a person: one that stays connected,
 * and does not say when it has caught up, never has.
 */
export const followSources = (
  sources: ReadonlyArray<Following>,
  settings: Settings
): Effect.Effect<Effect.Effect<ReadonlyArray<string>, SourceFailed>, never, Scope.Scope | Services> =>
  Effect.map(
    Effect.forEach(sources, (source) => follow(source, settings)),
    (each) => Effect.map(Effect.all(each, { concurrency: "unbounded" }), (lines) => lines.flat())
  )
