import { Effect } from "effect"
import { Entry, Need, TradeRepository } from "@roundlot/core/adapter"
import { same } from "../promise.ts"
import * as rows from "../SampleRows.ts"
import { everyRow, entriesOf, byAccount, type Clause, filled, everything, nothing, type Place } from "./Clause.ts"

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
export const feedFollows = (repository: TradeRepository.TradeRepositoryService) =>
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

const pastHeads: Clause = {
  name: "a journal's head at a position of the feed is what the feed has of it up to there, in a snapshot as well",
  needs: [],
  run: (place) =>
    Effect.gen(function* () {
      const [one, two] = yield* opened(place)
      for (let i = 0; i < 9; i++) {
        yield* adding(i % 2 === 0 ? one : two, ACCOUNTS[i % 3 === 0 ? 1 : 0] ?? "main", `t-${i}`)
      }
      const compared = Effect.gen(function* () {
        const books = yield* TradeRepository.TradeRepository
        const feed = yield* books.feed(0, 1000)
        const reached = new Map<string, Entry.Head>()
        for (const position of [0, ...feed.map((row) => row.position), feed.length + 5]) {
          const row = feed.find((each) => each.position === position)
          if (row !== undefined) reached.set(row.account, { hash: row.headHash, seq: row.lastSeq })
          const asked = [...ACCOUNTS, "nobody"]
          const found = byAccount(yield* books.headsAt({ accounts: asked, position }))
          yield* same(`heads at position ${position}`, found, byAccount(reached))
          const [own] = byAccount(yield* books.headsAt({ accounts: ["second"], position }))
          yield* same(
            "no other account is in the answer",
            own,
            byAccount(reached).find(([name]) => name === "second")
          )
        }
        yield* same("nothing of no accounts", [...(yield* books.headsAt({ accounts: [], position: 9 }))], [])
      })
      for (const read of [compared, two.snapshot(compared)]) {
        yield* Effect.provideService(read, TradeRepository.TradeRepository, two)
      }
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

/** What it promises to several who use it, at once or one after the other. */
export const together: ReadonlyArray<Clause> = [concurrent, readers, pastHeads, ages, snapshots, outlives]
