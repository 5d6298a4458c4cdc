import * as Options from "@effect/cli/Options"
import * as FileSystem from "@effect/platform/FileSystem"
import { Account, Clock, Instant, Reads } from "@roundlot/core"
import { TradeRepository } from "@roundlot/core/adapter"
import { Break, decode, TokenRegister, TradingState } from "@roundlot/core/ledger"
import { Exchange } from "@roundlot/broker-paper"
import { examine } from "@roundlot/store-sqlite"
import { Effect, Option } from "effect"
import { statfs } from "node:fs/promises"
import { dirname } from "node:path"
import { DaemonFile, OperatorToken } from "@roundlot/http/access"
import { Finding, Output, Verb, flags } from "@roundlot/cli"
import { Configuration, StorePlace } from "@roundlot/daemon/configuration"
import { isStoreThere, layerExchange, layerStore } from "../App.ts"
import { settle, type Flags, type Settings } from "../settings/Settings.ts"
import type * as provider from "./provider.ts"

const { failed, ill, well } = Finding

const exists = (file: string) =>
  Effect.flatMap(FileSystem.FileSystem, (fs) => Effect.orElseSucceed(fs.exists(file), () => true))

const ENOUGH_BYTES = 200 * 1024 * 1024

const disk = (storeFile: string) =>
  Effect.gen(function* () {
    const folder = (yield* exists(dirname(storeFile))) ? dirname(storeFile) : "."
    const { bavail, bsize } = yield* Effect.tryPromise(() => statfs(folder))
    const found = `${Math.floor((bavail * bsize) / 1024 / 1024)} MB free in ${folder}`
    return [
      bavail * bsize < ENOUGH_BYTES
        ? ill("disk", found, "Free disk space: a full disk stops all commits")
        : well("disk", found)
    ]
  }).pipe(
    Effect.catchAll(() =>
      Effect.succeed([ill("disk", "the free space cannot be read", "Check the folder of the store")])
    )
  )

const MOST_AHEAD_MS = 1_000

/** The journal never goes back in time: a clock behind its head was set back. */
const clock = Effect.gen(function* () {
  const now = yield* (yield* Clock.Clock).now
  const repository = yield* TradeRepository.TradeRepository
  const heads = yield* repository.heads
  let newest = Instant.make(0n)
  for (const [account, { seq }] of heads) {
    const [entry] = yield* repository.entries({ account, afterSeq: seq - 1, entity: undefined, limit: 1 })
    if (entry !== undefined) newest = Instant.later(newest, decode.timeOf(entry))
  }
  const aheadMs = Instant.millisBetween(now, newest)
  const found = `it is ${Instant.format(now)}, the journal ends at ${newest === 0n ? "its beginning" : Instant.format(newest)}`
  return aheadMs > MOST_AHEAD_MS ? ill("clock", found, "The clock was set back: correct it") : well("clock", found)
})

/** Who may call: the table of tokens against the journal. Where they differ the API answers no call. */
const callers = TokenRegister.agreed.pipe(
  Effect.map((tokens) => [
    tokens.length === 0
      ? well("callers", "no API token yet: the first 'roundlot start' that serves the API creates one")
      : well("callers", `${tokens.length === 1 ? "1 token agrees" : `${tokens.length} tokens agree`} with the journal`)
  ]),
  Effect.catchTag("TokensDisagree", failed("callers"))
)

/** Does the operator's token stand where its owner alone reads it? */
const operatorToken = ({ tokenFile }: Settings) =>
  OperatorToken.read(tokenFile).pipe(
    Effect.map((secret) => (Option.isNone(secret) ? [] : [well("token", `${tokenFile} is private to its owner`)])),
    Effect.catchAll(failed("token"))
  )

/** The accounts whose brokers nobody here brings. */
const undriven = (accounts: ReadonlyArray<Account.Account>, { configuration }: Settings) => {
  const known = Configuration.brokersOf(configuration)
  return accounts
    .filter(({ broker }) => !known.includes(broker))
    .map(({ broker, name }) =>
      ill(
        "broker",
        `account ${name} uses broker ${broker}, which is not configured`,
        "Name the configuration of that broker with --config"
      )
    )
}

/** What is to be said of the provider by which a team signs in, where one is configured. */
const ofTeam = <R>(
  { configuration }: Settings,
  look: (module: typeof provider) => Effect.Effect<ReadonlyArray<Finding.Finding>, never, R>
) =>
  configuration.oidc === undefined
    ? Effect.succeed([])
    : Effect.flatMap(
        Effect.promise(() => import("./provider.ts")),
        look
      )

const inside = (settings: Settings) =>
  Effect.gen(function* () {
    const accounts = yield* Reads.all(Account.AccountTable)
    const open = yield* Reads.all(Break.BreakTable, { where: [{ column: "closedAt", in: [null] }] })
    const names = accounts.map(({ name }) => name).join(", ")
    return [
      accounts.length === 0
        ? ill("accounts", "no accounts yet", "Create one with 'roundlot accounts add' or 'roundlot start'")
        : well("accounts", names),
      ...undriven(accounts, settings),
      ...(yield* ofTeam(settings, ({ unknownAccounts }) => Effect.succeed(unknownAccounts(accounts, settings)))),
      yield* clock,
      yield* halted,
      ...(yield* callers),
      open.length === 0
        ? well("breaks", "none is open")
        : ill("breaks", `${open.length} open`, "See 'roundlot breaks list --status open'")
    ]
  })

const driven = ({ daemonFile }: Settings) =>
  Effect.gen(function* () {
    const { leases } = yield* TradeRepository.TradeRepository
    const live = (yield* leases.held).filter(({ isLive }) => isLive)
    if (live.length === 0) return [well("daemon", "no process runs the accounts; start one with 'roundlot start'")]
    const served = Option.filter(yield* DaemonFile.read(daemonFile), ({ host, pid }) =>
      live.some((lease) => lease.host === host && lease.pid === pid)
    )
    return [
      ...live.map(({ account, host, pid }) => well("daemon", `process ${pid} on ${host} runs account ${account}`)),
      ...Option.match(served, { onNone: () => [], onSome: (each) => [locked(each)] })
    ]
  })

/** Does the daemon that runs ask for tokens? */
const locked = ({ open, pid, url }: DaemonFile.Served) =>
  open
    ? ill(
        "access",
        `process ${pid} serves ${url} with --open: every process and user of this host may operate`,
        "Start it without --open"
      )
    : well("access", `process ${pid} serves ${url} and requires tokens`)

const megabytes = (bytes: number): string => `${(bytes / 1024 / 1024).toFixed(1)} MB`

/** The file itself: is it sound, whose is it, how large? */
const fileOf = (storeFile: string) =>
  Effect.map(examine.examine(storeFile), ({ bytes, faults, isOpenToOthers, walBytes }) => [
    faults.length === 0
      ? well("integrity", `every page is sound; ${megabytes(bytes)}, and ${megabytes(walBytes)} in its log`)
      : ill("integrity", faults.join("; "), "Stop the daemon, keep the file, and restore the store from a backup"),
    isOpenToOthers
      ? ill("rights", "other users may read or write it", `chmod 600 ${storeFile}`)
      : well("rights", "private to its user")
  ])

/** What was halted, and by whom: nobody should look for another reason why nothing is sent. */
const halted = Effect.gen(function* () {
  const controls = yield* Reads.all(TradingState.ControlTable)
  const stopped = controls.filter(({ state }) => state !== "normal")
  const told = stopped.map(({ account, actor, reason, state, symbol }) => {
    const scope = [account, symbol].filter((part) => part !== "").join("/") || "everything"
    return `${scope} is ${state} by ${actor} (${reason})`
  })
  return told.length === 0
    ? well("trading", "nothing is halted")
    : ill("trading", told.join("; "), "Resume trading with 'roundlot resume'")
})

const store = (settings: Settings) =>
  Effect.gen(function* () {
    const place = StorePlace.shown(settings.store)
    if (!(yield* isStoreThere(settings.store)))
      return [ill("store", `no store at ${place}`, "Create it with 'roundlot start', or name another with --store")]
    const file = settings.store._tag === "Sqlite" ? yield* fileOf(settings.store.file) : []
    if (file.some(({ check, ok }) => check === "integrity" && !ok)) return file
    const findings = yield* Effect.all([
      Effect.succeed(file),
      inside(settings),
      operatorToken(settings),
      driven(settings)
    ]).pipe(Effect.provide(layerStore(settings)))
    return [well("store", `${place} opens; its tables have this version`), ...findings.flat()]
  }).pipe(Effect.catchAll(failed("store")))

const broker = ({ paperFile }: Settings) =>
  Effect.gen(function* () {
    if (!(yield* exists(paperFile))) return [well("broker", "the paper exchange is created on first use")]
    const orders = yield* Effect.flatMap(Exchange.Exchange, (exchange) => exchange.orders).pipe(
      Effect.provide(layerExchange({ file: paperFile }))
    )
    return [well("broker", `the paper exchange ${paperFile} answers; it has ${orders.length} orders`)]
  }).pipe(Effect.catchAll(failed("broker")))

interface DoctorFlags extends Flags {
  readonly deploy: boolean
  readonly backups: Option.Option<string>
}

const deployed = ({ backups, ...asked }: DoctorFlags, settings: Settings) =>
  asked.deploy
    ? Effect.flatMap(
        Effect.promise(() => import("./deployment.ts")),
        ({ deployment }) => deployment(asked, settings, backups)
      )
    : Effect.succeed([])

const look = (asked: DoctorFlags) =>
  settle(asked).pipe(
    Effect.flatMap((settings) =>
      Effect.all([
        Effect.succeed([well("settings", `store ${StorePlace.shown(settings.store)}`)]),
        settings.store._tag === "Sqlite" ? disk(settings.store.file) : Effect.succeed([]),
        store(settings),
        broker(settings),
        ofTeam(settings, ({ reachable }) => reachable(settings)),
        deployed(asked, settings)
      ])
    ),
    Effect.map((parts) => parts.flat()),
    Effect.catchAll(failed("settings"))
  )

/** `doctor`. */
export const doctor = Verb.make({
  name: "doctor",
  summary: "diagnose configuration, connectivity and data, and suggest fixes; exit code 3 on problems",
  examples: [
    ["roundlot doctor --store sqlite:books.db", "settings, disk, store, clock, daemon, broker"],
    ["roundlot doctor --deploy --backups backups/", "plus the deployment checklist"]
  ],
  flags: {
    ...flags.place,
    deploy: Options.boolean("deploy").pipe(
      Options.withDescription("Also check the deployment checklist, with rehearsals on temporary copies")
    ),
    backups: Options.text("backups").pipe(
      Options.withDescription("Folder of backups; default 'backups' beside the store"),
      Options.optional
    )
  },
  run: (asked) =>
    Effect.gen(function* () {
      const { answer, look: noteLook } = yield* Output.Output
      const checks = yield* look(asked)
      const isWell = checks.every(({ ok }) => ok)
      if (!isWell) yield* noteLook
      const lines = checks.map(
        ({ check, found, ok, remedy }) =>
          `${ok ? "ok  " : "WARN"}  ${check.padEnd(9)} ${found}${remedy === null ? "" : `. ${remedy}`}`
      )
      yield* answer({ ok: isWell, checks }, lines.join("\n"))
    })
})
