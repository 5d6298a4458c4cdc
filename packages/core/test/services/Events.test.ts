import { Chunk, Effect, Fiber, Option, Queue, Stream, TestClock } from "effect"
import { describe, expect, test } from "vitest"
import * as MemoryRepository from "../../src/memory/MemoryRepository.ts"
import * as MemoryStore from "../../src/memory/MemoryStore.ts"
import { TradeRepository, type TradeRepositoryService } from "../../src/ports/TradeRepository.ts"
import * as Account from "../../src/records/Account.ts"
import { AccountName, STORE } from "../../src/records/AccountName.ts"
import type { Order } from "../../src/records/Order.ts"
import { Commands } from "../../src/services/Commands.ts"
import * as Daemon from "../../src/services/Daemon.ts"
import * as Events from "../../src/services/Events.ts"
import * as Decimal from "../../src/values/Decimal.ts"
import * as Instant from "../../src/values/Instant.ts"
import * as Price from "../../src/values/Price.ts"
import * as Stage from "./Stage.ts"

const other = AccountName.make("other")

/** Two accounts whose commits alternate, some of several entries. */
const history = Effect.gen(function* () {
  yield* Stage.opened()
  yield* (yield* Commands).setAccount(other, Account.defaultSettings, "test")
  yield* Stage.submit(Stage.trade("t1", "1"), Stage.trade("t2", "0.5"), Stage.trade("t3", "0.25"))
  yield* (yield* Commands).setAccount(other, { ...Account.defaultSettings, lot: Stage.trade("", "2").quantity }, "test")
  yield* Stage.submit(Stage.trade("t4", "1"))
})

/** So many events, as soon as they are there. */
const heard = (count: number, wanted: Events.Wanted = { after: Events.BEGINNING }) =>
  Effect.map(Stream.runCollect(Stream.take(Events.stream(wanted), count)), Chunk.toReadonlyArray)

/** All entries of both journals, as the store has them. */
const entries = Effect.flatMap(TradeRepository, (repository) =>
  Effect.map(
    Effect.forEach([Stage.account, other, STORE], (account) =>
      repository.entries({ account, afterSeq: 0, entity: undefined, limit: 1000 })
    ),
    (journals) => journals.flat()
  )
)

const named = ({ account, seq }: { readonly account: string; readonly seq: number }): string => `${account} ${seq}`

describe("events", () => {
  test("are every entry of every journal once, in the order of their commits", () =>
    Stage.play(
      Effect.gen(function* () {
        yield* history
        const all = yield* entries
        const events = yield* heard(all.length)
        expect(events.map(named).toSorted()).toEqual(all.map(named).toSorted())
        for (const account of [Stage.account, other, STORE]) {
          const own = events.filter((each) => each.account === account)
          expect(own.map(({ seq }) => seq)).toEqual(own.map((_, index) => index + 1))
        }
        const positions = events.map(({ cursor }) => Number(/-(\d+)/.exec(cursor)?.[1]))
        expect(positions).toEqual(positions.toSorted((one, another) => one - another))
        const tags = new Map(all.map((entry) => [named(entry), entry.tag]))
        for (const each of events) expect(each.event._tag).toBe(tags.get(named(each)))
      })
    ))

  test("go on after each cursor with all that follows it and nothing else, whichever account's it is", () =>
    Stage.play(
      Effect.gen(function* () {
        yield* history
        const events = yield* heard((yield* entries).length)
        for (const [index, { cursor }] of events.slice(0, -1).entries()) {
          const rest = yield* heard(events.length - index - 1, { after: cursor })
          expect(rest.map(named)).toEqual(events.slice(index + 1).map(named))
        }
      })
    ))

  test("of one account and of some kinds alone are those, and a page without any moves the cursor on", () =>
    Stage.play(
      Effect.gen(function* () {
        yield* history
        const stream = Events.stream({ after: Events.BEGINNING, account: other, tags: ["AccountChanged"] })
        const [changed] = yield* Effect.map(Stream.runCollect(Stream.take(stream, 1)), Chunk.toReadonlyArray)
        expect(changed?.account).toBe(other)
        // Its type says what it has.
        expect(Decimal.format(changed?.event.settings.lot ?? Decimal.zero)).toBe("2")
        const none = Events.pages({ after: Events.BEGINNING, tags: ["BreakOpened"] })
        const page = Option.getOrThrow(yield* Stream.runHead(none))
        expect(page.events).toEqual([])
        yield* Stage.submit(Stage.trade("t5", "1"))
        const [next] = yield* heard(1, { after: page.cursor })
        expect(next?.event).toMatchObject({ _tag: "TradeAccepted", sourceId: "t5" })
      })
    ))

  test("that come later are waited for, and heard at once where this process commits", () =>
    Stage.play(
      Effect.gen(function* () {
        yield* history
        const kept = yield* Queue.unbounded<string>()
        yield* Effect.forkScoped(
          Stream.runForEach(Events.stream({ tags: ["TradeAccepted"] }), ({ event }) => kept.offer(event.sourceId))
        )
        yield* Effect.yieldNow()
        yield* TestClock.adjust(0)
        yield* Stage.submit(Stage.trade("now", "1"))
        expect(yield* Queue.take(kept)).toBe("now")
        expect(yield* Queue.size(kept)).toBe(0)
      })
    ))

  test("of another process are found by the clock", async () => {
    const store = MemoryStore.make()
    const at = () => Stage.layer({}, { repository: MemoryRepository.make(store) })
    await Stage.play(
      Effect.gen(function* () {
        yield* history
        const waiting = yield* Effect.fork(heard(1, { tags: ["TradeAccepted"] }))
        yield* TestClock.adjust(0)
        yield* Effect.provide(Stage.submit(Stage.trade("theirs", "1")), at())
        yield* TestClock.adjust("1 second")
        const [event] = yield* Fiber.join(waiting)
        expect(event?.event).toMatchObject({ sourceId: "theirs" })
      }),
      at()
    )
  })

  test("are read no faster than they are taken", async () => {
    const store = MemoryStore.make()
    let reads = 0
    const plain = MemoryRepository.make(store)
    const counting: TradeRepositoryService = {
      ...plain,
      entries: (query) => Effect.suspend(() => (reads++, plain.entries(query)))
    }
    await Stage.play(
      Effect.gen(function* () {
        yield* Stage.opened()
        for (let i = 0; i < 450; i++) yield* Stage.submit(Stage.trade(`t${i}`, "0.001"))
        reads = 0
        yield* heard(1)
        const first = reads
        yield* heard(450)
        expect(first).toBeLessThan(reads - first)
      }),
      Stage.layer({}, { repository: counting })
    )
  })

  test("after a cursor that is none, of another store, or ahead of it are refused", () =>
    Stage.play(
      Effect.gen(function* () {
        yield* history
        const { incarnation } = (yield* TradeRepository).identity
        for (const after of [
          "",
          "7",
          "nobody-1",
          `${incarnation}-999`,
          `${incarnation}-1.x`,
          `${incarnation}-0.5`,
          `${incarnation}-2.999`,
          `${incarnation}--1`
        ]) {
          const refused = yield* Effect.flip(heard(1, { after }))
          expect(refused._tag).toBe("LostCursor")
        }
      })
    ))

  test("have cursors of stores of one's own, whatever their lives are called", async () => {
    const named: TradeRepositoryService = {
      ...MemoryRepository.make(MemoryStore.make()),
      identity: { id: "own", incarnation: "/var/books-2.lines" }
    }
    await Stage.play(
      Effect.gen(function* () {
        yield* history
        const [first] = yield* heard(1)
        const [second] = yield* heard(1, { after: first?.cursor })
        expect(second?.cursor).not.toBe(first?.cursor)
      }),
      Stage.layer({}, { repository: named })
    )
  })

  test("end with the entry that cannot be read: nothing after it is passed on", async () => {
    const plain = MemoryRepository.make(MemoryStore.make())
    const newer: TradeRepositoryService = {
      ...plain,
      entries: (query) =>
        Effect.map(plain.entries(query), (found) =>
          found.map((entry) => (entry.seq === 3 ? { ...entry, eventVersion: 99 } : entry))
        )
    }
    await Stage.play(
      Effect.gen(function* () {
        yield* history
        const seen: Array<number> = []
        const stream = Events.stream({ after: Events.BEGINNING, account: Stage.account })
        const error = yield* Effect.flip(Stream.runForEach(stream, ({ seq }) => Effect.sync(() => seen.push(seq))))
        expect(Math.max(0, ...seen)).toBeLessThan(3)
        expect(error.message).toContain("entry 3 of the journal of paper cannot be read")
      }),
      Stage.layer({}, { repository: newer })
    )
  })
})

const executionOf = ({ clientOrderId, side, symbol }: Order, revision: number, quantity: string, price?: string) =>
  ({
    _tag: "Executed",
    account: Stage.account,
    asOf: Instant.make(BigInt(10 + revision)),
    asOfKind: "broker",
    execId: `x.${revision}`,
    execIdBase: "x",
    revision,
    brokerOrderId: Stage.theirId,
    clientOrderId,
    symbol,
    side,
    quantity: Decimal.unsafe(quantity),
    price: price === undefined ? undefined : Price.unsafe(price),
    executedAt: Instant.make(5n)
  }) as const

/** An order of so many shares that works at the broker. */
const working = (shares: string) =>
  Effect.gen(function* () {
    yield* Stage.opened()
    yield* Effect.forkScoped(Daemon.run())
    yield* Stage.submit(Stage.trade("t1", shares))
    const [order] = yield* Stage.until(Stage.orders, ([first]) => first?.status === "submitted")
    return order ?? (yield* Effect.dieMessage("no order"))
  })

describe("fills", () => {
  test("come with side, symbol and order; a correction and a bust are revisions of the same execution", () =>
    Stage.play(
      Effect.gen(function* () {
        const order = yield* working("3")
        yield* Stage.book(executionOf(order, 0, "3", "150"))
        yield* Stage.book(executionOf(order, 1, "2", "150.5"))
        yield* Stage.book(executionOf(order, 2, "0", "150.5"))
        const fills = yield* Stream.runCollect(Stream.take(Events.fills({ after: Events.BEGINNING }), 3))
        expect(
          Array.from(fills, ({ change, fill, order: { side } }) => [
            change,
            side,
            fill.symbol,
            fill.revision,
            Decimal.format(fill.quantity),
            fill.canonical
          ])
        ).toEqual([
          ["booked", "buy", "AAPL", 0, "3", false],
          ["booked", "buy", "AAPL", 1, "2", false],
          ["booked", "buy", "AAPL", 2, "0", true]
        ])
      })
    ))

  test("without a price come again once they have one", () =>
    Stage.play(
      Effect.gen(function* () {
        const order = yield* working("1")
        yield* Stage.book(executionOf(order, 0, "1"))
        const first = Events.fills({ after: Events.BEGINNING })
        const unpriced = Option.getOrThrow(yield* Stream.runHead(first))
        expect(unpriced.fill.price).toBeUndefined()
        yield* Stage.book(executionOf(order, 0, "1", "151"))
        const priced = Option.getOrThrow(yield* Stream.runHead(Events.fills({ after: unpriced.cursor })))
        expect(priced).toMatchObject({ change: "priced", fill: { id: unpriced.fill.id } })
        expect(priced.fill.price === undefined ? "" : Decimal.format(priced.fill.price)).toBe("151")
      })
    ))
})
