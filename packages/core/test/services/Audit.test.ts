import { Effect } from "effect"
import { describe, expect, it } from "vitest"
import { TradeRepository, type TradeRepositoryService } from "../../src/ports/TradeRepository.ts"
import * as Account from "../../src/records/Account.ts"
import { AccountName } from "../../src/records/AccountName.ts"
import * as Audit from "../../src/services/Audit.ts"
import { Accumulator } from "../../src/services/Accumulator.ts"
import { Commands } from "../../src/services/Commands.ts"
import * as SourcePolicy from "../../src/rules/trade/SourcePolicy.ts"
import type { EncodedRow, TableName } from "../../src/tables/Table.ts"
import * as Stage from "./Stage.ts"

const others = ["a", "b", "c"].map((name) => AccountName.make(name))

/** Four accounts, each with a trade. */
const lived = Effect.gen(function* () {
  yield* Stage.opened()
  const commands = yield* Commands
  const accumulator = yield* Accumulator
  yield* Stage.submit(Stage.trade("t", "0.1"))
  for (const name of others) {
    yield* commands.setAccount(name, Account.defaultSettings, "test")
    yield* accumulator.submitMany(name, [Stage.trade("t", "0.1")], SourcePolicy.anyAge)
  }
  return yield* TradeRepository
})

/** An audit of a store whose rows are changed as they are read, and which journals it folded, in this order. */
const auditedWith = (
  store: TradeRepositoryService,
  edit: (table: TableName, rows: ReadonlyArray<EncodedRow>) => ReadonlyArray<EncodedRow>
) =>
  Effect.gen(function* () {
    const folded: Array<string> = []
    const edited: TradeRepositoryService = {
      ...store,
      entries: (query) => {
        folded.push(query.account)
        return store.entries(query)
      },
      page: (query) => Effect.map(store.page(query), (rows) => edit(query.table, rows)),
      snapshot: (reads) => Effect.provideService(reads, TradeRepository, edited)
    }
    const { findings } = yield* Effect.provideService(Audit.run(), TradeRepository, edited)
    return { folded, findings }
  })

const changing = (account: string, patch: EncodedRow) => (table: TableName, rows: ReadonlyArray<EncodedRow>) =>
  table === "trades" ? rows.map((row) => (row["account"] === account ? { ...row, ...patch } : row)) : rows

describe("an audit", () => {
  it("folds one journal after the other, and again only the one whose rows differ", () =>
    Stage.play(
      Effect.gen(function* () {
        const store = yield* lived
        const sound = yield* auditedWith(store, (_, rows) => rows)
        expect(sound.findings).toEqual([])
        const names = [...new Set(sound.folded)]
        expect(sound.folded).toEqual(names)
        expect(names).toEqual(expect.arrayContaining([Stage.account, ...others]))
        const { findings, folded } = yield* auditedWith(store, changing("b", { quantity: "7.5" }))
        expect(findings).toMatchObject([{ where: "trades 3", account: "b", seq: expect.any(Number) }])
        // Once more for its rows, once more for the entry that gave the value.
        expect(folded).toEqual([...names, "b", "b"])
      })
    ))

  it("finds a row that was given to another account, in whichever order they are folded, and one of an account that is not there", () =>
    Stage.play(
      Effect.gen(function* () {
        const store = yield* lived
        for (const to of ["a", "c", "nobody"]) {
          const { findings } = yield* auditedWith(store, changing("b", { account: to }))
          expect(findings.map(({ what }) => what)).toContain(`account is ${to}, the journal gives b`)
          // The journal of b disagrees, and that of whom the row is said to be, if there is one.
          expect(findings).toHaveLength(to === "nobody" ? 1 : 2)
          expect(findings.every(({ where }) => where === "trades 3")).toBe(true)
        }
      })
    ))

  it("finds a row that no journal gives, and one that is there twice", () =>
    Stage.play(
      Effect.gen(function* () {
        const store = yield* lived
        const doubled = yield* auditedWith(store, (table, rows) =>
          table === "trades" ? rows.flatMap((row) => (row["id"] === 3 ? [row, row] : [row])) : rows
        )
        expect(doubled.findings).toMatchObject([{ where: "trades 3", what: "is in the table more than once" }])
        const added = yield* auditedWith(store, (table, rows) =>
          table === "trades"
            ? [...rows, ...rows.slice(0, 1).map((row) => ({ ...row, id: 99, account: "nobody" }))]
            : rows
        )
        expect(added.findings).toMatchObject([{ where: "trades 99", what: "is in the table and not in the journal" }])
        expect(added.folded).toEqual([...new Set(added.folded)])
      })
    ))

  it("says how far it is", () =>
    Stage.play(
      Effect.gen(function* () {
        const store = yield* lived
        const steps: Array<Audit.Progress> = []
        const { entries } = yield* Effect.provideService(
          Audit.run([], (progress) => Effect.sync(() => void steps.push(progress))),
          TradeRepository,
          store
        )
        const journals = steps.filter(({ step }) => step === "journals")
        expect(journals.at(-1)).toEqual({ step: "journals", done: entries, of: entries })
        const last = steps.at(-1)
        expect(last).toEqual({ step: "tables", done: last?.of, of: last?.of })
      })
    ))
})
