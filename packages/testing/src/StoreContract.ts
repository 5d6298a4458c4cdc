import { Cause, Effect, Either, Layer, type Scope } from "effect"
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
import {
  Books,
  type Column,
  Entropy,
  Entry,
  Id,
  type Lease,
  Need,
  Table,
  TradeRepository
} from "@roundlot/core/adapter"
import { Ledger, type plan } from "@roundlot/core/ledger"
import { type ContractBroken, same } from "./promise.ts"
import * as rows from "./SampleRows.ts"

/** A store under test: empty when a clause begins. */
export interface Place {
  /** Opens the store, again and again as other processes would; what was opened is closed with its scope. */
  readonly open: Effect.Effect<TradeRepository.TradeRepositoryService, TradeRepository.WriteError, Scope.Scope>
}

/**
 * What a clause asks of a store beyond keeping rows: `reopening` that it outlives its process, `constraints` that it refuses rows
 * that break a rule of their table, `forgetting` that it lets go of rows that are of no more use.
 */
export type Capability = "reopening" | "constraints" | "forgetting"

/** Whatever a clause can fail with. */
export type ClauseFailure =
  | ContractBroken
  | TradeRepository.WriteError
  | Ledger.LedgerError
  | Lease.LeaseHeld
  | Accumulator.Unfit

/** One promise of a store: its name, what it asks of the store, and how it is proven. It fails where the promise is broken. */
export interface Clause {
  readonly name: string
  readonly needs: ReadonlyArray<Capability>
  readonly run: (place: Place) => Effect.Effect<void, ClauseFailure, Scope.Scope>
}

const everyRow = (table: Table.TableName, limit = 1000): TradeRepository.PageQuery => ({
  table,
  where: [],
  orderBy: Books.tables[table].key,
  descending: false,
  after: undefined,
  limit
})

const entriesOf = (account: string, afterSeq = 0) => ({ account, afterSeq, entity: undefined, limit: 1000 })

const nothing = <A>(answer: A): TradeRepository.Plan<A> => ({ _tag: "Planned", journals: [], changes: [], answer })

const filled = (repository: TradeRepository.TradeRepositoryService) =>
  repository.write(rows.scope(), rows.writing(rows.everything, [rows.part("main", 1)]))

const byAccount = <A>(map: ReadonlyMap<string, A>): ReadonlyArray<readonly [string, A]> =>
  [...map].toSorted(([a], [b]) => (a < b ? -1 : 1))

/** All that a store shows, for comparing before and after. */
const everything = (repository: TradeRepository.TradeRepositoryService) =>
  Effect.gen(function* () {
    const kept = yield* Effect.forEach(Object.values(Books.tables), ({ name }) => repository.page(everyRow(name)))
    const feed = yield* repository.feed(0, 1000)
    return { kept, feed, heads: yield* repository.heads, entries: yield* repository.entries(entriesOf("main")) }
  })

const rowsOf = (changes: ReadonlyArray<Books.TableChanges>, table: Table.TableName): ReadonlyArray<Table.EncodedRow> =>
  changes.flatMap((change) => (change.table === table ? change.inserts : []))

/** What an effect fails with, as plain fields. */
const refusalOf = <A, E extends object>(effect: Effect.Effect<A, E>): Effect.Effect<unknown> =>
  Effect.match(effect, {
    onFailure: (error) => Object.fromEntries(Object.entries(error)),
    onSuccess: () => "it was not refused"
  })

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
    ["main", { hash: "main-hash-3", seq: 3 }],
    ["other", { hash: "other-hash-1", seq: 1 }]
  ])
  const first = Entry.nextFeedRow(undefined, { account: "main", firstSeq: 1, lastSeq: 3, headHash: "main-hash-3" })
  const second = Entry.nextFeedRow(first, { account: "other", firstSeq: 1, lastSeq: 1, headHash: "other-hash-1" })
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
      const told = yield* Effect.forEach(commands, ({ id }) =>
        repository.page({ ...everyRow("commands"), where: [{ column: "id", in: [id] }] })
      )
      yield* same("texts are exact", told.flat(), commands)
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

const planning: Clause = {
  name: "planning sees what its scope needs, and more when it asks for more, on books without its drafts",
  needs: [],
  run: ({ open }) =>
    Effect.gen(function* () {
      const repository = yield* open
      yield* filled(repository)
      const seen: Array<string> = []
      const { answer } = yield* repository.write(rows.scope(Need.Need.Account({ account: "main" })), (state) => {
        const { books } = state
        const order = books.orders.get(1)
        seen.push(order === undefined ? "no order" : order.status)
        if (order === undefined) return { _tag: "NeedMore", needs: [Need.Need.OrderById({ id: 1 })] }
        books.orders.put({ ...order, status: "cancelled" })
        if (books.commands.all().length === 0) return { _tag: "NeedMore", needs: [Need.Need.Command({ id: "c-1" })] }
        return nothing({
          fills: books.fills.all().length,
          lots: books.lots.all().length,
          position: books.positions.get(Table.joinKey(["main", "AAPL"]))?.answer,
          head: state.heads.get("main"),
          newestAt: state.newestAt,
          counters: state.counters
        })
      })
      yield* same("planning runs again without its drafts", seen, ["no order", "filled", "filled"])
      yield* same("planning sees rows, heads, time and the next ids", answer, {
        fills: 1,
        lots: 2,
        position: { _tag: "NotDue" },
        head: { seq: 1, hash: "main-hash-1" },
        newestAt: rows.AT,
        counters: rows.nextIds
      })
      const again = repository.write(rows.scope(), () => ({
        _tag: "NeedMore",
        needs: [Need.Need.OrderById({ id: 1 })]
      }))
      const endless = yield* Effect.either(Effect.sandbox(again))
      yield* same("a plan that asks again for what it has ends", Either.isLeft(endless), true)
    })
}

const pausing: Clause = {
  name: "planning that pauses goes on with the same state, on books as it left them",
  needs: [],
  run: ({ open }) =>
    Effect.gen(function* () {
      const repository = yield* open
      yield* filled(repository)
      const states: Array<TradeRepository.State> = []
      const scope = rows.scope(Need.Need.OrderById({ id: 1 }))
      const { answer } = yield* repository.write(scope, (state) => {
        const { orders } = state.books
        const order = orders.get(1)
        if (order === undefined) return { _tag: "NeedMore", needs: [Need.Need.OrderById({ id: 1 })] }
        states.push(state)
        if (states.length === 1) orders.put({ ...order, status: "cancelled" })
        return states.length < 3 ? { _tag: "Pause" } : nothing(order.status)
      })
      yield* same("what was drafted before a pause is there after it", answer, "cancelled")
      yield* same("the state is the very same", [states.length, new Set(states).size], [3, 1])
    })
}

const updatesFirst: Clause = {
  name: "updates go before inserts: a place that a unique lookup guards is left before it is taken",
  needs: [],
  run: ({ open }) =>
    Effect.gen(function* () {
      const repository = yield* open
      yield* filled(repository)
      const moved = { ...rows.trade, sourceId: "moved" }
      const taking = { ...rows.trade, id: 2 }
      const change = { table: "trades" as const, inserts: [taking], updates: [moved] }
      yield* repository.write(rows.scope(), rows.writing([change]))
      yield* same("both rows stand", yield* repository.page(everyRow("trades")), [moved, taking])
    })
}

const isRefused = (answer: unknown): boolean => typeof answer === "object" && answer !== null && "constraint" in answer

const brokerOrderIds: Clause = {
  name: "SYNC-6, O28: an account has a broker's id of an order once, and again only with the day on which it was given again",
  needs: [],
  run: ({ open }) =>
    Effect.gen(function* () {
      const repository = yield* open
      yield* filled(repository)
      const adding = (differs: Table.EncodedRow) =>
        refusalOf(
          repository.write(rows.scope(), rows.writing([rows.inserting("orders", { ...rows.order, ...differs })]))
        )
      const again = { id: 2, clientOrderId: "rl1-abcdefaaaaaaaaaaaaaaaaaaab" }
      yield* same("the same id of another order is refused", isRefused(yield* adding(again)), true)
      const reused = { ...again, idReusedOn: "2026-01-06" }
      yield* same("with its day it is taken", yield* adding(reused), "it was not refused")
      const third = { ...reused, id: 3, clientOrderId: "rl1-abcdefaaaaaaaaaaaaaaaaaaac" }
      yield* same("a day has it once too", isRefused(yield* adding(third)), true)
      const next = yield* adding({ ...third, idReusedOn: "2026-01-07" })
      yield* same("another day may have it again", next, "it was not refused")
    })
}

const repeatedCommit: Clause = {
  name: "a repeated commit id is answered with what it did, and nothing is planned or written again",
  needs: [],
  run: ({ open }) =>
    Effect.gen(function* () {
      const repository = yield* open
      const scope = { ...rows.scope(), commitId: "one-and-the-same" }
      yield* repository.write(scope, rows.writing(rows.everything, [rows.part("main", 1, 2)]))
      const before = yield* everything(repository)
      let isPlanned = false
      const again = yield* refusalOf(
        repository.write(scope, () => {
          isPlanned = true
          return rows.writing([rows.updating("accounts", { ...rows.account, lot: "9" })])()
        })
      )
      yield* same("it is answered with what it did", again, {
        _tag: "AlreadyCommitted",
        commitId: "one-and-the-same",
        journals: [{ account: "main", firstSeq: 1, lastSeq: 2 }]
      })
      yield* same("it is not planned again", isPlanned, false)
      yield* same("nothing is written again", yield* everything(repository), before)
    })
}

const command = (id: string): Table.EncodedRow => ({ ...rows.command, id })

const pages: Clause = {
  name: "pages go on after their last row, both ways, and pass nothing over while rows arrive",
  needs: [],
  run: ({ open }) =>
    Effect.gen(function* () {
      const repository = yield* open
      yield* filled(repository)
      const insert = (...ids: ReadonlyArray<string>) =>
        repository.write(rows.scope(), rows.writing([rows.inserting("commands", ...ids.map(command))]))
      yield* insert("c-B", "c-a", "c-10", "c-9", "c-é", "c-_")
      const walk = (descending: boolean, between: Effect.Effect<unknown, TradeRepository.WriteError>) =>
        Effect.gen(function* () {
          const found: Array<Column.Cell | undefined> = []
          let after: ReadonlyArray<Column.Cell> | undefined
          for (;;) {
            const page = yield* repository.page({ ...everyRow("commands", 2), descending, after })
            found.push(...page.map((row) => row["id"]))
            yield* between
            if (page.length < 2) return found
            after = [found.at(-1) ?? null]
          }
        })
      const ordered = ["c-1", "c-10", "c-9", "c-B", "c-_", "c-a", "c-é"]
      yield* same("text goes by its bytes", yield* walk(false, Effect.void), ordered)
      yield* same("and back", yield* walk(true, Effect.void), ordered.toReversed())
      let count = 0
      const arriving = Effect.suspend(() => insert(`c-0${count++}`))
      yield* same("what arrives before is no longer met", yield* walk(false, arriving), ordered)
      const ranged = yield* repository.page({
        ...everyRow("commands"),
        where: [{ column: "id", atLeast: "c-9", below: "c-a" }]
      })
      yield* same(
        "a range is half open",
        ranged.map((row) => row["id"]),
        ["c-9", "c-B", "c-_"]
      )
    })
}

const filters: Clause = {
  name: "filters find what they name: cells, none of them, moments, decimals that are equal",
  needs: [],
  run: ({ open }) =>
    Effect.gen(function* () {
      const repository = yield* open
      yield* filled(repository)
      const breaks = [1, 2, 3].map((n) => ({
        ...rows.openBreak,
        id: 10 + n,
        kind: "Excess",
        subject: `S${n}`,
        symbol: n === 2 ? null : "AAPL",
        holds: "nothing",
        openedAt: rows.AT + n
      }))
      yield* repository.write(rows.scope(), rows.writing([rows.inserting("breaks", ...breaks)]))
      const idsOf = (table: Table.TableName, ...where: TradeRepository.PageQuery["where"]) =>
        Effect.map(repository.page({ ...everyRow(table), where }), (found) => found.map((row) => row["id"]))
      yield* same("no cell", yield* idsOf("breaks", { column: "symbol", in: [null] }), [12])
      yield* same("one of these", yield* idsOf("breaks", { column: "id", in: [11, 13, 99] }), [11, 13])
      yield* same("one of none", yield* idsOf("breaks", { column: "id", in: [] }), [])
      yield* same("since a moment", yield* idsOf("breaks", { column: "openedAt", atLeast: rows.AT + 2 }), [12, 13])
      yield* same("before a moment", yield* idsOf("breaks", { column: "openedAt", below: rows.AT + 1 }), [1])
      yield* same("an equal decimal", yield* idsOf("lots", { column: "open", in: ["0.3"] }), [1])
    })
}

const exactly = (count: number): TradeRepository.Count => ({ kind: "exactly", rows: count })

const counts: Clause = {
  name: "counts are exact up to their bound and say so beyond it; what two conditions find counts once",
  needs: [],
  run: ({ open }) =>
    Effect.gen(function* () {
      const repository = yield* open
      yield* filled(repository)
      const breaks = Array.from({ length: 12 }, (_, n) => ({
        ...rows.openBreak,
        id: 10 + n,
        kind: "Excess",
        subject: `S${n}`,
        symbol: n < 4 ? null : "AAPL",
        holds: "nothing",
        openedAt: rows.AT + n
      }))
      yield* repository.write(rows.scope(), rows.writing([rows.inserting("breaks", ...breaks)]))
      const counted = (upTo: number, ...anyOf: TradeRepository.CountQuery["anyOf"]) =>
        repository.count({ table: "breaks", anyOf, upTo })
      const early: TradeRepository.Filter = { column: "openedAt", below: rows.AT + 6 }
      const nowhere: TradeRepository.Filter = { column: "symbol", in: [null] }
      yield* same("all of a table", yield* counted(100, []), exactly(13))
      yield* same("those of two filters", yield* counted(100, [early, nowhere]), exactly(4))
      yield* same(
        "those of either condition",
        yield* counted(100, [nowhere], [{ column: "id", in: [11, 21] }]),
        exactly(5)
      )
      yield* same("those of no condition", yield* counted(100), exactly(0))
      yield* same("as many as the bound", yield* counted(13, []), exactly(13))
      for (const bound of [12, 1]) {
        const { kind, rows: count } = yield* counted(bound, [])
        yield* same("one beyond the bound is not told as exact", kind === "exactly", false)
        yield* same(
          "it is the bound, or an estimate above it",
          kind === "about" ? count > bound : count === bound,
          true
        )
      }
      const unbounded = yield* refusalOf(counted(0, []))
      yield* same("a count without a bound is refused", unbounded, {
        _tag: "ConstraintRefused",
        table: "breaks",
        constraint: "the query counts up to 0 rows, and may count up to 1 to 100000"
      })
    })
}

const forgets: Clause = {
  name: "what is forgotten is gone for every reader and every planning: the oldest rows, and no more of them than was said",
  needs: ["forgetting"],
  run: ({ open }) =>
    Effect.gen(function* () {
      const one = yield* open
      const two = yield* open
      const requests = [4, 2, 5, 1, 3].map((n) => ({ ...rows.request, key: `r-${n}`, at: rows.AT + n }))
      yield* one.write(rows.scope(), rows.writing([rows.inserting("ops_requests", ...requests)]))
      const needs = requests.map(({ key }) => Need.Need.RequestByKey({ key }))
      /** Planning that a store may keep what it has read for: it changes nothing of its books. */
      const planned = (repository: TradeRepository.TradeRepositoryService) =>
        Effect.map(
          repository.write(rows.scope(...needs), ({ books }): TradeRepository.Plan<ReadonlyArray<string>> => {
            const known = books.ops_requests.all().map(({ key }) => key)
            return { _tag: "Planned", journals: [], changes: Books.changes(books), answer: known }
          }),
          ({ answer }) => answer.toSorted()
        )
      yield* same("all are planned with", yield* planned(one), ["r-1", "r-2", "r-3", "r-4", "r-5"])
      yield* same("and by another", yield* planned(two), ["r-1", "r-2", "r-3", "r-4", "r-5"])
      const { forget = () => Effect.succeed(0) } = two
      const below = (end: number, atMost = 2) =>
        forget({ queue: "_requests", table: "ops_requests", column: "at", below: rows.AT + end, atMost })
      yield* same("as many as may be", yield* below(4), 2)
      const left = yield* one.page(everyRow("ops_requests"))
      yield* same(
        "the oldest are gone",
        left.map(({ key }) => key),
        ["r-3", "r-4", "r-5"]
      )
      yield* same("then the rest", [yield* below(4), yield* below(4)], [1, 0])
      for (const repository of [one, two]) {
        yield* same("planning knows of none that is gone", yield* planned(repository), ["r-4", "r-5"])
      }
      yield* one.write(rows.scope(), rows.writing([rows.inserting("ops_requests", { ...rows.request, key: "r-1" })]))
      yield* same("its key is free again", yield* planned(two), ["r-1", "r-4", "r-5"])
      const endless = yield* refusalOf(below(4, 0))
      yield* same("without a bound nothing is forgotten", endless, {
        _tag: "ConstraintRefused",
        table: "ops_requests",
        constraint: "the query wants 0 rows, and gets 1 to 1000 at once"
      })
    })
}

/** Adds one trade with its lot and entry, numbered by what planning sees; a trade of this identity is answered, not added. */
const adding = (repository: TradeRepository.TradeRepositoryService, account: string, sourceId: string) =>
  repository.write(
    rows.scope(Need.Need.Identity({ account, source: "tape", sourceId, occurrence: "0" })),
    ({ books, counters, heads }): TradeRepository.Plan<string> => {
      if (books.trades.all().length > 0) return nothing("duplicate")
      const lot = { ...rows.orderLot, account, id: counters.lot, orderId: null, tradeId: counters.trade }
      const trade = { ...rows.trade, account, id: counters.trade, sourceId, lotId: counters.lot }
      const part = rows.part(account, (heads.get(account)?.seq ?? 0) + 1)
      const changes = [rows.inserting("trades", trade), rows.inserting("lots", lot)]
      return { _tag: "Planned", journals: [part], changes, answer: "accepted" }
    }
  )

const ACCOUNTS = ["main", "second"]

const opened = ({ open }: Place) =>
  Effect.gen(function* () {
    const one = yield* open
    const two = yield* open
    const accounts = ACCOUNTS.map((name) => ({ ...rows.account, name }))
    yield* one.write(rows.scope(), rows.writing([rows.inserting("accounts", ...accounts)]))
    return [one, two] as const
  })

const concurrent: Clause = {
  name: "ACC-2: the same trade submitted at once by several is taken in once; others are all taken, numbered without a gap",
  needs: [],
  run: (place) =>
    Effect.gen(function* () {
      const both = yield* opened(place)
      const turns = Array.from({ length: 40 }, (_, i) => {
        const [one, two] = both
        return adding(
          i % 2 === 0 ? one : two,
          ACCOUNTS[i % 4 < 2 ? 0 : 1] ?? "main",
          `t-${Math.floor(i / 4)}-${i % 4 < 2}`
        )
      })
      const answers = yield* Effect.all(turns, { concurrency: "unbounded" })
      const count = (wanted: string) => answers.filter(({ answer }) => answer === wanted).length
      yield* same("each identity is accepted once", [count("accepted"), count("duplicate")], [20, 20])
      const [one] = both
      const trades = yield* one.page(everyRow("trades"))
      yield* same("each identity is there once", new Set(trades.map((row) => row["sourceId"])).size, trades.length)
      for (const account of ACCOUNTS) {
        const entries = yield* one.entries(entriesOf(account))
        const numbers = entries.map(({ seq }) => seq)
        yield* same(
          "a journal has no gap",
          numbers,
          Array.from({ length: 10 }, (_, i) => i + 1)
        )
        const lots = yield* one.page({ ...everyRow("lots"), where: [{ column: "account", in: [account] }] })
        yield* same("every trade has its lot", lots.length, 10)
      }
      yield* feedFollows(one)
    })
}

/** The feed is gapless and chained, and each account's entries are in it without a gap, up to its head. */
const feedFollows = (repository: TradeRepository.TradeRepositoryService) =>
  Effect.gen(function* () {
    const feed = yield* repository.feed(0, 1000)
    let previous: Entry.FeedRow | undefined
    const reached = new Map<string, number>()
    for (const row of feed) {
      yield* same("the feed is a chain without a gap", row, Entry.nextFeedRow(previous, row))
      yield* same("the feed passes no entry over", row.firstSeq, (reached.get(row.account) ?? 0) + 1)
      reached.set(row.account, row.lastSeq)
      previous = row
    }
    const heads = byAccount(yield* repository.heads).map(([account, { seq }]) => [account, seq])
    yield* same("the feed reaches every head", byAccount(reached), heads)
  })

const readers: Clause = {
  name: "a reader of the feed who goes on where it was neither skips nor repeats an entry, whatever is written meanwhile",
  needs: [],
  run: (place) =>
    Effect.gen(function* () {
      const [one, two] = yield* opened(place)
      const seen = new Map<string, number>()
      let position = 0
      const look = (repository: TradeRepository.TradeRepositoryService) =>
        Effect.gen(function* () {
          for (const row of yield* repository.feed(position, 1000)) {
            yield* same("no entry is skipped or repeated", row.firstSeq, (seen.get(row.account) ?? 0) + 1)
            seen.set(row.account, row.lastSeq)
            position = row.position
          }
        })
      const writing = Effect.forEach(
        Array.from({ length: 60 }, (_, i) => i),
        (i) => adding(i % 2 === 0 ? one : two, ACCOUNTS[i % 2] ?? "main", `t-${i}`),
        { concurrency: 8 }
      )
      const reading = Effect.forEach(
        Array.from({ length: 30 }, (_, i) => i),
        (i) => look(i % 2 === 0 ? two : one)
      )
      yield* Effect.all([writing, reading], { concurrency: "unbounded" })
      yield* look(one)
      yield* same("all of it was seen", byAccount(seen), [
        ["main", 30],
        ["second", 30]
      ])
    })
}

const ages: Clause = {
  name: "C2: what is booked later in an account has the higher id, in every process",
  needs: [],
  run: (place) =>
    Effect.gen(function* () {
      const [one, two] = yield* opened(place)
      for (let i = 0; i < 12; i++) {
        yield* adding(i % 3 === 0 ? one : two, ACCOUNTS[i % 4 === 3 ? 1 : 0] ?? "main", `t-${i}`)
      }
      const lots = yield* one.page(everyRow("lots"))
      const trades = yield* one.page(everyRow("trades"))
      const order = trades.map((row) => row["sourceId"])
      yield* same(
        "trades are numbered in order",
        order,
        Array.from({ length: 12 }, (_, i) => `t-${i}`)
      )
      yield* same(
        "so are their lots",
        lots.map((row) => row["tradeId"]),
        trades.map((row) => row["id"])
      )
    })
}

const snapshots: Clause = {
  name: "a snapshot sees one state, whatever is committed between its reads",
  needs: [],
  run: ({ open }) =>
    Effect.gen(function* () {
      const repository = yield* open
      yield* filled(repository)
      const seen = yield* Effect.provideService(
        repository.snapshot(
          Effect.gen(function* () {
            const inner = yield* TradeRepository.TradeRepository
            const before = yield* inner.heads
            yield* repository.write(
              rows.scope(),
              rows.writing([rows.inserting("commands", { ...rows.command, id: "c-2" })], [rows.part("main", 2)])
            )
            const feed = yield* inner.feed(0, 10)
            const commands = yield* inner.page(everyRow("commands"))
            const counted = yield* inner.count({ table: "commands", anyOf: [[]], upTo: 10 })
            return [
              before.get("main")?.seq,
              (yield* inner.heads).get("main")?.seq,
              feed.at(-1)?.lastSeq,
              commands.length,
              counted.rows
            ]
          })
        ),
        TradeRepository.TradeRepository,
        repository
      )
      yield* same("all reads see the same", seen, [1, 1, 1, 1, 1])
      yield* same("and the write is there", (yield* repository.heads).get("main")?.seq, 2)
    })
}

const outlives: Clause = {
  name: "ACC-1: what was committed is there when the store is opened again, closed or not, and it is the same store",
  needs: ["reopening"],
  run: ({ open }) =>
    Effect.gen(function* () {
      const [identity, before] = yield* Effect.scoped(
        Effect.gen(function* () {
          const repository = yield* open
          yield* filled(repository)
          return [repository.identity, yield* everything(repository)] as const
        })
      )
      const second = yield* open
      yield* same("it is the same store", second.identity, identity)
      yield* same("everything is there", yield* everything(second), before)
      yield* second.write(rows.scope(), rows.writing([], [rows.part("main", 2)]))
      const third = yield* open
      yield* same("what another has just written, too", yield* everything(third), yield* everything(second))
    })
}

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
      const told = [yield* withServices(two)(taking(other)), yield* withServices(one)(taking(other))]
      yield* same(
        "other contents are a conflict",
        [first._tag, ...told.map(({ _tag }) => _tag)],
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

/** What every store promises. `roundlot` runs on any that keeps all of it. */
export const clauses: ReadonlyArray<Clause> = [
  keeps,
  exact,
  atomic,
  refuses,
  filledOrders,
  statuses,
  owners,
  planning,
  pausing,
  updatesFirst,
  brokerOrderIds,
  repeatedCommit,
  pages,
  filters,
  counts,
  forgets,
  concurrent,
  readers,
  ages,
  snapshots,
  outlives,
  poison,
  conflicting,
  fencing,
  ledgerDay
]
