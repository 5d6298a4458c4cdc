import { Effect, Either, Layer } from "effect"
import {
  Account,
  AccountName,
  Accumulator,
  Audit,
  Clock,
  Commands,
  Instant,
  Quantity,
  Roundlot,
  SourcePolicy,
  Trade
} from "@roundlot/core"
import { Entropy, Entry, Id, Need, TradeRepository } from "@roundlot/core/adapter"
import { Ledger, type plan } from "@roundlot/core/ledger"
import { same } from "../promise.ts"
import * as rows from "../SampleRows.ts"
import { everyRow, entriesOf, type Clause, filled, everything } from "./Clause.ts"
import { feedFollows } from "./together.ts"

const account = AccountName.AccountName.make("main")

const trade = (n: number, side: "buy" | "sell" = "buy"): Trade.TradeInput =>
  Trade.input({
    source: "app",
    sourceId: `t-${n}`,
    symbol: n % 2 === 0 ? "AAPL" : "MSFT",
    side,
    quantity: Quantity.unsafe("0.3"),
    tradedAt: Instant.make(1_763_650_800_000_000n)
  })

/** The services on a repository, until the effect has ended. */
const withServices =
  (repository: TradeRepository.TradeRepositoryService) =>
  <A, E>(effect: Effect.Effect<A, E, Roundlot.Services | TradeRepository.TradeRepository>): Effect.Effect<A, E> =>
    Effect.provide(
      effect,
      Layer.provideMerge(
        Roundlot.layer,
        Layer.mergeAll(
          Layer.succeed(TradeRepository.TradeRepository, repository),
          Clock.layerAlwaysOpen,
          Entropy.layerSecure
        )
      )
    )

/** Moves a cursor; the second one throws. */
const cursorMember = (n: number): plan.Member<number> => ({
  account,
  cause: { kind: "timer", actor: "contract" },
  needs: [Need.Need.Mark({ account, name: `s-${n}` })],
  apply: ({ books, world }) => {
    if (n === 2) throw new RangeError("a poisoned member")
    books.ops_marks.put({ account, name: `s-${n}`, mark: "here", at: world.at })
    return n
  }
})

const withAccount = Effect.flatMap(Commands.Commands, (commands) =>
  commands.setAccount(account, Account.defaultSettings, "contract")
)

const poison: Clause = {
  name: "a member that throws is taken out of its group, and the others are kept",
  needs: [],
  run: ({ open }) =>
    Effect.gen(function* () {
      const repository = yield* open
      yield* withServices(repository)(withAccount)
      const outcomes = yield* Effect.flatMap(Ledger.Ledger, (ledger) =>
        Effect.forEach([1, 2, 3], (n) => Effect.either(ledger.submit("command", cursorMember(n))), {
          concurrency: "unbounded"
        })
      ).pipe(withServices(repository))
      yield* same("only the poisoned one fails", outcomes.map(Either.isRight), [true, false, true])
      const kept = yield* repository.page(everyRow("ops_marks"))
      yield* same(
        "the others are kept",
        kept.map((row) => row["name"]),
        ["s-1", "s-3"]
      )
    })
}

const taking = (given: Trade.TradeInput) =>
  Effect.flatMap(Accumulator.Accumulator, (accumulator) => accumulator.submit(account, given, SourcePolicy.anyAge))

const conflicting: Clause = {
  name: "B1: a trade that comes again with other contents is a conflict in every process, and the first one stays",
  needs: [],
  run: (place) =>
    Effect.gen(function* () {
      const [one, two] = [yield* place.open, yield* place.open]
      yield* withServices(one)(withAccount)
      const first = yield* withServices(one)(taking(trade(1)))
      const [before] = yield* one.page(everyRow("trades"))
      const other = { ...trade(1), quantity: Quantity.unsafe("0.4") }
      const answered = [yield* withServices(two)(taking(other)), yield* withServices(one)(taking(other))]
      yield* same(
        "other contents are a conflict",
        [first._tag, ...answered.map(({ _tag }) => _tag)],
        ["Accepted", "Conflict", "Conflict"]
      )
      const trades = yield* two.page(everyRow("trades"))
      yield* same(
        "the first trade stands, alone",
        trades.map((row) => [row["sourceId"], row["quantity"]]),
        [[before?.["sourceId"], before?.["quantity"]]]
      )
      yield* same("a break shows the difference", (yield* two.page(everyRow("breaks"))).length, 1)
    })
}

/** Takes a lease and gives the session up again: its token is known, and outdated as soon as another takes it. */
const tokenOf = (repository: TradeRepository.TradeRepositoryService, pid: number) =>
  Effect.scoped(Effect.flatMap(repository.leases.open({ host: "contract", pid }), ({ take }) => take(account)))

const fencing: Clause = {
  name: "a write that carries an outdated lease is refused and keeps nothing",
  needs: [],
  run: ({ open }) =>
    Effect.gen(function* () {
      const repository = yield* open
      yield* filled(repository)
      const [outdated, newer] = [yield* tokenOf(repository, 1), yield* tokenOf(repository, 2)]
      const before = yield* everything(repository)
      const writing = (token: number) =>
        repository.write(
          { ...rows.scope(), fences: [{ account, token }] },
          rows.writing([rows.updating("accounts", { ...rows.account, lot: "7" })], [rows.part("main", 2)])
        )
      const refused = yield* Effect.either(writing(outdated))
      yield* same("it is refused by its lease", Either.isLeft(refused) && refused.left._tag, "Fenced")
      yield* same("and keeps nothing", yield* everything(repository), before)
      yield* same("the newest lease writes", (yield* writing(newer)).answer, "written")
    })
}

const ledgerDay: Clause = {
  name: "trades and commands of several writers end in books that an audit finds right; a repeated command is answered once",
  needs: [],
  run: (place) =>
    Effect.gen(function* () {
      const one = yield* place.open
      const two = yield* place.open
      yield* withServices(one)(withAccount)
      const submitting = (from: number) =>
        Effect.flatMap(Accumulator.Accumulator, (accumulator) =>
          Effect.forEach(
            Array.from({ length: 20 }, (_, i) => trade(from + i, i % 3 === 0 ? "sell" : "buy")),
            (each) => accumulator.submit(account, each, SourcePolicy.anyAge),
            { concurrency: 5 }
          )
        )
      const results = yield* Effect.all([withServices(one)(submitting(0)), withServices(two)(submitting(10))], {
        concurrency: "unbounded"
      })
      const accepted = results.flat().filter(({ _tag }) => _tag === "Accepted").length
      yield* same("each trade is accepted once", accepted, 30)
      const reverse = Effect.flatMap(Commands.Commands, (commands) =>
        commands.perform({
          id: "reverse-1",
          account,
          actor: "contract",
          reason: "the contract asks for it",
          command: { _tag: "Reverse", tradeId: Id.TradeId.make(1) }
        })
      )
      const first = yield* withServices(one)(reverse)
      yield* same("a command is carried out", first._tag, "Done")
      const length = (yield* one.entries(entriesOf(account))).length
      yield* same("a repeated command has its first answer", yield* withServices(two)(reverse), first)
      const entries = yield* one.entries(entriesOf(account))
      yield* same("and does nothing again", entries.length, length)
      let previous = ""
      for (const { hash, ...entry } of entries) {
        yield* same("entries are chained", hash, Entry.hashOf(previous, entry))
        previous = hash
      }
      const report = yield* Effect.provideService(Audit.run(), TradeRepository.TradeRepository, two)
      yield* same("an audit finds nothing", report.findings, [])
      yield* feedFollows(two)
    })
}

/** What it promises to the ledger and the services on it. */
export const ledgers: ReadonlyArray<Clause> = [poison, conflicting, fencing, ledgerDay]
