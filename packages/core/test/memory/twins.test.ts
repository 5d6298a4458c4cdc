import { Effect, Either } from "effect"
import { describe, expect, it } from "vitest"
import * as Books from "../../src/books/Books.ts"
import type { EncodedRow } from "../../src/tables/Table.ts"
import * as MemoryRepository from "../../src/memory/MemoryRepository.ts"
import * as MemoryStore from "../../src/memory/MemoryStore.ts"
import {
  countOf,
  TradeRepository,
  type Plan,
  type Planning,
  type State,
  type TradeRepositoryService
} from "../../src/ports/TradeRepository.ts"
import { StoreContract } from "@roundlot/testing"

const memory = () => MemoryRepository.make(MemoryStore.make())

/** A store whose plans come out changed. */
const planning = (
  repository: TradeRepositoryService,
  change: <A>(plan: Planning<A>) => Planning<A>
): TradeRepositoryService => ({ ...repository, write: (scope, plan) => repository.write(scope, change(plan)) })

const withRows =
  (change: (row: EncodedRow) => EncodedRow) =>
  <A>(plan: Planning<A>) =>
  (state: State): Plan<A> => {
    const planned = plan(state)
    if (planned._tag !== "Planned") return planned
    const changes = planned.changes.map(({ inserts, table, updates }): Books.TableChanges => ({
      table,
      inserts: inserts.map(change),
      updates: updates.map(change)
    }))
    return { ...planned, changes }
  }

const inCells = (change: (cell: string) => string) => (row: EncodedRow) =>
  Object.fromEntries(Object.entries(row).map(([name, cell]) => [name, typeof cell === "string" ? change(cell) : cell]))

/** As floating point would keep it. */
const rounded = (cell: string) => (/^\d+\.\d{10,}$/.test(cell) ? String(Number(cell)) : cell)

const over = (twin: (repository: TradeRepositoryService) => TradeRepositoryService) => (): StoreContract.Place => {
  const repository = twin(memory())
  return { open: Effect.succeed(repository) }
}

/** Two processes that do not hear of each other. */
const apart = (): StoreContract.Place => ({ open: Effect.sync(memory) })

/** Keeps what it wrote before a refusal: each change in a write of its own. */
const piecemeal = (repository: TradeRepositoryService): TradeRepositoryService => ({
  ...repository,
  write: (scope, plan) =>
    Effect.gen(function* () {
      let n = 0
      const part = <A>(made: Plan<A>) =>
        repository.write({ commitId: `${scope.commitId}/${n++}`, needs: [] }, () => made)
      const parts: Array<Books.TableChanges> = []
      yield* repository.write(scope, (state) => {
        const planned = plan(state)
        if (planned._tag === "Planned") parts.push(...planned.changes)
        return { _tag: "Planned", journals: [], changes: [], answer: undefined }
      })
      for (const change of parts) yield* part({ _tag: "Planned", journals: [], changes: [change], answer: undefined })
      return yield* repository.write({ ...scope, commitId: `${scope.commitId}/rest` }, (state) => {
        const planned = plan(state)
        return planned._tag === "Planned" ? { ...planned, changes: [] } : planned
      })
    })
})

/** Only readers no longer see what it was to forget. */
const hiding = (repository: TradeRepositoryService): TradeRepositoryService => {
  const hidden = new Set<unknown>()
  const page: TradeRepositoryService["page"] = (query) =>
    Effect.map(repository.page(query), (rows) => rows.filter(({ key }) => !hidden.has(key)))
  return {
    ...repository,
    page,
    forget: ({ atMost, below, column, table }) =>
      Effect.map(
        page({
          table,
          where: [{ column, below }],
          orderBy: [column, "key"],
          descending: false,
          after: undefined,
          limit: atMost
        }),
        (old) => {
          for (const { key } of old) hidden.add(key)
          return old.length
        }
      )
  }
}

let renamed = 0

const twins: ReadonlyArray<{
  readonly breaks: string
  readonly how: string
  readonly place: () => StoreContract.Place
}> = [
  {
    breaks: "what is written is read back",
    how: "drops entries but the first",
    place: over((repository) => ({
      ...repository,
      entries: (query) => Effect.map(repository.entries(query), (entries) => entries.slice(0, 1))
    }))
  },
  {
    breaks: "numbers of 18 and 18 digits",
    how: "keeps decimals as floating point",
    place: over((repository) => planning(repository, withRows(inCells(rounded))))
  },
  {
    breaks: "numbers of 18 and 18 digits",
    how: "trims texts",
    place: over((repository) => planning(repository, withRows(inCells((cell) => cell.trim()))))
  },
  {
    breaks: "a journal is read in pages",
    how: "begins a page with the commit that its first entry is in",
    place: over((repository) => ({
      ...repository,
      entries: (query) =>
        Effect.map(repository.entries({ ...query, afterSeq: 0, limit: 1000 }), (entries) => {
          const first = entries.find(({ seq }) => seq > query.afterSeq)
          return entries
            .filter(({ commitId, seq }) => seq > query.afterSeq || commitId === first?.commitId)
            .slice(0, query.limit)
        })
    }))
  },
  {
    breaks: "a journal is read in pages",
    how: "looks for the entries of a record in as many of all as were asked for",
    place: over((repository) => ({
      ...repository,
      entries: ({ entity, ...query }) =>
        Effect.map(repository.entries({ ...query, entity: undefined }), (entries) =>
          entries.filter(
            (entry) => entity === undefined || (entry.entityKind === entity.kind && entry.entityId === entity.id)
          )
        )
    }))
  },
  { breaks: "ACC-3: a write that fails keeps nothing", how: "writes change by change", place: over(piecemeal) },
  {
    breaks: "a constraint",
    how: "looks at keys alone, as memory does",
    place: over((repository) => repository)
  },
  {
    breaks: "FILL-7: an order that lacks",
    how: "judges no row by its status",
    place: over((repository) => repository)
  },
  {
    breaks: "SYNC-14: a row of an account",
    how: "looks for no account",
    place: over((repository) => repository)
  },
  {
    breaks: "FILL-9: a filled order",
    how: "takes an order for filled whatever it lacks",
    place: over((repository) => repository)
  },
  {
    breaks: "planning sees what its scope needs",
    how: "shows no heads",
    place: over((repository) => planning(repository, (plan) => (state) => plan({ ...state, heads: new Map() })))
  },
  {
    breaks: "planning that pauses",
    how: "goes on with another state",
    place: over((repository) => planning(repository, (plan) => (state) => plan({ ...state })))
  },
  {
    breaks: "planning that pauses",
    how: "begins with empty books again",
    place: over((repository) =>
      planning(repository, (plan) => (state) => {
        const planned = plan(state)
        if (planned._tag === "Pause") Books.reset(state.books)
        return planned
      })
    )
  },
  {
    breaks: "updates go before inserts",
    how: "inserts first",
    place: over((repository) =>
      planning(repository, (plan) => (state) => {
        const planned = plan(state)
        if (planned._tag !== "Planned") return planned
        const inserts = planned.changes.map((change) => ({ ...change, updates: [] }))
        const updates = planned.changes.map((change) => ({ ...change, inserts: change.updates, updates: [] }))
        return { ...planned, changes: [...inserts, ...updates.filter((each) => each.inserts.length > 0)] }
      })
    )
  },
  {
    breaks: "a repeated commit id",
    how: "forgets its commits",
    place: over((repository) => ({
      ...repository,
      write: (scope, plan) => repository.write({ ...scope, commitId: `${scope.commitId}/${renamed++}` }, plan)
    }))
  },
  {
    breaks: "pages go on after their last row",
    how: "begins again with the last row",
    place: over((repository) => ({
      ...repository,
      page: (query) =>
        query.after === undefined
          ? repository.page(query)
          : Effect.map(repository.page({ ...query, after: undefined, limit: 1000 }), (rows) =>
              rows
                .filter((row) => String(row[query.orderBy[0] ?? ""]) >= String(query.after?.[0]))
                .slice(0, query.limit)
            )
    }))
  },
  {
    breaks: "filters find what they name",
    how: "knows no range",
    place: over((repository) => ({
      ...repository,
      page: (query) => repository.page({ ...query, where: query.where.filter((filter) => "in" in filter) })
    }))
  },
  {
    breaks: "counts are exact up to their bound",
    how: "says of what it counted that it is all",
    place: over((repository) => ({
      ...repository,
      count: (query) => Effect.map(repository.count(query), ({ rows }) => ({ kind: "exactly" as const, rows }))
    }))
  },
  {
    breaks: "counts are exact up to their bound",
    how: "adds up what each condition finds",
    place: over((repository) => ({
      ...repository,
      count: (query) =>
        Effect.map(
          Effect.forEach(query.anyOf, (where) => repository.count({ ...query, anyOf: [where] })),
          (each) =>
            countOf(
              query.upTo,
              each.reduce((sum, { rows }) => sum + rows, 0)
            )
        )
    }))
  },
  {
    breaks: "what is forgotten is gone",
    how: "forgets all that is old, however much that is",
    place: over((repository) => ({
      ...repository,
      forget: (query) => repository.forget?.({ ...query, atMost: query.atMost && 1000 }) ?? Effect.succeed(0)
    }))
  },
  {
    breaks: "what is forgotten is gone",
    how: "keeps planning with what it has forgotten",
    place: over(hiding)
  },
  {
    breaks: "SYNC-6, O28: an account has a broker's id",
    how: "takes every order's id for one that was given again",
    place: over((repository) =>
      planning(
        repository,
        withRows((row) => ("idReusedOn" in row ? { ...row, idReusedOn: String(row["id"]) } : row))
      )
    )
  },
  { breaks: "ACC-2: the same trade submitted at once", how: "two processes do not hear of each other", place: apart },
  {
    breaks: "a reader of the feed",
    how: "now and then leaves the newest row out, and hands out later ones first",
    place: over((repository) => {
      let reads = 0
      return {
        ...repository,
        feed: (after, limit) =>
          Effect.map(repository.feed(after, limit), (rows) =>
            reads++ % 2 === 0 && rows.length > 1 ? rows.slice(1) : rows
          )
      }
    })
  },
  {
    breaks: "a journal's head at a position",
    how: "answers with the newest heads",
    place: over((repository) => ({ ...repository, headsAt: () => repository.heads }))
  },
  {
    breaks: "a journal's head at a position",
    how: "leaves the commit at the position itself out",
    place: over((repository) => ({
      ...repository,
      headsAt: (query) => repository.headsAt({ ...query, position: query.position - 1 })
    }))
  },
  {
    breaks: "C2: what is booked later",
    how: "two processes take ids from runs of their own",
    place: () => {
      const repository = memory()
      let opened = 0
      return {
        open: Effect.sync(() => {
          let next = opened++ === 0 ? 1000 : 1
          return planning(repository, (plan) => (state) => {
            const planned = plan({ ...state, counters: { ...state.counters, trade: next, lot: next } })
            next++
            return planned
          })
        })
      }
    }
  },
  {
    breaks: "a snapshot sees one state",
    how: "reads what is there now",
    place: over((repository) => ({
      ...repository,
      snapshot: (reads) => Effect.provideService(reads, TradeRepository, repository)
    }))
  },
  { breaks: "ACC-1: what was committed is there", how: "begins anew each time it is opened", place: apart },
  {
    breaks: "a member that throws",
    how: "loses a group in which something was thrown",
    place: over((repository) => ({
      ...repository,
      write: (scope, plan) => {
        const isPoisoned = scope.needs.some((need) => need._tag === "Mark")
        return isPoisoned ? Effect.dieMessage("a broken twin") : repository.write(scope, plan)
      }
    }))
  },
  {
    breaks: "B1: a trade that comes again",
    how: "takes it for new by another name",
    place: over((repository) =>
      planning(
        repository,
        withRows((row) => ("sourceId" in row ? { ...row, sourceId: `${String(row["sourceId"])}/${renamed++}` } : row))
      )
    )
  },
  {
    breaks: "a write that carries an outdated lease",
    how: "asks nobody for leases",
    place: over((repository) => ({
      ...repository,
      write: (scope, plan) => repository.write({ ...scope, fences: [] }, plan)
    }))
  },
  {
    breaks: "trades and commands of several writers",
    how: "changes a row past its journal",
    place: over((repository) =>
      planning(
        repository,
        withRows((row) => (row["reason"] === undefined ? row : { ...row, price: "1" }))
      )
    )
  }
]

const held = (name: string, place: () => StoreContract.Place) =>
  StoreContract.clauses
    .filter((clause) => clause.name.startsWith(name))
    .map((clause) =>
      Effect.runPromise(Effect.either(Effect.sandbox(Effect.scoped(Effect.suspend(() => clause.run(place()))))))
    )

describe("a store that breaks a promise", () => {
  it.each(twins)("is found out by '$breaks': one that $how", async ({ breaks, place }) => {
    const outcomes = await Promise.all(held(breaks, place))
    expect(outcomes.length).toBe(1)
    expect(outcomes.map(Either.isLeft)).toEqual([true])
  })

  it("has a twin for every promise", () => {
    const unproven = StoreContract.clauses.filter(({ name }) => !twins.some(({ breaks }) => name.startsWith(breaks)))
    expect(unproven.map(({ name }) => name)).toEqual([])
  })
})
