import { Effect } from "effect"
import { type Entry, type Table, type TradeRepository, Books, type Column, Need } from "@roundlot/core/adapter"
import { same } from "../promise.ts"
import * as rows from "../SampleRows.ts"
import { everyRow, type Clause, filled, refusalOf } from "./Clause.ts"

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

/** A journal of short commits, a long one between them, and short ones again. */
const commitsOf = (journal: string): ReadonlyArray<TradeRepository.JournalPart> => {
  const short = (from: number) => Array.from({ length: 50 }, (_, i) => rows.part(journal, from + i))
  return [...short(1), rows.part(journal, 51, 400), ...short(401)]
}

/** More entries than any walk should find: one that does not come to an end is broken. */
const TOO_MANY = 1_000

/** All entries of a journal or of one record, page by page. */
const walkJournal = (
  repository: TradeRepository.TradeRepositoryService,
  entity: TradeRepository.EntryQuery["entity"],
  limit: number
) =>
  Effect.gen(function* () {
    const found: Array<Entry.Entry> = []
    for (;;) {
      const page = yield* repository.entries({ account: "main", afterSeq: found.at(-1)?.seq ?? 0, entity, limit })
      found.push(...page)
      if (page.length < limit || found.length > TOO_MANY) return found
    }
  })

const journals: Clause = {
  name: "a journal is read in pages, whole and record by record, however long its commits are",
  needs: [],
  run: ({ open }) =>
    Effect.gen(function* () {
      const repository = yield* open
      const parts = commitsOf("main")
      // Of another account, with the same numbers and the same records.
      for (const part of [...parts, ...commitsOf("other").slice(0, 60)])
        yield* repository.write(rows.scope(), rows.writing([], [part]))
      const all = parts.flatMap(({ entries }) => entries)
      for (const limit of [1, 7, 128, 1000]) {
        yield* same(`a journal in pages of ${limit}`, yield* walkJournal(repository, undefined, limit), all)
        for (const kind of ["trade", "order"]) {
          const own = all.filter(({ entityKind }) => entityKind === kind)
          const found = yield* walkJournal(repository, { kind, id: "1" }, limit)
          yield* same(`the history of the ${kind} in pages of ${limit}`, found, own)
        }
      }
      const later = yield* repository.entries({ account: "main", afterSeq: 200, entity: undefined, limit: 3 })
      yield* same("a page begins within a commit", later, all.slice(200, 203))
      const none = yield* walkJournal(repository, { kind: "trade", id: "2" }, 7)
      yield* same("a record without entries has none", none, [])
      const beyond = yield* repository.entries({ account: "main", afterSeq: 450, entity: undefined, limit: 3 })
      yield* same("nothing comes after the last", beyond, [])
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
        yield* same("one beyond the bound is not said to be exact", kind === "exactly", false)
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

/** What it promises of what is read. */
export const reading: ReadonlyArray<Clause> = [pages, journals, filters, counts, forgets]
