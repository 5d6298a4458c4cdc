import { IbkrBroker } from "@roundlot/broker-ibkr"
import { Simulator } from "@roundlot/broker-ibkr/simulator"
import { Account, AccountName, Broker, Commands, Fill, MemoryRepository, Order, Reads, Roundlot } from "@roundlot/core"
import { TradeRepository } from "@roundlot/core/adapter"
import { Driving, HeldAtBroker, Jobs, Ledger, StartGate } from "@roundlot/core/ledger"
import { Effect, Layer, Ref } from "effect"
import { describe, expect, it } from "vitest"
import { jobTypes } from "@roundlot/commands"
import { reconciling, syncing } from "@roundlot/daemon"
import { connectAt } from "../../src/start/syncConnection.ts"
import { bare } from "../settings/bare.ts"

const name = AccountName.AccountName.make("paper")
const types = [syncing.tradesSync, syncing.positionsSync, jobTypes.reconcileType]

/** What a job of this type comes to where it is taken up now. */
const performed = (type: string, payload: unknown) =>
  Effect.gen(function* () {
    const { job } = yield* (yield* Jobs.Jobs).enqueue({ type, payload })
    const handler = [...syncing.syncingHandlers(connectAt(bare)), ...reconciling.reconcilingHandlers].find(
      (each) => each.type === type
    )
    const context = { job, progress: () => Effect.void }
    return yield* handler?.run(payload, context) ?? Effect.dieMessage(`nobody does ${type}`)
  })

/** How many orders, fills and holdings are on record. */
const recorded = Effect.map(
  Effect.all([Reads.all(Order.OrderTable), Reads.all(Fill.FillTable), Reads.all(HeldAtBroker.HoldingTable)]),
  (tables) => tables.map(({ length }) => length)
)

/** A login with five KO that a person bought. */
const login = (number: string) =>
  Effect.gen(function* () {
    const { exchange, host, port } = yield* Simulator.make({ number })
    const broker = yield* IbkrBroker.make({ account: name, address: { host, port, clientId: 7 } })
    const manualOrder = { account: Simulator.ACCOUNT, symbol: "KO", side: "buy", quantity: "5" } as const
    yield* exchange.instruct({ id: "m", do: { manualOrder } })
    return broker
  })

/** Books in memory that this process drives, at whichever broker is there. */
const booksAt = (there: Ref.Ref<Broker.BrokerService>) =>
  Layer.effectDiscard(
    Effect.gen(function* () {
      yield* (yield* Commands.Commands).setAccount(name, { ...Account.defaultSettings, broker: "ibkr" }, "test")
      const { leases } = yield* TradeRepository.TradeRepository
      const token = yield* (yield* leases.open(Driving.unnamed)).take(name)
      yield* (yield* Ledger.Ledger).leases.hold(name, { token, provenMs: Number.POSITIVE_INFINITY })
    })
  ).pipe(
    Layer.provideMerge(Jobs.layer(types)),
    Layer.provideMerge(
      Layer.provideMerge(
        Roundlot.layerOn(MemoryRepository.layerMemory),
        Layer.succeed(Broker.Brokers, { get: () => Ref.get(there) })
      )
    )
  )

describe("jobs of a daemon whose gate has not opened", () => {
  it("SYNC-9: read nothing of a login that is not the account's own: each fails for good, and nothing is on record", () =>
    Effect.runPromise(
      Effect.scoped(
        Effect.gen(function* () {
          const [own, other] = yield* Effect.all([login("DU1234567"), login("DU7654321")])
          const there = yield* Ref.make(own)
          yield* Effect.gen(function* () {
            yield* StartGate.prove(name)
            yield* Ref.set(there, other)
            const asked = [
              [syncing.tradesSync.name, {}],
              [syncing.positionsSync.name, {}],
              [jobTypes.reconcileType.name, { account: name }]
            ] as const
            for (const [type, payload] of asked)
              expect(yield* Effect.flip(performed(type, payload))).toMatchObject({
                detail: expect.stringContaining("account paper is pinned to ibkr account ******567"),
                final: true
              })
            expect(yield* recorded).toEqual([0, 0, 0])
            yield* Ref.set(there, own)
            yield* performed(syncing.tradesSync.name, {})
            expect(yield* recorded).toEqual([1, 1, 0])
          }).pipe(Effect.provide(booksAt(there)))
        })
      )
    ))
})
