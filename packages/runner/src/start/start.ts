import { type Account, type AccountName, Daemon, Decimal, Position, Reads, Trade } from "@roundlot/core"
import { type Driving, PositionAnswer, type Tracking } from "@roundlot/core/ledger"
import { TradeFile, TradeImport } from "@roundlot/imports"
import { Effect, Fiber, Layer, Logger, LogLevel, Option, Ref, Schedule, Stream } from "effect"
import { relative } from "node:path"
import { accountNames, leases, namedSources } from "@roundlot/commands"
import { unknownWord, UsageError } from "@roundlot/commands/errors"
import { Place, serving, SignInLinks, listening } from "@roundlot/http"
import {
  AnchorFile,
  checkpointFiles,
  Collector,
  queue,
  traces,
  working,
  environment,
  leaseTurns,
  ReaderProcess,
  following,
  supervised,
  threadLag
} from "@roundlot/daemon"
import { Output, Table, Verb, story } from "@roundlot/cli"
import { Configuration, StorePlace, configuredAccounts, polling } from "@roundlot/daemon/configuration"
import { remaining, text } from "@roundlot/queries"
import { OwnProgram, READER } from "../cli/ownProgram.ts"
import { layerBooks, layerExchange, type ExchangeOptions } from "../App.ts"
import { settle, type Flags, type Settings } from "../settings/Settings.ts"
import { layerBrokers, withoutStreams } from "./brokers.ts"
import { exchangeOptions, runScript, type PaperFlags } from "./exchangeOptions.ts"
import { listingsOf } from "./listings.ts"
import { servedWith, workingWith } from "./served.ts"
import { announce, ensureToken } from "./announce.ts"
import { unsupportedOrders } from "./unsupportedOrders.ts"
import { openingOf } from "./sources/followedWays.ts"

const logLevels = {
  debug: LogLevel.Debug,
  info: LogLevel.Info,
  warning: LogLevel.Warning,
  error: LogLevel.Error
} as const

/** What `start` can be told. */
export interface StartFlags extends Flags, listening.ListenFlags, PaperFlags, polling.PollingFlags {
  readonly account: Option.Option<string>
  readonly broker: Option.Option<string>
  readonly noStream: boolean
  readonly open: boolean
  readonly untilIdle: boolean
  readonly logLevel: keyof typeof logLevels
  readonly port: Option.Option<number>
  readonly standby: boolean
  readonly tape: Option.Option<string>
}

/** The source under which a tape's trades stand. */
const TAPE = "tape"

/** Where a demonstration is served when no port is named. */
const TAPE_PORT = 8080

const TOGETHER = 40
const PACE = "40 millis"

/** Is the store still only the tape's own? Nobody's own trades are mixed with a demonstration. */
const mayPlay = Effect.gen(function* () {
  const first = yield* Reads.first(Trade.TradeTable, {})
  const last = yield* Reads.first(Trade.TradeTable, { descending: true })
  return [first, last].every((trade) => trade === undefined || trade.source === TAPE)
})

const progress = (counts: TradeImport.Counts, orders: number, fills: number): string =>
  `  ${TradeImport.total(counts)} trades in, ${orders} orders, ${fills} fills`

/** Plays the tape into an account, telling of the first trades in full. */
const play = (
  file: string,
  account: AccountName.AccountName,
  settings: Settings,
  counts: Ref.Ref<TradeImport.Counts>
) =>
  Effect.gen(function* () {
    const { line } = yield* Output.Output
    const policy = namedSources.filePolicyOf(settings.configuration, TAPE)
    const show = (step: TradeImport.Step) =>
      Effect.gen(function* () {
        const shown = (yield* Ref.getAndSet(counts, step.counts)).accepted
        for (const text of story.tradeLines(step, shown)) yield* line(text)
        for (const row of step.bad) yield* line(`  rejected  line ${row.line}: ${TradeImport.complaint(row)}`)
      })
    const rows = TradeFile.readTrades(file, { source: TAPE, terms: "refused" })
    const steps = TradeImport.takeIn(rows, { account, policy, file }, TOGETHER)
    // Slow enough to be watched: a file that is imported goes as fast as the ledger takes it.
    yield* Stream.runForEach(steps, (step) => Effect.zipRight(show(step), Effect.sleep(PACE)))
  })

/** Plays the tape and tells how trades become orders and fills, a line a second. */
const demonstrate = (file: string, account: AccountName.AccountName, settings: Settings) =>
  Effect.gen(function* () {
    const { line } = yield* Output.Output
    if (!(yield* mayPlay)) {
      yield* line(`The store already has trades: ${file} is not played.`)
      return undefined
    }
    yield* line(`Playing ${file} into account ${account}: fractional trades in, whole lots out.`)
    const counts = yield* Ref.make(TradeImport.none)
    const watch = yield* story.watcher
    yield* watch.begin
    const tell = Effect.gen(function* () {
      const seen = yield* watch.catchUp
      for (const text of yield* watch.firstOrders) yield* line(text)
      yield* line(progress(yield* Ref.get(counts), seen.orders, seen.fills))
    })
    const telling = yield* Effect.forkScoped(
      Effect.repeat(Effect.delay(tell, "500 millis"), Schedule.spaced("1 second"))
    )
    yield* play(file, account, settings, counts)
    const left = yield* remaining.untilIdle
    yield* Fiber.interrupt(telling)
    yield* tell
    return { counts: yield* Ref.get(counts), left }
  })

const positionTable = Effect.map(Reads.all(Position.PositionTable), (positions) =>
  Table.format(
    ["account", "symbol", "exposure", "target", "hedged", "in flight", "residual", "next order"],
    positions.map((position) => [
      position.account,
      position.symbol,
      ...[position.exposure, position.target, position.hedged, position.inFlight, position.residual].map(
        Decimal.format
      ),
      PositionAnswer.answerWords(position.answer)
    ])
  )
)

const countsLine = (counts: TradeImport.Counts): string =>
  `${counts.accepted} accepted, ${text.counted(counts.duplicates, "duplicate")}, ${text.counted(counts.conflicts, "conflict")}, ${counts.quarantined} quarantined, ${counts.rejected} rejected`

/** The store as it is named on the command line from here. */
const addressOf = ({ store }: Settings): string => {
  if (store._tag !== "Sqlite") return StorePlace.shown(store)
  const path = relative(process.cwd(), store.file)
  return `sqlite:${path.startsWith("..") ? store.file : path}`
}

const shownName = (settings: Settings): string => addressOf(settings).replace(/^sqlite:/, "")

const whereToLook = (settings: Settings): string => {
  const address = addressOf(settings)
  const store = address === StorePlace.DEFAULT_STORE ? "" : ` --store ${address}`
  return [
    "Next steps:",
    `  npx roundlot positions show AAPL${store}   the next order, or why there is none`,
    `  npx roundlot orders list --limit 5${store}   what was sent`,
    `  npx roundlot trades show T1${store}   one trade: its allocations, orders and fills`,
    `  npx roundlot audit${store}   proves the books from the journal`
  ].join("\n")
}

const brokerNames = (accounts: ReadonlyArray<Account.Account>): string => {
  const names = [...new Set(accounts.map(({ broker }) => broker))]
  return `${names.join(" and ")} ${names.length === 1 ? "broker" : "brokers"}`
}

/** Instructions are for the paper exchange; a simulator takes its own. */
const scriptIn = (flags: StartFlags, accounts: ReadonlyArray<Account.Account>, exchange: ExchangeOptions) =>
  Effect.gen(function* () {
    if (Option.isNone(flags.script)) return
    if (!accounts.some(({ broker }) => broker === "paper")) {
      const problem = "--script is for the paper exchange, and no account uses it"
      return yield* new UsageError({ problem, remedy: "Give the script to the simulator: 'roundlot simulate'" })
    }
    yield* Effect.provide(runScript(flags.script), layerExchange(exchange))
  })

/** Opens the accounts, and drives them to their brokers. */
const drive = (
  flags: StartFlags,
  settings: Settings,
  options: Tracking.PollingOptions,
  exchange: ExchangeOptions,
  served: Asked
) =>
  Effect.gen(function* () {
    const driving = yield* leases.open
    const take = flags.standby ? leaseTurns.takeInTurn((yield* Output.Output).note) : leaseTurns.takeNow
    yield* take(driving, yield* accountNames.names)
    const configured = [...settings.configuration.accounts].map(([name, each]) => ({ ...each, name }))
    yield* environment.refuseLive(configured)
    const accounts = yield* configuredAccounts.openedForDriving(
      { configuration: settings.configuration, unsupportedOrders },
      flags.account,
      flags.broker
    )
    yield* take(
      driving,
      accounts.map(({ name }) => name)
    )
    yield* environment.refuseLive(accounts)
    yield* scriptIn(flags, accounts, exchange)
    const brokers = layerBrokers(accounts, settings, exchange)
    return yield* driveTo(flags, settings, options, accounts, driving, served).pipe(
      Effect.provide(flags.noStream ? Layer.provide(withoutStreams, brokers) : brokers)
    )
  }).pipe(Effect.scoped)

/** Where a daemon is asked to serve; nowhere without a port. */
interface Asked {
  readonly port: Option.Option<number>
  readonly at: Place.Place
}

/** The process of this program that does long reads; none where it runs within another program. */
const readerOf = (settings: Settings) =>
  Effect.flatMap(OwnProgram, (program) =>
    ReaderProcess.make({ ...settings, version: Verb.VERSION }, program.length === 0 ? [] : [...program, READER])
  )

type Reader = ReaderProcess.ReaderProcess | undefined

/** Serves a port. A demonstration for which none was named is shown wherever there is room. */
const servedAt = ({ at, port: asked }: Asked, isOpen: boolean, settings: Settings, reader: Reader) => {
  const onPort = (port: number) => serving.serve({ port, isOpen, at }, servedWith(settings, reader?.reads))
  return Option.match(asked, {
    onSome: onPort,
    onNone: () => Effect.catchTag(onPort(TAPE_PORT), "CannotServe", () => onPort(0))
  })
}

/** Serves what is to be served, if anything, and says where and to whom. */
const served = (asked: Asked, { open: isOpen, tape }: StartFlags, settings: Settings, reader: Reader) =>
  Effect.gen(function* () {
    if (Option.isNone(asked.port) && Option.isNone(tape)) return
    const made = isOpen ? Option.none() : yield* ensureToken(settings)
    const port = yield* servedAt(asked, isOpen, settings, reader)
    yield* announce(settings, { isOpen, made, url: Place.urlOf(asked.at, port) })
  }).pipe(Effect.provide(SignInLinks.layer))

/** Of an account that is not in the books a webhook would never hear anything. */
const expectListened = ({ configuration }: Settings) =>
  Effect.gen(function* () {
    const known: ReadonlyArray<string> = yield* accountNames.names
    for (const [name, { account }] of configuration.webhooks) {
      if (account !== undefined && !known.includes(account))
        return yield* unknownWord(`webhooks.${name}.account:`, account, known)
    }
  })

/** Accounts whose broker nobody here brings are not driven: who reads the first lines knows it. */
const tellUndriven = (accounts: ReadonlyArray<Account.Account>, { configuration }: Settings) =>
  Effect.gen(function* () {
    const output = yield* Output.Output
    const known = Configuration.brokersOf(configuration)
    for (const { broker, name } of accounts) {
      if (known.includes(broker)) continue
      yield* output.look
      yield* output.note(
        `Account ${name} is not running: its broker ${broker} is not configured. Start with its configuration (--config).`
      )
    }
  })

/** Drives a store once its layers are up; what still runs when it ends, a send on its way too, ends before they close. */
const driveTo = (
  flags: StartFlags,
  settings: Settings,
  options: Tracking.PollingOptions,
  opened: ReadonlyArray<Account.Account>,
  driving: Driving.Driving,
  asked: Asked
) =>
  Effect.gen(function* () {
    const output = yield* Output.Output
    const accounts = opened.map(({ name }) => name)
    const sources = yield* following.sourcesFor(accounts, settings, (name, entry) => openingOf(name, entry, settings))
    yield* expectListened(settings)
    yield* tellUndriven(opened, settings)
    // Ends after all that follows: the last anchor is of the last commit.
    yield* AnchorFile.keep(settings)
    yield* traces.exportTraces(settings)
    const reader = yield* readerOf(settings)
    yield* served(asked, flags, settings, reader)
    const daemon = yield* Effect.forkScoped(Daemon.drive(driving, options))
    yield* Effect.forkScoped(threadLag.watchThread())
    yield* Effect.forkScoped(Effect.provide(working.work(workingWith(settings, reader?.audit)), queue.layerJobs))
    yield* following.watchSenders(settings)
    const caughtUp = yield* following.followSources(sources, settings)
    yield* supervised.runApps(settings)
    const seconds = (performance.now() / 1000).toFixed(1)
    yield* output.line(
      `roundlot is up after ${seconds} s: store ${shownName(settings)}, ${brokerNames(opened)}, ${accounts.length === 1 ? "account" : "accounts"} ${accounts.join(", ")}.`
    )
    const named = Option.match(flags.account, {
      onNone: () => undefined,
      onSome: (name) => accounts.find((each) => each === name)
    })
    const account = named ?? accounts.find((name) => name === "paper") ?? accounts[0]
    const work = Effect.gen(function* () {
      const played =
        Option.isSome(flags.tape) && account !== undefined
          ? yield* demonstrate(flags.tape.value, account, settings)
          : undefined
      if (played !== undefined) {
        yield* output.line(
          `\n${yield* positionTable}\n\nTrades: ${countsLine(played.counts)}.\n${whereToLook(settings)}`
        )
      }
      if (flags.untilIdle) {
        const needing = yield* caughtUp
        for (const each of needing) yield* output.note(each)
        if (needing.length > 0) yield* output.look
        const left = played?.left ?? (yield* remaining.untilIdle)
        yield* Effect.provide(working.settled(workingWith(settings)), queue.layerJobs)
        return left
      }
      yield* output.line("Running. Ctrl-C shuts down after in-flight orders are answered.")
      return yield* Effect.never
    })
    return yield* Effect.raceFirst(work, Fiber.join(daemon)).pipe(
      Effect.onInterrupt(() => output.note("Shutting down: waiting for in-flight orders."))
    )
  }).pipe(Effect.scoped)

const tellLeft = (left: remaining.Remaining) =>
  Effect.gen(function* () {
    const output = yield* Output.Output
    const isLeft = remaining.isAnything(left)
    if (isLeft) yield* output.look
    const text = isLeft
      ? `Idle. Left for an operator, a session or a cool-down:\n${remaining
          .lines(left)
          .map((each) => `  ${each}`)
          .join("\n")}`
      : "Idle: no work left."
    yield* output.answer({ idle: !isLeft, ...remaining.document(left) }, text)
  })

/** `roundlot start`: drives every account of a store until it is stopped, or until idle. */
export const start = (flags: StartFlags): Verb.Doing =>
  Effect.gen(function* () {
    const output = yield* Output.Output
    const settings = yield* settle(flags)
    const port = yield* listening.portOf(flags.port, settings)
    // Before anything is driven: what cannot be served does not start to trade.
    const at = yield* listening.placeOf(flags, flags.open, settings)
    const options = yield* polling.polling(flags, settings.variable, settings.configuration)
    const listings = yield* listingsOf(settings.configuration)
    const exchange = { ...(yield* exchangeOptions(settings.paperFile, flags)), listings }
    yield* output.endsBySignal
    const left = yield* checkpointFiles
      .withCheckpoints(settings, drive(flags, settings, options, exchange, { port, at }))
      .pipe(
        Effect.provide(layerBooks(settings)),
        Logger.withMinimumLogLevel(Option.isSome(flags.tape) ? LogLevel.Error : logLevels[flags.logLevel]),
        Effect.provide(Collector.layer(settings, Verb.VERSION))
      )
    yield* tellLeft(left)
  }).pipe(Effect.scoped)
