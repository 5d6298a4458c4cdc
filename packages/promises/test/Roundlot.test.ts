import { Exchange, PaperBroker } from "@roundlot/broker-paper"
import { Accumulator, type Broker, Events } from "@roundlot/core"
import { Id, Lease, type Report } from "@roundlot/core/adapter"
import {
  BooksClosed,
  brokerOf,
  InvalidInput,
  Roundlot,
  type NewTrade,
  type Opened,
  type OwnBroker
} from "@roundlot/promises"
import { SqliteStore } from "@roundlot/store-sqlite"
import { Deferred, Effect } from "effect"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, describe, expect, it } from "vitest"
import { promised } from "./promised.ts"

/** Of one run: a trade that is given again has the time that it had. */
const now = new Date()

const trade = (sourceId: string, quantity: string): NewTrade => ({
  source: "app",
  sourceId,
  symbol: "AAPL",
  side: "buy",
  quantity,
  price: "150",
  tradedAt: now
})

const paper: Opened = (account) => Effect.map(Exchange.make({}), (exchange) => PaperBroker.make(exchange, account))

const closing: Array<() => unknown> = []

afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
})

const opened = async (parts: Partial<Parameters<typeof Roundlot.open>[0]> = {}): Promise<Roundlot> => {
  const roundlot = await Roundlot.open({ brokers: { desk: paper }, ...parts })
  closing.push(() => roundlot.close())
  await roundlot.setAccount("desk")
  return roundlot
}

const folder = (): string => {
  const path = mkdtempSync(join(tmpdir(), "roundlot-promises-"))
  closing.push(() => rmSync(path, { recursive: true }))
  return path
}

const tagsOf = (results: ReadonlyArray<{ readonly _tag: string }>) => results.map(({ _tag }) => _tag)

const failureOf = (running: Promise<unknown>): Promise<unknown> =>
  running.then(
    (value) => expect.fail(`it came to ${JSON.stringify(value)}`),
    (error: unknown) => error
  )

/** The first that comes. */
const first = async <A>(heard: AsyncIterable<A>): Promise<A> => {
  for await (const each of heard) return each
  return expect.fail("nothing came")
}

describe("the books by promises", () => {
  it("SDK-1: trades are taken in once, ordered in whole lots, filled and heard, with text for every figure", async () => {
    const roundlot = await opened()
    const heard = first(roundlot.fills({ account: "desk", after: Events.BEGINNING }))
    const trades = [trade("1", "0.5"), trade("2", "0.7")]
    expect(tagsOf(await roundlot.take("desk", trades))).toEqual(["Accepted", "Accepted"])
    expect(tagsOf(await roundlot.take("desk", trades))).toEqual(["Duplicate", "Duplicate"])
    const { fill, order } = await heard
    expect(`${order.side} ${fill.quantity} ${order.symbol} at ${fill.price}`).toBe("buy 1 AAPL at 150")
    expect((await roundlot.untilIdle()).orders).toEqual([])
    const { items } = await roundlot.list.positions({ where: { account: "desk" } })
    expect(items).toMatchObject([{ symbol: "AAPL", exposure: "1.2", hedged: "1", residual: "0.2" }])
    expect(JSON.parse(JSON.stringify(items))).toMatchObject([{ exposure: "1.2" }])
    expect(await roundlot.due("desk", "AAPL")).toMatchObject({ _tag: "NotDue" })
    expect(await roundlot.audit()).toMatchObject({ ok: true, findings: [] })
    expect((await roundlot.health()).filter(({ isWell }) => !isWell)).toEqual([])
    await roundlot.close()
    expect(await roundlot.ended).toBeUndefined()
  })

  it("events go on after the cursor of what was heard, by kind, and end where they are asked to", async () => {
    const roundlot = await opened({ drives: false })
    await roundlot.take("desk", [trade("1", "0.1"), trade("2", "0.2")])
    const hear = async (after: string) => {
      const all: Array<{ readonly cursor: string; readonly quantity: string }> = []
      for await (const { cursor, event } of roundlot.events({ after, tags: ["TradeAccepted"], ends: true }))
        all.push({ cursor, quantity: event.quantity })
      return all
    }
    const [one, two] = await hear(Events.BEGINNING)
    expect([one?.quantity, two?.quantity]).toEqual(["0.1", "0.2"])
    expect(await hear(one?.cursor ?? "")).toEqual([two])
  })

  it("pages of records, the newest first, one after another", async () => {
    const roundlot = await opened({ drives: false })
    await roundlot.take("desk", [trade("1", "0.1"), trade("2", "0.2"), trade("3", "0.3")])
    const { items, next } = await roundlot.list.trades({
      where: { account: "desk", status: ["accumulated", "pending"] },
      limit: 2
    })
    expect(items.map(({ sourceId }) => sourceId)).toEqual(["3", "2"])
    const rest = await roundlot.list.trades({ limit: 2, after: next })
    expect(rest.items.map(({ sourceId }) => sourceId)).toEqual(["1"])
    expect(rest.next).toBeUndefined()
  })

  it("AUD-1: a decision is executed, and an operator's command is carried out once", async () => {
    const roundlot = await opened()
    await roundlot.untilIdle()
    const limit = { orderType: "limit", limitPrice: "410" } as const
    const wish = { strategy: "momentum", symbol: "MSFT", side: "buy", quantity: "2", ...limit } as const
    const decision = await roundlot.decide("desk", wish)
    expect(decision).toMatchObject({ strategy: "momentum", quantity: "2", status: "submitted" })
    const halt = { _tag: "Halt", scope: { _tag: "Everything" } } as const
    expect(await roundlot.perform("desk", "halt-1", halt, { actor: "ada", reason: "lunch" })).toMatchObject({
      _tag: "Done"
    })
    const before = (await roundlot.list.accounts()).items
    expect(await roundlot.perform("desk", "halt-1", halt)).toMatchObject({ _tag: "Done" })
    expect((await roundlot.list.accounts()).items).toEqual(before)
  })

  it("books of a file are there again", async () => {
    const store = SqliteStore.layer({ file: join(folder(), "books.db") })
    const one = await opened({ store, drives: false })
    await one.take("desk", [trade("1", "0.5")])
    await one.close()
    const two = await opened({ store, drives: false })
    expect(tagsOf(await two.take("desk", [trade("1", "0.5")]))).toEqual(["Duplicate"])
  })
})

const broken: Opened = () => Effect.fail(new Error("no such key"))

/** Neither what it is sent nor what it is asked is ever answered. */
const lost: Opened = (account) =>
  Effect.map(Exchange.make({}), (exchange): Broker.BrokerService => {
    const broker = promised(PaperBroker.make(exchange, account))
    return brokerOf({
      ...broker,
      prepare: (terms) => ({ ...broker.prepare(terms), send: () => Promise.reject(new Error("socket hang up")) }),
      lookup: () => Promise.reject(new Error("no route to host"))
    })
  })

it("what is logged comes with what it is about, and nothing of it is printed", async () => {
  const lines: Array<string> = []
  const roundlot = await opened({
    log: ({ about, level, message }) =>
      lines.push(`${level} ${message}: ${String(about["order"])} of ${String(about["account"])}`)
  })
  await roundlot.take("desk", [trade("1", "1")])
  await roundlot.untilIdle()
  expect(lines).toContain("info order answered: O1 of desk")
})

describe("what goes wrong, by promises", () => {
  it("is an error of a class: what was given is named place by place, and nothing of it is taken", async () => {
    const roundlot = await opened({ drives: false })
    const wrong = await failureOf(
      roundlot.take("desk", [trade("1", "0.5"), { ...trade("2", "-1"), tradedAt: new Date(Number.NaN) }])
    )
    expect(wrong).toBeInstanceOf(InvalidInput)
    expect(wrong).toMatchObject({ message: expect.stringMatching(/^trades: 1\.quantity .*; 1\.tradedAt /) })
    expect(await failureOf(roundlot.takeUnknown("desk", trade("1", "0.5")))).toMatchObject({
      message: "trades: is no array of trades"
    })
    const undated = await failureOf(roundlot.takeUnknown("desk", [{ ...trade("1", "0.5"), tradedAt: "yesterday" }]))
    const message = "is no date, and no ISO 8601 text with a zone, such as 2026-11-20T14:30:00Z"
    expect(undated).toMatchObject({ issues: [{ path: "0.tradedAt", message }] })
    expect((await roundlot.list.trades()).items).toEqual([])
    const unknown = await failureOf(roundlot.take("nobody", [trade("1", "0.5")]))
    expect(unknown).toBeInstanceOf(Accumulator.UnknownAccount)
    expect(await failureOf(roundlot.take("No Such", [trade("1", "0.5")]))).toBeInstanceOf(InvalidInput)
    expect(await failureOf(roundlot.perform("desk", "1", JSON.parse(`{"_tag":"Hold"}`)))).toBeInstanceOf(InvalidInput)
    expect(await failureOf(roundlot.setAccount("desk", { lot: "0" }))).toMatchObject({
      issues: [{ path: "lot" }]
    })
  })

  it("books that cannot be opened reject with why", async () => {
    const store = SqliteStore.layer({ file: folder() })
    expect(await failureOf(Roundlot.open({ store, brokers: {} }))).toMatchObject({ _tag: "StoreUnavailable" })
    expect(await failureOf(Roundlot.open({ brokers: { desk: broken } }))).toMatchObject({ message: "no such key" })
  })

  it("a signal ends what waits: a question, a wait, and a loop over events", async () => {
    const roundlot = await opened({ drives: false })
    const reason = new Error("the caller is gone")
    expect(await failureOf(roundlot.list.trades({ signal: AbortSignal.abort(reason) }))).toBe(reason)
    const waiting = new AbortController()
    const idle = failureOf(roundlot.run(Effect.never, { signal: waiting.signal }))
    waiting.abort(reason)
    expect(await idle).toBe(reason)
    const hearing = new AbortController()
    await roundlot.take("desk", [trade("1", "0.5")])
    const heard: Array<string> = []
    const loop = async () => {
      for await (const { event } of roundlot.events({ after: Events.BEGINNING, signal: hearing.signal })) {
        heard.push(event._tag)
        hearing.abort(reason)
      }
    }
    expect(await failureOf(loop())).toBe(reason)
    expect(heard.length).toBeGreaterThan(0)
  })

  it("a send that rejects leaves its order in doubt, and a read that rejects stands in health", async () => {
    const roundlot = await opened({ brokers: { desk: lost } })
    await roundlot.take("desk", [trade("1", "1")])
    const doubtful = first(roundlot.events({ after: Events.BEGINNING, tags: ["AttemptAnswered"] }))
    expect((await doubtful).event).toMatchObject({ outcome: "unknown", message: "socket hang up" })
    const { items } = await roundlot.list.orders()
    expect(items).toMatchObject([{ status: "in_doubt", quantity: "1" }])
    await expect
      .poll(async () => (await roundlot.health()).map(({ detail }) => detail).join())
      .toContain("no route to host")
  })

  it("says by whom the accounts are driven, where it is not by this program", async () => {
    const store = SqliteStore.layer({ file: join(folder(), "books.db") })
    const one = await opened({ store })
    await one.untilIdle()
    const two = await Roundlot.open({ store, brokers: { desk: paper } })
    closing.push(() => two.close())
    expect(await two.ended).toBeInstanceOf(Lease.LeaseHeld)
  })

  it("books that are closed end the loops over them, and reject what waits and what comes after", async () => {
    const roundlot = await opened({ drives: false })
    const waiting = roundlot.events()[Symbol.asyncIterator]()
    const [pending, running] = [waiting.next(), failureOf(roundlot.run(Effect.never))]
    await roundlot.list.accounts()
    await Promise.all([roundlot.close(), roundlot.close()])
    expect((await pending).done).toBe(true)
    expect(await running).toBeInstanceOf(BooksClosed)
    expect(await failureOf(roundlot.list.trades())).toBeInstanceOf(BooksClosed)
    expect(await failureOf(first(roundlot.events()))).toBeInstanceOf(BooksClosed)
  })

  it("who leaves a loop while an entry is waited for waits for none", async () => {
    const roundlot = await opened({ drives: false })
    const waiting = roundlot.events()[Symbol.asyncIterator]()
    const pending = waiting.next()
    await waiting.return?.()
    expect((await pending).done).toBe(true)
  })

  it("a question is answered as it was asked, or not at all", async () => {
    const roundlot = await opened({ drives: false })
    await roundlot.take("desk", [trade("1", "1")])
    expect((await roundlot.list.trades({ where: { status: [] } })).items).toEqual([])
    const asked = (where: unknown) => failureOf(roundlot.list.trades(JSON.parse(JSON.stringify({ where }))))
    expect(await asked({ symbol: null })).toBeInstanceOf(InvalidInput)
    expect(await asked({ status: ["pending", false] })).toBeInstanceOf(InvalidInput)
    expect(await asked({ constructor: "x" })).toMatchObject({ _tag: "ConstraintRefused" })
    expect(await asked([["symbol", "MSFT"]])).toBeInstanceOf(InvalidInput)
    expect(await failureOf(roundlot.list.trades(Object({ where: new Map([["symbol", "MSFT"]]) })))).toBeInstanceOf(
      InvalidInput
    )
  })
})

/** Given as plain JavaScript gives it: nothing says that it is of another type. */
const untyped = (given: object): ReturnType<typeof JSON.parse> => JSON.parse(JSON.stringify(given))

type Received = Report.Received<Report.Answered>

/** A broker at the paper exchange with members of its own. */
const changed =
  (changes: (broker: OwnBroker) => Partial<OwnBroker>): Opened =>
  (account) =>
    Effect.map(Exchange.make({}), (exchange) => {
      const broker = promised(PaperBroker.make(exchange, account))
      return brokerOf({ ...broker, ...changes(broker) })
    })

describe("a broker in plain JavaScript that gives what is of no type", () => {
  it.each([
    ["nothing", () => Promise.resolve<Received>(untyped({}))],
    ["an id that is a number", () => Promise.resolve<Received>(untyped({ report: { answer: { brokerOrderId: 7 } } }))]
  ] as const)("an answer to a send that is %s leaves its order in doubt", async (_, send) => {
    const roundlot = await opened({
      brokers: {
        desk: changed((broker) => ({
          prepare: (terms) => ({ ...broker.prepare(terms), send }),
          lookup: () => Promise.reject(new Error("no route to host"))
        }))
      }
    })
    const answered = first(roundlot.events({ after: Events.BEGINNING, tags: ["AttemptAnswered"] }))
    await roundlot.take("desk", [trade("1", "1")])
    expect((await answered).event).toMatchObject({
      outcome: "unknown",
      message: expect.stringContaining("cannot be read")
    })
    expect((await roundlot.list.orders()).items).toMatchObject([{ status: "in_doubt" }])
  })

  it("the answer to another attempt is none to this one", async () => {
    const roundlot = await opened({
      brokers: {
        desk: changed((broker) => ({
          prepare: (terms) => {
            const { request, send } = broker.prepare(terms)
            return { request, send: async (attempt) => send(Id.of("attempt", attempt + 1)) }
          }
        }))
      }
    })
    const answered = first(roundlot.events({ after: Events.BEGINNING, tags: ["AttemptAnswered"] }))
    await roundlot.take("desk", [trade("1", "1")])
    expect((await answered).event).toMatchObject({ outcome: "unknown", message: "its answer is of attempt 2 of desk" })
  })

  it("a listing with a figure that is a number is unreadable, and a case that says where", async () => {
    const holdings = [{ symbol: "AAPL", quantity: 1, averagePrice: 150 }]
    const roundlot = await opened({
      log: () => undefined,
      brokers: {
        desk: changed(() => ({
          positions: () => Promise.resolve<Broker.HoldingsListed>(untyped({ complete: true, holdings }))
        }))
      }
    })
    const found = first(roundlot.events({ after: Events.BEGINNING, tags: ["BreakOpened"] }))
    expect((await found).event).toMatchObject({ subject: "positions" })
    expect((await roundlot.health()).map(({ detail }) => detail).join()).toContain("holdings.0.quantity")
  })

  it("is not opened where a member is missing, or it is neither of play money nor of real", async () => {
    const desk = changed(() => untyped({ environment: "LIVE" }))
    expect(await failureOf(Roundlot.open({ brokers: { desk } }))).toMatchObject({
      message: expect.stringContaining("environment")
    })
    expect(await failureOf(Roundlot.open({ brokers: { desk: untyped({ name: "house" }) } }))).toBeInstanceOf(
      InvalidInput
    )
  })

  it("its updates hear of the end by their signal, though they wait for a report", async () => {
    const heard = Effect.runSync(Deferred.make<AbortSignal>())
    const roundlot = await opened({
      brokers: {
        desk: changed(() => ({
          // eslint-disable-next-line require-yield
          updates: async function* (signal) {
            Deferred.unsafeDone(heard, Effect.succeed(signal))
            await new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)))
          }
        }))
      }
    })
    const signal = await Effect.runPromise(Deferred.await(heard))
    await roundlot.close()
    expect(signal.aborted).toBe(true)
  })
})
