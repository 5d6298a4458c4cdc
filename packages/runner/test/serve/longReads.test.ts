import { Account, AccountName, Commands } from "@roundlot/core"
import { ReaderProcess } from "@roundlot/daemon"
import { StorePlace } from "@roundlot/daemon/configuration"
import type { longReads } from "@roundlot/http"
import { Clock, Deferred, Effect, Exit, Fiber, Logger, Option, Schema, Stream } from "effect"
import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs"
import { get, type IncomingMessage, request } from "node:http"
import { createRequire } from "node:module"
import { join } from "node:path"
import process from "node:process"
import { describe, expect, it, vi } from "vitest"
import { READER } from "../../src/cli/ownProgram.ts"
import { layerBooks } from "../../src/App.ts"
import { desk, program, until } from "../cli/roundlot.ts"
import { bare } from "../settings/bare.ts"
import { type Desk, isAlive, ORDERS_THEN, traded } from "./longReadsDesk.ts"
import { begun, books, servingWith } from "./serving.ts"

const quiet = Logger.replace(Logger.defaultLogger, Logger.none)

/** Long reads of a desk's books by a process within these limits. */
const readsOf = (
  place: Desk,
  limits: Partial<ReaderProcess.Limits>,
  words = [...program("main", []), READER],
  version = "0.0.0"
) =>
  Effect.flatMap(Effect.orDie(StorePlace.parse(place.store, "--store")), (store) =>
    ReaderProcess.make({ ...bare, store, checkpointFolder: join(place.folder, "none"), version }, words, {
      ...ReaderProcess.usual,
      ...limits
    })
  ).pipe(
    Effect.flatMap((made) => (made === undefined ? Effect.dieMessage("no process") : Effect.succeed(made.reads))),
    Effect.orDie
  )

const ORDERS: longReads.LongRead = { method: "GET", url: ORDERS_THEN, accounts: undefined }

/** The status of an answer, and its bytes as a text. */
const heard = (reads: longReads.LongReads, asked = ORDERS) =>
  Effect.scoped(
    Effect.gen(function* () {
      const { body, status } = yield* reads(asked)
      if (body._tag === "Uint8Array") return { status, text: new TextDecoder().decode(body.body) }
      const text = body._tag === "Stream" ? yield* Effect.orDie(Stream.mkString(Stream.decodeText(body.stream))) : ""
      return { status, text }
    })
  )

const answered = (reads: longReads.LongReads, asked = ORDERS) =>
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

/** A caller who takes the beginning of an answer, and no more. */
const unread = (port: number) =>
  Effect.acquireRelease(
    Effect.async<IncomingMessage>((resume) => {
      get({ host: "127.0.0.1", port, path: ORDERS.url, agent: false }, (response) => {
        response.on("error", () => undefined)
        resume(Effect.succeed(response))
      })
    }),
    (response) => Effect.sync(() => response.destroy())
  )

/** Takes what is left of an answer, and says whether it came to its end. */
const isWhole = (response: IncomingMessage) =>
  Effect.async<boolean>((resume) => {
    response.once("close", () => resume(Effect.succeed(response.complete))).resume()
  })

/** Does something while temporary folders are made in a new folder there. */
const withTemporary = async (folder: string, act: () => Promise<void>): Promise<void> => {
  mkdirSync(folder)
  vi.stubEnv("TMPDIR", folder)
  try {
    await act()
  } finally {
    vi.unstubAllEnvs()
  }
}

const run = <A, E>(work: Effect.Effect<A, E>) => Effect.runPromise(Effect.provide(work, quiet))

describe("a reader process", () => {
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

  it("two callers who take no more of their answers lose their seats to a third over sockets", async () => {
    await run(
      Effect.gen(function* () {
        const reads = yield* readsOf(desk(), { together: 2, untaken: "20 millis" }, [process.execPath, "-e", ENDLESS])
        // The clock of the books stays where it is: that of the seats does not.
        const port = yield* Effect.withClock(servingWith({}, true, { longReads: reads }), Clock.make())
        const callers = yield* Effect.all([unread(port), unread(port)])
        expect((yield* begun(port, ORDERS.url)).status).toBe(200)
        // What they have of their answers is not taken for the whole.
        expect(yield* Effect.forEach(callers, isWhole)).toEqual([false, false])
      }).pipe(Effect.scoped, Effect.provide(books))
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
    const temporary = join(place.folder, "temporary")
    const logged: Array<string> = []
    const noting = Logger.make(({ message }) => void logged.push(String(message)))
    await withTemporary(temporary, () =>
      run(
        Effect.gen(function* () {
          const reads = yield* readsOf(place, {}, undefined, "9.9.9").pipe(Effect.provide(Logger.add(noting)))
          expect(yield* answered(reads)).toContain("The daemon's log says why")
          expect(yield* answered(yield* readsOf(place, {}, ["roundlot-none"]))).toContain("could not be started")
        }).pipe(Effect.scoped)
      )
    )
    expect(logged.join("\n")).toContain("the daemon is version 9.9.9, this program 0.0.0")
    expect(readdirSync(temporary)).toEqual([])
  })

  it("after a process has ended, modules are found through symbolic links as before", async () => {
    const place = desk()
    const { folder } = place
    const temporary = join(folder, "temporary")
    mkdirSync(join(folder, "node_modules"))
    for (const name of ["one", "two"]) {
      writeFileSync(join(folder, `${name}.js`), "")
      symlinkSync(join(folder, `${name}.js`), join(folder, "node_modules", `${name}.js`))
    }
    const { resolve } = createRequire(join(folder, "program.js"))
    // From here on the links' folder is known to Node.
    expect(resolve("one.js")).toBe(join(folder, "one.js"))
    await withTemporary(temporary, async () => {
      await run(
        Effect.gen(function* () {
          const reads = yield* readsOf(place, {}, [process.execPath, "-e", ENDLESS])
          expect((yield* reads(ORDERS)).status).toBe(200)
        }).pipe(Effect.scoped, Effect.orDie)
      )
      await until(async () => readdirSync(temporary).length === 0)
    })
    expect(resolve("two.js")).toBe(join(folder, "two.js"))
  })

  it("a folder for temporary files that is too deep for a socket is passed by", async () => {
    const place = await traded(desk())
    const deep = join(place.folder, "d".repeat(100))
    await withTemporary(deep, () =>
      run(
        Effect.flatMap(readsOf(place, {}), (reads) =>
          Effect.map(answered(reads), (said) => expect(said).toBe(200))
        ).pipe(Effect.scoped)
      )
    )
    expect(readdirSync(deep)).toEqual([])
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

  it("who is bound to accounts reads these alone", async () => {
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
        const reads: longReads.LongReads = () =>
          Effect.zipRight(Deferred.succeed(come, undefined), Effect.never).pipe(
            Effect.onInterrupt(() => Deferred.succeed(gone, undefined))
          )
        const port = yield* servingWith({}, true, { longReads: reads })
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
