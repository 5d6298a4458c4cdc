import type * as FileSystem from "@effect/platform/FileSystem"
import { leases } from "@roundlot/commands"
import { type AccountName, Decimal, Order, Reads, type Broker, type Side } from "@roundlot/core"
import type { Id, Lease } from "@roundlot/core/adapter"
import { Gates, StartGate, type Driving, type Ledger } from "@roundlot/core/ledger"
import { Effect, Layer, type Scope } from "effect"
import type { Environment } from "./Environment.ts"
import { type Flags, type Program, type Settings, settle, type Writing } from "./Program.ts"
import type { Output } from "./terminal/Output.ts"
import type { VerbError } from "./VerbError.ts"
import { type making, requireStore, writing } from "./within.ts"

type Sandbox = Writing | Broker.Brokers

type Around = FileSystem.FileSystem | Environment | Program | Scope.Scope

/** Does something to a copy of the store that is thrown away after it, with brokers that nobody else sees. */
export const onCopy = <A, E, R>(
  flags: Flags,
  use: (settings: Settings) => Effect.Effect<A, E, R | Sandbox>
): Effect.Effect<A, E | VerbError, Exclude<R, Sandbox> | Around> =>
  Effect.gen(function* () {
    const settings = yield* settle(flags)
    const { brokers, writing } = yield* settings.copied("new")
    return yield* Effect.provide(use(settings), Layer.merge(brokers, writing))
  })

/** Changes the store or, of a dry run, a copy of it that is thrown away: what would be refused is refused. */
export const changing = <A, E>(
  isDry: boolean,
  flags: Flags,
  use: (settings: Settings) => Effect.Effect<A, E, Writing | FileSystem.FileSystem | Output>,
  within: typeof writing | typeof making = writing
): Effect.Effect<A, E | VerbError, Exclude<Around, Scope.Scope> | Output> =>
  isDry
    ? Effect.scoped(
        onCopy(flags, (settings) =>
          Effect.zipRight(within === writing ? requireStore(settings.books) : Effect.void, use(settings))
        )
      )
    : within(flags, use)

/** Does something to copies of the store and of its paper exchange that are thrown away after it; the exchange is opened where it is asked. */
export const onCopies = <A, E, R>(
  flags: Flags,
  use: (
    settings: Settings,
    brokers: Layer.Layer<Broker.Brokers, VerbError, FileSystem.FileSystem>
  ) => Effect.Effect<A, E, R | Writing>
): Effect.Effect<A, E | VerbError, Exclude<R, Writing> | Around> =>
  Effect.gen(function* () {
    const settings = yield* settle(flags)
    const { brokers, writing } = yield* settings.copied("copy")
    return yield* Effect.provide(use(settings, brokers), writing)
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
