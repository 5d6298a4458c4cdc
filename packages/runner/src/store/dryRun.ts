import { leases } from "@roundlot/commands"
import * as FileSystem from "@effect/platform/FileSystem"
import { type AccountName, Decimal, Order, Reads } from "@roundlot/core"
import { type Id, TradeRepository } from "@roundlot/core/adapter"
import { Gates, StartGate } from "@roundlot/core/ledger"
import { Sqlite } from "@roundlot/sqlite"
import { Ddl } from "@roundlot/store-sql"
import { Effect, Layer, type Scope } from "effect"
import { join } from "node:path"
import type { SettingsError } from "@roundlot/commands/errors"
import { isStoreThere, layerBooks, layerPaper, notCopied, type Writing } from "../App.ts"
import type { Configuration } from "../settings/Configuration.ts"
import { type Environment, type Flags, type Settings, settle } from "../settings/Settings.ts"
import { StorePlace } from "../settings/StorePlace.ts"
import { imageInto } from "./versions.ts"
import { listingsOf } from "../start/listings.ts"
import type { Broker, Side } from "@roundlot/core"
import type { Lease } from "@roundlot/core/adapter"
import type { Driving, Ledger } from "@roundlot/core/ledger"
import type { Exchange, ExchangeFailed } from "@roundlot/broker-paper"

/** Runs a statement on a file that is there. */
const runOn = (
  file: string,
  sql: string,
  ...cells: ReadonlyArray<Sqlite.Cell>
): Effect.Effect<void, TradeRepository.StoreUnavailable> =>
  Effect.try({
    try: () => Sqlite.using(file, { mustExist: true }, (database) => void database.prepare(sql).run(...cells)),
    catch: (error) => notCopiable(file, error)
  })

const copy = (from: string, to: string): Effect.Effect<void, TradeRepository.StoreUnavailable> =>
  runOn(from, "VACUUM INTO ?", to)

/** Who drives the store drives no copy of it. */
const freed = (file: string): Effect.Effect<void, TradeRepository.StoreUnavailable> =>
  runOn(file, `UPDATE ${Ddl.nameOf("ops_leases")} SET "token" = "token" + 1, "session" = NULL`)

const notCopiable = (place: string, error: unknown) =>
  new TradeRepository.StoreUnavailable({
    place,
    problem: "io",
    detail: `it cannot be copied for the dry run (${error instanceof Error ? error.message : String(error)})`,
    remedy: "Run 'roundlot doctor'"
  })

type Sandbox = Writing | Broker.Brokers | Exchange.Exchange

type CopyFailure = SettingsError | TradeRepository.StoreError

/** A copy of the store that is thrown away with the scope. */
const copied = (flags: Flags) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const settings = yield* settle(flags)
    const folder = yield* Effect.orDie(fs.makeTempDirectoryScoped({ prefix: "roundlot-dry-run-" }))
    const file = join(folder, "copy.db")
    if (yield* isStoreThere(settings.store)) {
      yield* StorePlace.$match(settings.store, {
        Sqlite: (place) => Effect.zipRight(copy(place.file, file), freed(file)),
        Postgres: (place) => imageInto(file, place),
        Own: (own) => notCopied(own)
      })
    }
    return { folder, settings: { ...settings, store: StorePlace.Sqlite({ file }) } }
  })

/** Does something to a copy of the store that is thrown away after it, with brokers that nobody else sees. */
export const onCopy = <A, E, R>(
  flags: Flags,
  use: (configuration: Configuration) => Effect.Effect<A, E, R | Sandbox>
): Effect.Effect<
  A,
  E | CopyFailure | ExchangeFailed,
  Exclude<R, Sandbox> | FileSystem.FileSystem | Environment | Scope.Scope
> =>
  Effect.gen(function* () {
    const { folder, settings } = yield* copied(flags)
    const exchange = { file: join(folder, "paper.db"), listings: yield* listingsOf(settings.configuration) }
    return yield* use(settings.configuration).pipe(
      Effect.provide(Layer.merge(layerPaper(exchange), layerBooks(settings)))
    )
  })

/** Does something to copies of the store and of its paper exchange that are thrown away after it; the settings name both. */
export const onCopies = <A, E, R>(
  flags: Flags,
  use: (settings: Settings) => Effect.Effect<A, E, R | Writing>
): Effect.Effect<A, E | CopyFailure, Exclude<R, Writing> | FileSystem.FileSystem | Environment | Scope.Scope> =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const { folder, settings } = yield* copied(flags)
    const paperFile = join(folder, "paper.db")
    if (yield* Effect.orDie(fs.exists(settings.paperFile))) yield* copy(settings.paperFile, paperFile)
    const copies = { ...settings, paperFile }
    return yield* Effect.provide(use(copies), layerBooks(copies))
  })

/** An order that would be made. */
export interface PlannedOrder {
  readonly symbol: string
  readonly side: Side.Side
  readonly quantity: string
}

const pendingOf = (account: AccountName.AccountName) =>
  Reads.all(Order.OrderTable, {
    where: [
      { column: "status", in: ["pending"] },
      { column: "account", in: [account] }
    ]
  })

/**
 * The orders that an account would send at once, its new instruments confirmed, but for those that it was about to send `before`; on a
 * copy, where nobody else drives.
 */
export const planned = (
  account: AccountName.AccountName,
  before: ReadonlySet<Id.OrderId> = new Set()
): Effect.Effect<
  ReadonlyArray<PlannedOrder>,
  Ledger.LedgerError | Lease.LeaseHeld | Broker.NoBroker | Broker.BrokerReadFailed,
  Driving.Needed | Broker.Brokers
> =>
  Effect.gen(function* () {
    yield* Effect.scoped(
      Effect.gen(function* () {
        yield* (yield* leases.open).take(account)
        yield* StartGate.declared(account)
        yield* Gates.confirmInstruments
      })
    )
    const orders = (yield* pendingOf(account)).filter(({ id }) => !before.has(id))
    return orders.map(({ quantity, side, symbol }) => ({ symbol, side, quantity: Decimal.format(quantity) }))
  })
