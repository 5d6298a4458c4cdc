import { Effect, Either, Exit, Scope } from "effect"
import { Account, AccountName, Instant } from "@roundlot/core"
import { Lease, Need, Reference, type TradeRepository } from "@roundlot/core/adapter"
import { commands, plan } from "@roundlot/core/ledger"

/** What the clauses are tried on: an empty store, and its clock moved on. */
export interface Ground {
  readonly repository: TradeRepository.TradeRepositoryService
  /** Lets so many milliseconds pass on the clock by which the store judges leases. */
  readonly pass: (milliseconds: number) => Effect.Effect<void>
}

/** What every store must do about leases: `run` answers with what it saw, which has to equal `expected`. */
export interface Clause {
  readonly name: string
  readonly run: (ground: Ground) => Effect.Effect<unknown, unknown>
  readonly expected: unknown
}

const first: Lease.Holder = { host: "one", pid: 1 }
const second: Lease.Holder = { host: "two", pid: 2 }
/** The account that the clauses are about. */
export const account = AccountName.AccountName.make("paper")
const other = AccountName.AccountName.make("other")

/** A session with the scope that it ends with. */
const opened = ({ repository }: Ground, holder: Lease.Holder) =>
  Effect.gen(function* () {
    const scope = yield* Scope.make()
    const session = yield* Scope.extend(repository.leases.open(holder), scope)
    return { ...session, close: Scope.close(scope, Exit.void) }
  })

/** What became of an effect: its value, or the tag of its failure. */
const told = <A>(effect: Effect.Effect<A, { readonly _tag: string }>): Effect.Effect<A | string> =>
  Effect.map(
    Effect.either(effect),
    Either.match({ onLeft: ({ _tag }): A | string => _tag, onRight: (value): A | string => value })
  )

const opening: plan.Member<string> = {
  account,
  cause: { kind: "command", actor: "contract" },
  needs: [Need.Need.Account({ account })],
  apply: (recorder) => commands.setAccount(recorder, Account.defaultSettings)._tag
}

const world = {
  at: Instant.make(1_700_000_000_000_000n),
  isSessionOpen: () => true,
  nextOpening: () => undefined,
  priceOf: () => Reference.Reference.NoPrice(),
  quoteOf: () => Reference.Reference.NoPrice(),
  storeTag: "contra",
  entropy: "contract"
}

/** Opens the account under fences: `written`, or the failure's tag; and how many entries there are then. */
const write = ({ repository }: Ground, ...fences: ReadonlyArray<Lease.Fence>) =>
  Effect.gen(function* () {
    const outcome = yield* told(
      Effect.as(
        repository.write({ commitId: "contract", needs: opening.needs, fences }, (state) =>
          plan.planGroup(state, "contract", world, [opening])
        ),
        "written"
      )
    )
    const entries = yield* repository.entries({ account, afterSeq: 0, entity: undefined, limit: 10 })
    return [outcome, entries.length] as const
  })

/** The leases that are taken and not released, each with whether it is alive. */
const livesOf = ({ repository }: Ground) =>
  Effect.map(repository.leases.held, (held) => held.map((each) => `${each.account} ${each.isLive}`))

const clause = (name: string, run: (ground: Ground) => Effect.Effect<unknown, unknown>, expected: unknown): Clause => ({
  name,
  run,
  expected
})

/** The clauses. */
export const clauses: ReadonlyArray<Clause> = [
  clause(
    "a lease is one session's; who asks learns whose",
    (ground) =>
      Effect.gen(function* () {
        const one = yield* opened(ground, first)
        const two = yield* opened(ground, second)
        const tokens = [yield* one.take(account), yield* one.take(account), yield* two.take(other)]
        yield* ground.pass(2000)
        const refused = yield* Effect.flip(two.take(account))
        const { host, pid, sinceMs } =
          refused._tag === "LeaseHeld" ? refused : { host: refused.message, pid: 0, sinceMs: 0 }
        const held = (yield* ground.repository.leases.held).map((each) => `${each.account} ${each.pid} ${each.isLive}`)
        yield* one.close
        yield* two.close
        return [tokens, host, pid, sinceMs >= 2000, held]
      }),
    [[1, 1, 1], "one", 1, true, ["other 2 true", "paper 1 true"]]
  ),
  clause(
    "a released lease is free at once, and its next token is greater",
    (ground) =>
      Effect.gen(function* () {
        const one = yield* opened(ground, first)
        yield* one.take(account)
        yield* one.close
        const between = (yield* ground.repository.leases.held).length
        const two = yield* opened(ground, second)
        const token = yield* two.take(account)
        yield* two.close
        return [between, token]
      }),
    [0, 2]
  ),
  clause(
    "the leases of a session that fails while it drives are listed without life, and free at once; what it only took is released",
    (ground) =>
      Effect.gen(function* () {
        const one = yield* opened(ground, first)
        yield* one.take(account)
        yield* one.take(other)
        yield* one.drives(account)
        yield* one.fails
        const before = yield* livesOf(ground)
        yield* one.close
        const after = yield* livesOf(ground)
        const two = yield* opened(ground, { ...first, pid: 2 })
        const token = yield* two.take(account)
        yield* two.close
        return [before, after, token]
      }),
    [["other true", "paper true"], ["paper false"], 2]
  ),
  clause(
    "a lease that was found without life stays so, until a session has driven its account and ends in order",
    (ground) =>
      Effect.gen(function* () {
        const dead = yield* opened(ground, first)
        yield* dead.take(account)
        yield* dead.drives(account)
        yield* dead.fails
        yield* dead.close
        const passing = yield* opened(ground, { ...first, pid: 2 })
        yield* passing.take(account)
        yield* passing.close
        const after = yield* livesOf(ground)
        const next = yield* opened(ground, { ...first, pid: 3 })
        const token = yield* next.take(account)
        yield* next.drives(account)
        yield* next.close
        return [after, token, yield* livesOf(ground)]
      }),
    [["paper false"], 3, []]
  ),
  clause(
    "a lease was renewed when its holder last renewed it, and a look changes nothing",
    (ground) =>
      Effect.gen(function* () {
        const one = yield* opened(ground, first)
        yield* one.take(account)
        const renewedAt = Effect.map(ground.repository.leases.held, (held) => held.map((each) => each.renewedAt))
        const [taken = Instant.make(0n)] = yield* renewedAt
        yield* ground.pass(1)
        const [looked] = yield* renewedAt
        yield* ground.pass(2000)
        yield* one.renew
        const [renewed = taken] = yield* renewedAt
        yield* one.close
        return [looked !== undefined && looked <= taken, renewed > taken]
      }),
    [true, true]
  ),
  clause(
    "a lease that is renewed stands, however long",
    (ground) =>
      Effect.gen(function* () {
        const one = yield* opened(ground, first)
        const two = yield* opened(ground, second)
        yield* one.take(account)
        for (let i = 0; i < 3; i++) {
          yield* ground.pass(ground.repository.leases.durationMs * 0.6)
          yield* one.renew
        }
        const refused = yield* told(two.take(account))
        yield* one.close
        yield* two.close
        return refused
      }),
    "LeaseHeld"
  ),
  clause(
    "a lease that was not renewed in time goes to who asks; the old holder writes nothing from then on",
    (ground) =>
      Effect.gen(function* () {
        const one = yield* opened(ground, first)
        const two = yield* opened(ground, second)
        const old = yield* one.take(account)
        yield* ground.pass(ground.repository.leases.durationMs)
        const token = yield* two.take(account)
        const outdated = yield* write(ground, { account, token: old })
        const renewed = yield* told(one.renew)
        yield* one.close
        const kept = yield* told(two.renew)
        const current = yield* write(ground, { account, token })
        yield* two.close
        return [outdated, renewed, kept, current]
      }),
    [["Fenced", 0], "Fenced", undefined, ["written", 1]]
  ),
  clause(
    "a lease that is overdue stays its holder's until another takes it",
    (ground) =>
      Effect.gen(function* () {
        const one = yield* opened(ground, first)
        const token = yield* one.take(account)
        yield* ground.pass(ground.repository.leases.durationMs * 2)
        const written = yield* write(ground, { account, token })
        const renewed = yield* told(one.renew)
        const two = yield* opened(ground, second)
        const refused = yield* told(two.take(account))
        yield* one.close
        yield* two.close
        return [written, renewed, refused]
      }),
    [["written", 1], undefined, "LeaseHeld"]
  ),
  clause(
    "who holds no lease drives nothing; trades and commands need none",
    (ground) =>
      Effect.gen(function* () {
        const driven = yield* write(ground, { account, token: Lease.NO_TOKEN })
        const taken = yield* write(ground)
        return [driven, taken]
      }),
    [
      ["Fenced", 0],
      ["written", 1]
    ]
  )
]
