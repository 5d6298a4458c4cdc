import { assert, describe, expect, it } from "vitest"
import { Cause, Effect, Exit, Option } from "effect"
import * as Account from "../../src/records/Account.ts"
import * as AccountName from "../../src/records/AccountName.ts"
import * as AccountScope from "../../src/ports/AccountScope.ts"
import * as Commands from "../../src/services/Commands.ts"
import * as Ledger from "../../src/ledger/Ledger.ts"
import * as Roundlot from "../../src/services/Roundlot.ts"
import * as TradeRepository from "../../src/ports/TradeRepository.ts"

const own = AccountName.AccountName.make("own")
const foreign = AccountName.AccountName.make("foreign")
const scope = new Set(["own"])

const opened = Effect.flatMap(Commands.Commands, (commands) =>
  Effect.forEach([own, foreign], (name) => commands.setAccount(name, Account.defaultSettings, "test"))
)

const guarded = Effect.map(TradeRepository.TradeRepository, AccountScope.guarded)

/** Does work die because it is out of its scope? */
const isRefused = <A, E, R>(work: Effect.Effect<A, E, R>) =>
  Effect.map(Effect.exit(AccountScope.within(scope, work)), (exit) =>
    Exit.isFailure(exit)
      ? Option.exists(Cause.dieOption(exit.cause), (each) => each instanceof AccountScope.OutOfScope)
      : false
  )

const touching = (account: AccountName.AccountName) =>
  Effect.flatMap(Ledger.Ledger, (ledger) =>
    ledger.submit("command", { account, cause: { kind: "command", actor: "test" }, needs: [], apply: () => 1 })
  )

const nothing = () => ({ _tag: "Planned", journals: [], changes: [], answer: 1 }) as const

const run = <A, E>(test: Effect.Effect<A, E, Roundlot.Services | Roundlot.Foundations>): Promise<A> =>
  Effect.runPromise(Effect.provide(test, Roundlot.layerMemory))

describe("work that is held to accounts", () => {
  it("finds rows, entries and heads of its own alone, also in a snapshot; places of others in the feed are empty", () =>
    run(
      Effect.gen(function* () {
        yield* opened
        const repository = yield* guarded
        const read = Effect.gen(function* () {
          const books = yield* TradeRepository.TradeRepository
          const query = { table: "accounts", where: [], orderBy: ["name"], descending: false, limit: 10 } as const
          const rows = yield* books.page({ ...query, after: undefined })
          const { rows: counted } = yield* books.count({ table: "accounts", anyOf: [[]], upTo: 10 })
          const asked = yield* books.page({ ...query, after: undefined, where: [{ column: "name", in: ["foreign"] }] })
          const entries = yield* books.entries({ account: "foreign", afterSeq: 0, entity: undefined, limit: 10 })
          const feed = yield* books.feed(0, 10)
          return {
            names: rows.map(({ name }) => name),
            counted,
            asked,
            entries,
            heads: [...(yield* books.heads).keys()],
            headsThen: [...(yield* books.headsAt({ accounts: ["own", "other"], position: 9 })).keys()],
            places: feed.map(({ position }) => position),
            shown: [...new Set(feed.map(({ account, lastSeq }) => `${account} ${lastSeq > 0}`))].toSorted()
          }
        })
        const expected = {
          names: ["own"],
          counted: 1,
          asked: [],
          entries: [],
          heads: ["own"],
          headsThen: ["own"],
          places: [1, 2, 3, 4],
          shown: [" false", "own true"]
        }
        const given = Effect.provideService(read, TradeRepository.TradeRepository, repository)
        expect(yield* AccountScope.within(scope, given)).toEqual(expected)
        expect(yield* AccountScope.within(scope, repository.snapshot(read))).toEqual(expected)
        assert.deepStrictEqual((yield* given).names, ["foreign", "own"])
      })
    ))

  it("commits of its own alone, and commands nothing that is about everything", () =>
    run(
      Effect.gen(function* () {
        yield* opened
        const commands = yield* Commands.Commands
        const repository = yield* guarded
        const everything = { _tag: "Halt", scope: { _tag: "Everything" } } as const
        const request = { id: "c", account: own, actor: "test", reason: "news", command: everything }
        assert.isFalse(yield* isRefused(touching(own)))
        assert.isTrue(yield* isRefused(touching(foreign)))
        assert.isTrue(yield* isRefused(commands.perform(request)))
        assert.isTrue(yield* isRefused(commands.rehearse(request)))
        const written = { commitId: "w", needs: [] }
        assert.isTrue(yield* isRefused(repository.write({ ...written, accounts: ["foreign"] }, nothing)))
        assert.isTrue(yield* isRefused(repository.write(written, nothing)))
        assert.isFalse(yield* isRefused(repository.write({ ...written, accounts: ["own"] }, nothing)))
      })
    ))
})
