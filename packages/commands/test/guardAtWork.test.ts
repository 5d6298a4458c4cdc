import { Account, AccountName, Commands, Reads, Roundlot } from "@roundlot/core"
import { guarding } from "@roundlot/commands"
import { TradeRepository } from "@roundlot/core/adapter"
import { Ledger, TradingState } from "@roundlot/core/ledger"
import { Deferred, Effect, Fiber, Queue, type Scope, TestClock, TestContext } from "effect"
import { describe, expect, it } from "vitest"

const [one, two] = ["one", "two"].map((name) => AccountName.AccountName.make(name))

type Name = AccountName.AccountName

type Services = Roundlot.Services | Roundlot.Foundations

/** Two accounts whose daemon died with their leases; the clock is the test's. */
const abandoned = <A, E>(test: Effect.Effect<A, E, Services | Scope.Scope>) =>
  Effect.gen(function* () {
    const commands = yield* Commands.Commands
    const { leases } = yield* TradeRepository.TradeRepository
    const session = yield* leases.open({ host: "h", pid: 1 })
    for (const name of [one, two]) {
      if (name === undefined) continue
      yield* commands.setAccount(name, Account.defaultSettings, "test", undefined)
      yield* session.take(name)
    }
    return yield* test
  }).pipe(
    Effect.scoped,
    Effect.provide(Roundlot.layerMemory),
    Effect.provide(TestContext.TestContext),
    Effect.runPromise
  )

/** A guard of all accounts, and its news as they come; at a broker it does what is said in place of its work there. */
const guarded = (atBroker: (account: Name) => Effect.Effect<void, { readonly message: string }>) =>
  Effect.gen(function* () {
    const news = yield* Queue.unbounded<guarding.News>()
    const guard = yield* Effect.fork(
      guarding.guard({ accounts: [], afterMs: 30_000, atBroker, says: (said) => Queue.offer(news, said) })
    )
    /** Lets time pass until this is said of an account. */
    const says = (tag: guarding.News["_tag"], account: Name | undefined): Effect.Effect<void> =>
      Effect.gen(function* () {
        for (;;) {
          const said = yield* Queue.poll(news)
          if (said._tag === "None") yield* Effect.zipRight(TestClock.adjust("1 second"), Effect.yieldNow())
          else if (said.value._tag === tag && "account" in said.value && said.value.account === account) return
        }
      })
    return { guard, says }
  })

describe("a guard at work", () => {
  it("ends the work for one account without losing the lease of another", () =>
    abandoned(
      Effect.gen(function* () {
        const ledger = yield* Ledger.Ledger
        const isOver = yield* Deferred.make<void>()
        const held = yield* Deferred.make<unknown>()
        const { says } = yield* guarded((account) =>
          account === one
            ? Effect.void
            : Effect.zipRight(
                Deferred.await(isOver),
                Effect.asVoid(
                  Deferred.complete(
                    held,
                    Effect.sync(() => ledger.leases.of(account)?.token)
                  )
                )
              )
        )
        yield* says("Ended", one)
        yield* Deferred.succeed(isOver, undefined)
        yield* says("Ended", two)
        expect(yield* Deferred.await(held)).toBe(2)
        expect(yield* Reads.all(TradingState.ControlTable)).toMatchObject([
          { account: "one", state: "halted", actor: "guard" },
          { account: "two", state: "halted", actor: "guard" }
        ])
      })
    ))

  it.each([
    ["in the midst of its work", "Halted"],
    ["between two tries", "Failed"]
  ] as const)("that is ended %s leaves the account to the next guard", (_, when) =>
    abandoned(
      Effect.gen(function* () {
        const { leases } = yield* TradeRepository.TradeRepository
        const first = yield* guarded((account) =>
          when === "Halted" && account === one ? Effect.never : Effect.fail({ message: "it is away" })
        )
        yield* first.says(when, one)
        yield* Fiber.interrupt(first.guard)
        expect(yield* leases.held).toMatchObject([
          { account: "one", isLive: false },
          { account: "two", isLive: false }
        ])
        const next = yield* guarded(() => Effect.void)
        yield* next.says("Ended", one)
        expect((yield* leases.held).filter(({ account }) => account === one)).toEqual([])
        yield* Fiber.interrupt(next.guard)
      })
    )
  )
})
