import { Account, AccountName, Commands } from "@roundlot/core"
import { PastProcess } from "@roundlot/daemon"
import { StorePlace } from "@roundlot/daemon/configuration"
import type { past } from "@roundlot/http"
import { Deferred, Effect, Exit, Fiber, Logger, Option, Schema, Stream } from "effect"
import { mkdirSync, readdirSync } from "node:fs"
import { request } from "node:http"
import { tmpdir } from "node:os"
import { join } from "node:path"
import process from "node:process"
import { describe, expect, it, vi } from "vitest"
import { PAST_READS } from "../../src/cli/ownProgram.ts"
import { layerBooks } from "../../src/App.ts"
import { databases } from "../cli/database.ts"
import { buys, desk, program, running, until } from "../cli/roundlot.ts"
import { bare } from "../settings/bare.ts"
import { isTried } from "../views/stores.ts"
import { books, servingWith } from "./serving.ts"

const { fresh } = databases()

type Desk = ReturnType<typeof desk>

/** Three trades, and an order that was filled. */
const traded = async (place: Desk) => {
  await place.cli("trades", "import", place.file("a.csv", buys(["a", "0.3"], ["b", "0.5"], ["c", "2.4"])))
  expect((await place.cli("start", "--until-idle")).code).toBe(0)
  return place
}

/** A batch that has ended beside them. */
const withBatch = async (place: Desk) => {
  await place.cli("batches", "submit", place.file("g.csv", buys(["d", "1.2"], ["e", "-1"])), "--name", "desk")
  expect((await place.cli("start", "--until-idle")).code).toBe(0)
  return place
}

/** Lists, records, sums, files and refusals as of moments, and what reads whole books. */
const QUESTIONS = [
  "positions?asOf=3",
  "positions?asOf=6",
  "positions/AAPL?asOf=6",
  "orders?limit=1&count=true&asOf=6",
  "orders/O1?asOf=4",
  "orders/O1?asOf=6",
  "orders/O1?asOf=1",
  "orders/totals?asOf=6",
  "trades?limit=2&asOf=6",
  "trades?account=none&asOf=6",
  "trades/T1?asOf=6",
  "allocations?asOf=6",
  "journal?order=newest&asOf=6",
  "journal/head?asOf=2001-01-01",
  "reports/profit/export?asOf=6",
  "reports/profit?asOf=999",
  "reports/profit",
  "reports/profit/export",
  "reports/profit/export?account=none",
  "reports/slippage",
  "reports/trail",
  "reports/trail?since=yesterday",
  "batches/G1/rows",
  "batches/G1/rows?asOf=6",
  "batches/G1/export",
  "batches/G9/export",
  "orders?unheard=1&asOf=6",
  "orders?asOf=yesterday"
].map((question) => `/api/v1/${question}`)

interface Served {
  readonly said: () => string
  readonly says: (text: RegExp) => Promise<void>
}

const portOf = async (daemon: Served) => {
  await daemon.says(/Running/)
  return Number(/127\.0\.0\.1:(\d+)/.exec(daemon.said())?.[1])
}

/** An answer but for what names its request. */
const answerOf = async (port: number, path: string) => {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, { headers: { "x-request-id": "same" } })
  const headers = [...response.headers].filter(([name]) => name !== "date")
  return { path, status: response.status, headers: Object.fromEntries(headers), text: await response.text() }
}

const answersOf = async (port: number) => {
  const answers = []
  for (const path of QUESTIONS) answers.push(await answerOf(port, path))
  return answers
}

const started = ["start", "--port", "0", "--open", "--log", "json"]

/** A daemon as a process of its own, with its port. */
const daemonAt = async ({ place }: Desk) => {
  const daemon = running(program("main", [...started, ...place]))
  return { daemon, port: await portOf(daemon) }
}

/** The process that reads the past for a daemon, once it has begun. */
const readerOf = async (daemon: Served) => {
  await daemon.says(/a process reads the past/)
  return Number(/a process reads the past.*?"pid":(\d+)/.exec(daemon.said())?.[1])
}

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

/** Asks for an audit, and gives its job. */
const auditAt = async (port: number) => {
  const headers = { "content-type": "application/json" }
  const asked = await fetch(`http://127.0.0.1:${port}/api/v1/audit`, { method: "POST", headers, body: "{}" })
  return Schema.decodeUnknownSync(Schema.Struct({ id: Schema.String }))(await asked.json()).id
}

const Job = Schema.Struct({
  status: Schema.String,
  progress: Schema.Unknown,
  result: Schema.Unknown,
  failure: Schema.Unknown
})

const jobAt = async (port: number, id: string) =>
  Schema.decodeUnknownSync(Job)(await (await fetch(`http://127.0.0.1:${port}/api/v1/jobs/${id}`)).json())

const ORDERS_THEN = "/api/v1/orders?asOf=6"

/** A daemon with a read of the past under way in a process that is stopped, and what it answered before. */
const withHeldRead = async () => {
  const { daemon, port } = await daemonAt(await traded(desk()))
  const first = await answerOf(port, ORDERS_THEN)
  const reader = await readerOf(daemon)
  process.kill(reader, "SIGSTOP")
  return { daemon, port, first, reader, held: answerOf(port, ORDERS_THEN) }
}

describe("a daemon's reads of earlier moments", () => {
  it.for((["SQLite", "Postgres"] as const).filter(isTried))(
    "on %s the process that reads the past answers what the daemon itself would, byte for byte",
    async (kind) => {
      const place = await withBatch(await traded(kind === "SQLite" ? desk() : desk(await fresh())))
      // A command line that runs within another program has no process to begin.
      const within = place.begin([...started, ...place.place])
      const expected = await answersOf(await portOf(within))
      within.end()
      await within.ended
      expect(within.said()).not.toContain("a process reads the past")
      const { daemon, port } = await daemonAt(place)
      expect(await answersOf(port)).toEqual(expected)
      expect(expected.map(({ status }) => status)).toEqual(expect.arrayContaining([200, 400, 404]))
      expect(isAlive(await readerOf(daemon))).toBe(true)
      daemon.signal("SIGTERM")
      expect((await daemon.ended).code).toBe(0)
    }
  )

  it("the daemon answers everything else while a read of the past is held, and ends without waiting for it", async () => {
    const { daemon, first, held, port, reader } = await withHeldRead()
    for (const path of ["/health", "/api/v1/orders", "/api/v1/positions"])
      expect((await answerOf(port, path)).status).toBe(200)
    process.kill(reader, "SIGCONT")
    expect(await held).toEqual(first)
    process.kill(reader, "SIGSTOP")
    const never = answerOf(port, ORDERS_THEN).then(
      ({ status }) => status,
      () => "cut off"
    )
    expect((await answerOf(port, "/health")).status).toBe(200)
    daemon.signal("SIGTERM")
    expect((await daemon.ended).code).toBe(0)
    expect(["cut off", 503]).toContain(await never)
    await until(async () => !isAlive(reader))
  })

  it("an audit that a job asks for is read by the process: what that dies of fails the job, and the next one has its result", async () => {
    const place = await traded(desk())
    const { daemon, port } = await daemonAt(place)
    await answerOf(port, ORDERS_THEN)
    const reader = await readerOf(daemon)
    process.kill(reader, "SIGSTOP")
    const dying = await auditAt(port)
    await until(async () => (await jobAt(port, dying)).status === "running")
    expect((await answerOf(port, "/api/v1/orders")).status).toBe(200)
    process.kill(reader, "SIGABRT")
    process.kill(reader, "SIGCONT")
    await until(async () => (await jobAt(port, dying)).status !== "running")
    expect(await jobAt(port, dying)).toMatchObject({
      status: "dead",
      result: null,
      failure: expect.stringContaining("the audit has no result: it needs more than 512 MB of memory")
    })
    const next = await auditAt(port)
    await until(async () => (await jobAt(port, next)).status === "done")
    const { sinceAnchor: _, ...printed } = JSON.parse((await place.cli("audit", "--json")).out)
    const { progress, result } = await jobAt(port, next)
    expect(result).toMatchObject({ ...printed, entries: expect.any(Number), anchor: expect.anything() })
    expect(progress).toMatchObject({ step: "journals", of: expect.any(Number) })
    daemon.signal("SIGTERM")
    expect((await daemon.ended).code).toBe(0)
  })

  it("what the process dies of ends its reads with a problem, and the next one begins another", async () => {
    const { daemon, first, held, port, reader } = await withHeldRead()
    expect((await answerOf(port, "/api/v1/orders")).status).toBe(200)
    // As V8 ends a process whose memory is used up; a stopped one takes it when it goes on.
    process.kill(reader, "SIGABRT")
    process.kill(reader, "SIGCONT")
    const { status, text } = await held
    expect([status, JSON.parse(text)]).toMatchObject([
      503,
      {
        type: "/problems/unavailable",
        requestId: "same",
        detail: expect.stringContaining("more than 512 MB of memory")
      }
    ])
    expect(await answerOf(port, ORDERS_THEN)).toEqual(first)
    daemon.signal("SIGTERM")
    expect((await daemon.ended).code).toBe(0)
  })
})

const quiet = Logger.replace(Logger.defaultLogger, Logger.none)

/** Long reads of a desk's books by a process within these limits. */
const readsOf = (
  place: Desk,
  limits: Partial<PastProcess.Limits>,
  words = [...program("main", []), PAST_READS],
  version = "0.0.0"
) =>
  Effect.flatMap(Effect.orDie(StorePlace.parse(place.store, "--store")), (store) =>
    PastProcess.make({ ...bare, store, checkpointFolder: join(place.folder, "none"), version }, words, {
      ...PastProcess.usual,
      ...limits
    })
  ).pipe(
    Effect.flatMap((made) => (made === undefined ? Effect.dieMessage("no process") : Effect.succeed(made.reads))),
    Effect.orDie
  )

const ORDERS: past.PastRequest = { method: "GET", url: ORDERS_THEN, accounts: undefined }

/** The status of an answer, and its bytes as a text. */
const heard = (reads: past.PastReads, asked = ORDERS) =>
  Effect.scoped(
    Effect.gen(function* () {
      const { body, status } = yield* reads(asked)
      if (body._tag === "Uint8Array") return { status, text: new TextDecoder().decode(body.body) }
      const text = body._tag === "Stream" ? yield* Effect.orDie(Stream.mkString(Stream.decodeText(body.stream))) : ""
      return { status, text }
    })
  )

const answered = (reads: past.PastReads, asked = ORDERS) =>
  Effect.match(heard(reads, asked), { onFailure: ({ detail }) => detail, onSuccess: ({ status }) => status })

/** A program in the place of the process that can be asked and never answers. */
const SILENT = `
  require("node:readline").createInterface({ input: process.stdin }).once("line", (line) => {
    require("node:http").createServer(() => undefined).listen(JSON.parse(line).socket, () => console.log("ready"))
  })
  process.stdin.on("end", () => process.exit())`

/** One whose answers have no end. */
const ENDLESS = `
  const answer = (response) => { while (response.write("x".repeat(65536))); response.once("drain", () => answer(response)) }
  require("node:readline").createInterface({ input: process.stdin }).once("line", (line) => {
    require("node:http").createServer((_, response) => answer(response)).listen(JSON.parse(line).socket, () => console.log("ready"))
  })
  process.stdin.on("end", () => process.exit())`

const run = <A, E>(work: Effect.Effect<A, E>) => Effect.runPromise(Effect.provide(work, quiet))

describe("the process that reads the past", () => {
  it("reads beyond those that may wait are refused at once, and one whose caller has gone makes room", async () => {
    await run(
      Effect.gen(function* () {
        const reads = yield* readsOf(desk(), { together: 1, waiting: 1 }, [process.execPath, "-e", SILENT])
        const held = yield* Effect.fork(answered(reads))
        const waiting = yield* Effect.fork(answered(reads))
        yield* Effect.yieldNow()
        expect(yield* answered(reads)).toContain("1 reads wait already")
        yield* Fiber.interrupt(held)
        const next = yield* Effect.fork(answered(reads))
        yield* Effect.yieldNow()
        expect(Option.isNone(yield* Fiber.poll(next))).toBe(true)
        expect(yield* answered(reads)).toContain("1 reads wait already")
        yield* Fiber.interruptAll([waiting, next])
      }).pipe(Effect.scoped)
    )
  })

  it("who takes no more bytes of an answer loses his seat to the next one, and the answer breaks off", async () => {
    await run(
      Effect.gen(function* () {
        const reads = yield* readsOf(desk(), { together: 1, untaken: "5 millis" }, [process.execPath, "-e", ENDLESS])
        const { body } = yield* reads(ORDERS)
        if (body._tag !== "Stream") return yield* Effect.dieMessage("its answer has an end")
        const pull = yield* Stream.toPull(body.stream)
        yield* pull
        expect((yield* reads(ORDERS)).status).toBe(200)
        expect(Exit.isFailure(yield* Effect.exit(Effect.forever(pull)))).toBe(true)
      }).pipe(Effect.scoped, Effect.orDie)
    )
  })

  it("too little memory to begin with, and a program that is not there, are problems that say so", async () => {
    const place = await traded(desk())
    await run(
      Effect.gen(function* () {
        expect(yield* answered(yield* readsOf(place, { memoryMb: 8 }))).toContain("more than 8 MB of memory")
        expect(yield* answered(yield* readsOf(place, {}, [join(place.folder, "none")]))).toContain(
          "could not be started"
        )
        expect(yield* answered(yield* readsOf(place, {}, [process.execPath, "-e", ""]))).toContain("ended with 0")
      }).pipe(Effect.scoped)
    )
  })

  it("a program of another version opens no store, and none leaves its folder behind", async () => {
    const place = await traded(desk())
    const before = readdirSync(tmpdir())
    const logged: Array<string> = []
    const noting = Logger.make(({ message }) => void logged.push(String(message)))
    await run(
      Effect.gen(function* () {
        const reads = yield* readsOf(place, {}, undefined, "9.9.9").pipe(Effect.provide(Logger.add(noting)))
        expect(yield* answered(reads)).toContain("The daemon's log says why")
        expect(yield* answered(yield* readsOf(place, {}, ["roundlot-none"]))).toContain("could not be started")
      }).pipe(Effect.scoped)
    )
    expect(logged.join("\n")).toContain("the daemon is version 9.9.9, this program 0.0.0")
    const left = readdirSync(tmpdir()).filter((name) => name.startsWith("roundlot-past-") && !before.includes(name))
    expect(left).toEqual([])
  })

  it("a folder for temporary files that is too deep for a socket is passed by", async () => {
    const place = await traded(desk())
    const deep = join(place.folder, "d".repeat(100))
    mkdirSync(deep)
    vi.stubEnv("TMPDIR", deep)
    try {
      await run(
        Effect.flatMap(readsOf(place, {}), (reads) =>
          Effect.map(answered(reads), (said) => expect(said).toBe(200))
        ).pipe(Effect.scoped)
      )
      expect(readdirSync(deep)).toEqual([])
    } finally {
      vi.unstubAllEnvs()
    }
  })

  it("one that is not used ends, and the next read begins another", async () => {
    const place = await traded(desk())
    await run(
      Effect.gen(function* () {
        const pids: Array<unknown> = []
        const noting = Logger.make(({ annotations }) => {
          for (const [name, value] of annotations) if (name === "pid") pids.push(value)
        })
        const reads = yield* readsOf(place, { idle: "5 millis" })
        for (const _ of [1, 2]) {
          expect(yield* Effect.provide(answered(reads), Logger.add(noting))).toBe(200)
          yield* Effect.promise(() => until(async () => !isAlive(Number(pids.at(-1)))))
        }
        expect(new Set(pids).size).toBe(2)
      }).pipe(Effect.scoped)
    )
  })

  it("who is bound to accounts reads the past of these alone", async () => {
    const place = await traded(desk())
    const names = Schema.decodeUnknownSync(
      Schema.parseJson(Schema.Struct({ items: Schema.Array(Schema.Struct({ name: Schema.String })) }))
    )
    const other = AccountName.AccountName.make("other")
    await run(
      Effect.gen(function* () {
        const store = yield* StorePlace.parse(place.store, "--store")
        yield* Effect.provide(
          Effect.flatMap(Commands.Commands, ({ setAccount }) =>
            setAccount(other, Account.defaultSettings, "test", undefined)
          ),
          layerBooks({ ...bare, store })
        )
        const reads = yield* readsOf(place, {})
        const accounts = { method: "GET", url: `/api/v1/accounts?asOf=${encodeURIComponent(new Date().toISOString())}` }
        const seen = (scope: ReadonlyArray<string> | undefined) =>
          Effect.map(
            heard(reads, { ...accounts, accounts: scope === undefined ? undefined : new Set(scope) }),
            ({ text }) => names(text).items.map(({ name }) => name)
          )
        expect(yield* seen(undefined)).toEqual(["other", "paper"])
        expect(yield* seen(["other"])).toEqual(["other"])
        const trail = { method: "GET", url: "/api/v1/reports/trail" }
        expect((yield* heard(reads, { ...trail, accounts: undefined })).text).toContain(",paper,")
        expect((yield* heard(reads, { ...trail, accounts: new Set(["other"]) })).text).not.toContain(",paper,")
        expect(
          (yield* heard(reads, { ...ORDERS, accounts: new Set(["other"]), url: "/api/v1/orders/O1?asOf=6" })).status
        ).toBe(404)
      }).pipe(Effect.scoped)
    )
  })

  it("a caller who hangs up is waited for no longer", async () => {
    await run(
      Effect.gen(function* () {
        const [come, gone] = [yield* Deferred.make<void>(), yield* Deferred.make<void>()]
        const reads: past.PastReads = () =>
          Effect.zipRight(Deferred.succeed(come, undefined), Effect.never).pipe(
            Effect.onInterrupt(() => Deferred.succeed(gone, undefined))
          )
        const port = yield* servingWith({}, true, { past: reads })
        const asking = request({ host: "127.0.0.1", port, path: ORDERS.url }).on("error", () => undefined)
        asking.end()
        yield* Deferred.await(come)
        asking.destroy()
        yield* Deferred.await(gone)
        expect((yield* Effect.promise(() => fetch(`http://127.0.0.1:${port}/health`))).status).toBe(200)
      }).pipe(Effect.scoped, Effect.provide(books))
    )
  })
})
