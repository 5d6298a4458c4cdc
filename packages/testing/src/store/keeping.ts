import { Cause, Effect, Either } from "effect"
import { type Table, Books, Entry, TradeRepository } from "@roundlot/core/adapter"
import { same } from "../promise.ts"
import * as rows from "../SampleRows.ts"
import { everyRow, rowsOf, entriesOf, byAccount, type Clause, filled, everything, refusalOf } from "./Clause.ts"

const keptJournals = [rows.part("main", 1, 3), rows.part("other", 1)] as const

/** Everything that was written is read as it was. */
const readBack = Effect.gen(function* () {
  const repository = yield* TradeRepository.TradeRepository
  for (const table of Object.values(Books.tables)) {
    const found = yield* repository.page(everyRow(table.name))
    yield* same(`rows of ${table.name} are read back`, found, rowsOf(rows.everything, table.name))
  }
  yield* same("entries are read back", yield* repository.entries(entriesOf("main")), keptJournals[0].entries)
  yield* same("heads are read back", byAccount(yield* repository.heads), [
    ["main", { hash: rows.hashAt("main", 3), seq: 3 }],
    ["other", { hash: rows.hashAt("other", 1), seq: 1 }]
  ])
  const first = Entry.nextFeedRow(undefined, {
    account: "main",
    firstSeq: 1,
    lastSeq: 3,
    headHash: rows.hashAt("main", 3)
  })
  const second = Entry.nextFeedRow(first, {
    account: "other",
    firstSeq: 1,
    lastSeq: 1,
    headHash: rows.hashAt("other", 1)
  })
  yield* same("the feed has a row for each journal", yield* repository.feed(0, 10), [first, second])
  yield* same("the feed is read on after a position", yield* repository.feed(1, 10), [second])
})

const keeps: Clause = {
  name: "what is written is read back, in a snapshot as well: rows of every table, entries, heads, feed",
  needs: [],
  run: ({ open }) =>
    Effect.gen(function* () {
      const repository = yield* open
      const written = yield* repository.write(rows.scope(), rows.writing(rows.everything, keptJournals))
      yield* same("a write answers what its plan answers", written.answer, "written")
      for (const read of [readBack, repository.snapshot(readBack)]) {
        yield* Effect.provideService(read, TradeRepository.TradeRepository, repository)
      }
    })
}

const EXACT: ReadonlyArray<readonly [quantity: string, price: string, at: number]> = [
  ["0.000000000000000001", "999999999999999999.999999999999999999", 1_763_650_800_123_456],
  ["999999999999999999.999999999999999999", "0.1", 1],
  ["123456789012345678.000000000000000009", "0.300000000000000001", 4_102_444_799_999_999],
  ["100", "1000000", 4_102_444_800_000_000],
  ["1.1", "22.7299", 0]
]

const ODD_TEXTS = ["", " ", "a'b\"c\\d", "{x,y}", "NULL", "Zürich 🚀 東京", "tab\tline\nend", "%_$1"]

const exact: Clause = {
  name: "numbers of 18 and 18 digits, microseconds, any text and any byte come back as they were",
  needs: [],
  run: ({ open }) =>
    Effect.gen(function* () {
      const repository = yield* open
      yield* filled(repository)
      const bytes = Uint8Array.from({ length: 256 }, (_, i) => i)
      const trades = EXACT.map(([quantity, price, at], i) => ({
        ...rows.trade,
        id: 10 + i,
        sourceId: `exact-${i}`,
        givenSymbol: ODD_TEXTS[i] ?? "",
        quantity,
        price,
        tradedAt: at
      }))
      const commands = ODD_TEXTS.map((text, i) => ({
        ...rows.command,
        id: `odd ${text} ${i}`,
        answer: text,
        at: rows.AT + i
      }))
      const payload = { ...rows.payload, id: 10, bytes }
      const changes = [
        rows.inserting("trades", ...trades),
        rows.inserting("commands", ...commands),
        rows.inserting("payloads", payload)
      ]
      yield* repository.write(rows.scope(), rows.writing(changes))
      const found = yield* repository.page({ ...everyRow("trades"), where: [{ column: "id", atLeast: 10 }] })
      yield* same("decimals and moments are exact", found, trades)
      const answered = yield* Effect.forEach(commands, ({ id }) =>
        repository.page({ ...everyRow("commands"), where: [{ column: "id", in: [id] }] })
      )
      yield* same("texts are exact", answered.flat(), commands)
      const [kept] = yield* repository.page({ ...everyRow("payloads"), where: [{ column: "id", in: [10] }] })
      yield* same("bytes are exact", kept?.["bytes"], bytes)
      const [last] = rows.part("main", 2).entries
      const odd: Entry.Entry = {
        ...last,
        body: `{"text":${JSON.stringify(ODD_TEXTS.join(""))}}`,
        at: 1_763_650_800_654_321
      }
      const part = { account: "main", entries: [odd] as const, head: { seq: 2, hash: odd.hash } }
      yield* repository.write(rows.scope(), rows.writing([], [part]))
      yield* same("entries are exact", yield* repository.entries(entriesOf("main", 1)), [odd])
    })
}

const atomic: Clause = {
  name: "ACC-3: a write that fails keeps nothing, whatever it failed of, and the next one works",
  needs: [],
  run: ({ open }) =>
    Effect.gen(function* () {
      const repository = yield* open
      yield* filled(repository)
      const before = yield* everything(repository)
      const journals = [rows.part("main", 2)]
      const changes = [
        rows.inserting("commands", { ...rows.command, id: "c-2" }),
        rows.updating("accounts", { ...rows.account, lot: "7" }),
        rows.inserting("trades", rows.trade)
      ]
      const refused = yield* Effect.either(repository.write(rows.scope(), rows.writing(changes, journals)))
      yield* same("a key that is taken is refused", Either.isLeft(refused) && refused.left._tag, "ConstraintRefused")
      yield* same("a refused write keeps nothing", yield* everything(repository), before)
      const thrown = yield* Effect.sandbox(
        repository.write(rows.scope(), () => {
          throw new RangeError("a fault of ours")
        })
      ).pipe(Effect.either)
      yield* same("what planning throws is a defect", Either.isLeft(thrown) && Cause.isDie(thrown.left), true)
      const absent = rows.writing([rows.updating("orders", { ...rows.order, id: 99 })], journals)
      const updated = yield* Effect.either(Effect.sandbox(repository.write(rows.scope(), absent)))
      yield* same("an update of no row fails", Either.isLeft(updated), true)
      yield* same("a failed write keeps nothing", yield* everything(repository), before)
      yield* repository.write(rows.scope(), rows.writing([], journals))
      yield* same("the next write works", (yield* repository.heads).get("main")?.seq, 2)
    })
}

const refuses: Clause = {
  name: "a constraint that refuses a row is named, with its table",
  needs: ["constraints"],
  run: ({ open }) =>
    Effect.gen(function* () {
      const repository = yield* open
      yield* filled(repository)
      const cases: ReadonlyArray<readonly [changes: Books.TableChanges, table: string, constraint: string]> = [
        [rows.updating("orders", { ...rows.order, lastFilledAt: null }), "orders", "CHECK orders_when_filled"],
        [rows.updating("trades", { ...rows.trade, side: null }), "trades", "NOT NULL trades.side"],
        [rows.updating("orders", { ...rows.order, attemptId: 9 }), "orders", "FOREIGN KEY attemptId to attempts"],
        [rows.updating("lots", { ...rows.lot, tradeId: 9 }), "lots", "FOREIGN KEY tradeId to trades"],
        [
          rows.inserting("fills", { ...rows.fill, id: 2, canonical: 0, execId: "X-2" }),
          "fills",
          "UNIQUE fills.account, fills.execIdBase, fills.revision"
        ]
      ]
      for (const [change, table, constraint] of cases) {
        const refused = yield* refusalOf(repository.write(rows.scope(), rows.writing([change])))
        const wanted = { _tag: "ConstraintRefused", table, constraint }
        yield* same("the refusal names table and constraint", refused, wanted)
      }
      const sameSeq = yield* refusalOf(repository.write(rows.scope(), rows.writing([], [rows.part("main", 1)])))
      yield* same("a journal's numbers are taken once", sameSeq, {
        _tag: "ConstraintRefused",
        table: "journal",
        constraint: "UNIQUE journal.account, journal.seq"
      })
    })
}

const changing = (cells: Table.EncodedRow) => rows.writing([rows.updating("orders", { ...rows.order, ...cells })])

const filledOrders: Clause = {
  name: "FILL-9: a filled order has its broker's id, its times, what it filled, and a price or shares that have none yet",
  needs: ["constraints"],
  run: ({ open }) =>
    Effect.gen(function* () {
      const repository = yield* open
      yield* filled(repository)
      const lacking: ReadonlyArray<readonly [cells: Table.EncodedRow, constraint: string]> = [
        [{ brokerOrderId: null }, "CHECK orders_when_filled"],
        [{ lastFilledAt: null }, "CHECK orders_when_filled"],
        [{ endedAt: null }, "CHECK orders_when_filled"],
        [{ filled: "0" }, "CHECK orders_rule_something_filled"],
        [{ notional: "0" }, "CHECK orders_rule_filled_priced"]
      ]
      for (const [cells, constraint] of lacking) {
        const refused = yield* refusalOf(repository.write(rows.scope(), changing(cells)))
        yield* same("what it lacks is named", refused, { _tag: "ConstraintRefused", table: "orders", constraint })
      }
      yield* same("no order was changed", yield* repository.page(everyRow("orders")), [rows.order])
      const unpriced = { notional: "0", unpriced: "1", unpricedSince: rows.AT }
      yield* repository.write(rows.scope(), changing(unpriced))
      const [order] = yield* repository.page(everyRow("orders"))
      yield* same("shares without a price are said to have none", order?.["unpriced"], "1")
    })
}

const statuses: Clause = {
  name: "FILL-7: an order that lacks what its status demands, or has what that rules out, is refused",
  needs: ["constraints"],
  run: ({ open }) =>
    Effect.gen(function* () {
      const repository = yield* open
      yield* filled(repository)
      const unfilled = { filled: "0", notional: "0", lastFilledAt: null }
      const live = { ...unfilled, endedAt: null }
      const cases: ReadonlyArray<readonly [cells: Table.EncodedRow, constraint: string]> = [
        [{ ...live, status: "pending" }, "planned"],
        [{ ...live, status: "submitting", attemptId: null }, "attempted"],
        [{ ...live, status: "in_doubt", attemptId: null }, "attempted"],
        [{ ...live, status: "submitted", brokerOrderId: null }, "acknowledged"],
        [{ status: "partially_filled" }, "live"],
        [{ status: "cancelled", endedAt: null }, "ended"],
        [{ ...unfilled, status: "rejected", reason: null }, "rejected"]
      ]
      for (const [cells, state] of cases) {
        const refused = yield* refusalOf(repository.write(rows.scope(), changing(cells)))
        const wanted = { _tag: "ConstraintRefused", table: "orders", constraint: `CHECK orders_when_${state}` }
        yield* same("the status is named", refused, wanted)
      }
    })
}

const owners: Clause = {
  name: "SYNC-14: a row of an account that is no record is refused",
  needs: ["constraints"],
  run: ({ open }) =>
    Effect.gen(function* () {
      const repository = yield* open
      yield* filled(repository)
      for (const table of ["trades", "orders", "fills", "breaks"] as const) {
        const change = rows.writing([rows.updating(table, { ...rows.soundRows[table], account: "nobody" })])
        const wanted = { _tag: "ConstraintRefused", table, constraint: "FOREIGN KEY account to accounts" }
        yield* same("the account is missed", yield* refusalOf(repository.write(rows.scope(), change)), wanted)
      }
    })
}

/** What a store promises of what it keeps. */
export const keeping: ReadonlyArray<Clause> = [keeps, exact, atomic, refuses, filledOrders, statuses, owners]
