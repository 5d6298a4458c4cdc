import {
  Account,
  AccountName,
  Accumulator,
  Commands,
  Instant,
  Order,
  Price,
  Quantity,
  Reads,
  Roundlot,
  SourcePolicy,
  Ticker
} from "@roundlot/core"
import { guarding } from "@roundlot/commands"
import { type Lease, Need, TradeRepository } from "@roundlot/core/adapter"
import { Ledger, send, TradingState } from "@roundlot/core/ledger"
import { Deferred, Effect, Exit, Fiber, Queue, Ref, Scope, TestClock, TestContext } from "effect"
import { describe, expect, it } from "vitest"

const [one, two] = ["one", "two"].map((name) => AccountName.AccountName.make(name))

type Name = AccountName.AccountName

const AAPL = Ticker.Ticker.make("AAPL")

const present = (account: Name | undefined): Name => account ?? AccountName.AccountName.make("none")

/** A daemon takes an account, and does its work. */
const takes = (session: Lease.LeaseSession, account: Name | undefined) =>
  Effect.zipRight(session.take(present(account)), session.drives(present(account)))

type Services = Roundlot.Services | Roundlot.Foundations

/** An order of an account is on its way to its broker: it is in doubt once another session takes the account. */
const sends = (session: Lease.LeaseSession, account: Name | undefined) =>
  Effect.gen(function* () {
    const name = present(account)
    const ledger = yield* Ledger.Ledger
    const commands = yield* Commands.Commands
    const accumulator = yield* Accumulator.Accumulator
    yield* ledger.leases.hold(name, { token: yield* session.take(name), provenMs: Number.POSITIVE_INFINITY })
    const command = { _tag: "DeclareInstrument", symbol: AAPL, lot: undefined, tick: undefined } as const
    yield* commands.perform({ id: "i", account: name, actor: "test", reason: "test", command })
    const trade = {
      source: "test",
      sourceId: "t-1",
      occurrence: "0",
      symbol: "AAPL",
      side: "buy",
      quantity: Quantity.unsafe("1"),
      price: Price.unsafe("100"),
      tradedAt: Instant.make(1n),
      reverses: undefined
    } as const
    yield* accumulator.submit(name, trade, SourcePolicy.anyAge)
    const [order] = yield* Reads.all(Order.OrderTable)
    if (order === undefined) return yield* Effect.dieMessage("no order was made")
    const request = { contentType: "text/plain", bytes: new Uint8Array([1]) }
    yield* ledger.submit("send", {
      account: name,
      cause: { kind: "send", actor: "test" },
      needs: [Need.Need.OrderById({ id: order.id }), Need.Need.Position({ account: name, symbol: AAPL })],
      apply: (recorder) => send.planSend(recorder, order.id, () => request)
    })
    yield* ledger.leases.lose(new Map([[name, 1]]))
  })

/** Two accounts whose daemon died with their leases; the clock is the test's. */
const abandoned = <A, E>(test: Effect.Effect<A, E, Services | Scope.Scope>) =>
  Effect.gen(function* () {
    const commands = yield* Commands.Commands
    const { leases } = yield* TradeRepository.TradeRepository
    const dead = yield* Scope.make()
    const session = yield* Scope.extend(leases.open({ host: "h", pid: 1 }), dead)
    for (const name of [one, two]) {
      if (name === undefined) continue
      yield* commands.setAccount(name, Account.defaultSettings, "test", undefined)
      yield* takes(session, name)
    }
    yield* sends(session, one)
    yield* session.fails
    yield* Scope.close(dead, Exit.void)
    return yield* test
  }).pipe(
    Effect.scoped,
    Effect.provide(Roundlot.layerMemory),
    Effect.provide(TestContext.TestContext),
    Effect.runPromise
  )

const resumed = (commands: Commands.CommandsService, account: Name | undefined) =>
  commands.perform({
    id: "resume",
    account: present(account),
    actor: "ann",
    reason: "looked at",
    command: { _tag: "Resume", scope: { _tag: "WholeAccount" } }
  })

/** So many seconds a guard has to say something, by the clock of the test. */
const LONGEST_S = 600

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
        for (let second = 0; second < LONGEST_S;) {
          const said = yield* Queue.poll(news)
          if (said._tag === "Some") {
            if (said.value._tag === tag && "account" in said.value && said.value.account === account) return
            continue
          }
          second += 1
          yield* Effect.zipRight(TestClock.adjust("1 second"), Effect.yieldNow())
        }
        yield* Effect.dieMessage(`${tag} of ${account} was not said`)
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
          account === two
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
        yield* says("Ended", two)
        yield* Deferred.succeed(isOver, undefined)
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
        expect(yield* leases.held).toMatchObject([{ account: "one", isLive: false }])
        const next = yield* guarded(() => Effect.never)
        yield* next.says("Halted", one)
        yield* Fiber.interrupt(next.guard)
      })
    )
  )

  it("hears a daemon that starts in a pause and ends in order: the account is not halted again, and its orders are left", () =>
    abandoned(
      Effect.gen(function* () {
        const { leases } = yield* TradeRepository.TradeRepository
        const commands = yield* Commands.Commands
        const asked = yield* Ref.make(0)
        const { guard, says } = yield* guarded((account) =>
          account === one
            ? Effect.zipRight(
                Ref.update(asked, (count) => count + 1),
                Effect.fail({ message: "it is away" })
              )
            : Effect.void
        )
        yield* says("Failed", one)
        yield* Effect.scoped(
          Effect.gen(function* () {
            const session = yield* leases.open({ host: "h", pid: 2 })
            yield* takes(session, one)
            yield* resumed(commands, one)
          })
        )
        const before = yield* Ref.get(asked)
        yield* says("Heard", one)
        expect([yield* Ref.get(asked), yield* leases.held]).toEqual([before, []])
        expect((yield* Reads.all(TradingState.ControlTable)).map(({ state }) => state)).toEqual(["normal", "halted"])
        yield* Fiber.interrupt(guard)
      })
    ))

  it("leaves an account that a person resumes before its orders have ended", () =>
    abandoned(
      Effect.gen(function* () {
        const { leases } = yield* TradeRepository.TradeRepository
        const commands = yield* Commands.Commands
        const { guard, says } = yield* guarded((account) =>
          account === one ? Effect.fail({ message: "it is away" }) : Effect.void
        )
        yield* says("Failed", one)
        yield* resumed(commands, one)
        yield* says("Resumed", one)
        expect(yield* leases.held).toEqual([])
        yield* Fiber.interrupt(guard)
      })
    ))

  it("finds an account whose lease somebody took and let go without the work of it", () =>
    abandoned(
      Effect.gen(function* () {
        const { leases } = yield* TradeRepository.TradeRepository
        const { says } = yield* guarded(() => Effect.void)
        yield* says("Silent", one)
        yield* Effect.scoped(
          Effect.flatMap(leases.open({ host: "h", pid: 2 }), (session) => session.take(present(one)))
        )
        yield* says("Halted", one)
        expect((yield* Reads.all(TradingState.ControlTable)).map(({ account }) => account)).toContain("one")
      })
    ))
})
