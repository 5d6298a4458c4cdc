import { createServer, type Socket } from "node:net"
import { assert, describe, it } from "@effect/vitest"
import { Reads, Sources } from "@roundlot/core"
import { Cursor } from "@roundlot/core/ledger"
import { Deferred, Effect, Fiber, Schedule } from "effect"
import type { EvmStatus } from "../src/EvmSource.ts"
import { chain, logged, type Chain, type Logged, type Signed } from "./chain.ts"
import { account, caughtUp, engine, expectAsOnChain, exposures, opened, sourceOf, standing, trades } from "./desk.ts"
import { proxy } from "./proxy.ts"

const atDesk = <A, E, R>(body: (node: Chain) => Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const node = yield* chain()
    const books = yield* engine
    return yield* Effect.provide(Effect.zipRight(opened, body(node)), books)
  })

const mined = (node: Chain, all: ReadonlyArray<Logged>) =>
  Effect.promise(async () => node.mine(await node.sign({ trade: all })))

const several = (from: number, count: number) => Array.from({ length: count }, (_, index) => logged(from + index))

const until = <E, R>(fact: Effect.Effect<boolean, E, R>) =>
  Effect.repeat(fact, { schedule: Schedule.spaced("20 millis"), until: (there) => there })

/** The port of a server that says nothing. */
const silent = Effect.gen(function* () {
  const open = new Set<Socket>()
  const server = createServer((socket) => void open.add(socket.resume().on("error", () => undefined)))
  yield* Effect.acquireRelease(
    Effect.async<void>((resume) => void server.listen(0, "127.0.0.1", () => resume(Effect.void))),
    () =>
      Effect.async<void>((resume) => {
        server.close(() => resume(Effect.void))
        for (const socket of open) socket.destroy()
      })
  )
  const address = server.address()
  return typeof address === "object" && address !== null ? address.port : 0
})

describe("a source of contract events", () => {
  it.scopedLive("ACC-2: takes in what a contract logged, over HTTP and over a WebSocket, each event once", () =>
    atDesk((node) =>
      Effect.gen(function* () {
        yield* mined(node, several(1, 3))
        yield* caughtUp(node, { urls: [node.http] })
        yield* caughtUp(node, { urls: [node.ws] })
        assert.deepStrictEqual(yield* exposures, { AAPL: "1", MSFT: "-3.25" })
        yield* expectAsOnChain(node)
      })
    )
  )

  it.scopedLive("events that are no trades are named, and the others go on", () =>
    atDesk((node) =>
      Effect.gen(function* () {
        yield* mined(node, [
          logged(1),
          logged(2, { quantity: 0n }),
          logged(3, { quantity: 10n ** 60n }),
          logged(4, { price: 0n }),
          logged(5)
        ])
        const seen: Array<EvmStatus["unread"]> = []
        const stands = ({ unread }: EvmStatus) => Effect.sync(() => void seen.push(unread))
        yield* caughtUp(node, { urls: [node.http], stands })
        assert.strictEqual((yield* trades).length, 2)
        const reasons = ["quantity is zero", "quantity has more than 18 digits before the point", "price is zero"]
        assert.deepStrictEqual(
          seen.at(-1)?.map(({ reason }) => reason),
          reasons
        )
        // They are in the cursor, which is an entry of the journal, and so are they after a restart.
        yield* mined(node, [logged(6)])
        yield* caughtUp(node, { urls: [node.http], stands })
        const ids = (seen.at(-1) ?? []).map(({ id }) => id)
        assert.strictEqual(ids.length, 3)
        const row = yield* Reads.first(Cursor.CursorTable, {})
        for (const id of ids) assert.include(row?.cursor, id)
        yield* caughtUp(node, { urls: [node.http], settings: { ignore: ids }, stands })
        assert.deepStrictEqual(seen.at(-1), [])
      })
    )
  )

  it.scopedLive("an event that can be read after all is a trade, and no longer named as none", () =>
    atDesk((node) =>
      Effect.gen(function* () {
        yield* mined(node, [logged(1), logged(2)])
        const seen: Array<EvmStatus["unread"]> = []
        const stands = ({ unread }: EvmStatus) => Effect.sync(() => void seen.push(unread))
        const settings = { side: { field: "isBuy", buy: "yes", sell: "no" } }
        yield* caughtUp(node, { urls: [node.http], settings, stands })
        assert.strictEqual(seen.at(-1)?.length, 2)
        yield* caughtUp(node, { urls: [node.http], stands })
        assert.strictEqual((yield* trades).length, 2)
        assert.deepStrictEqual(seen.at(-1), [])
      })
    )
  )

  it.scopedLive("a node that takes a connection and never answers is left for the next, and can be closed", () =>
    atDesk((node) =>
      Effect.gen(function* () {
        yield* mined(node, several(1, 2))
        for (const scheme of ["ws", "http"]) {
          const url = `${scheme}://127.0.0.1:${yield* silent}`
          yield* caughtUp(node, { urls: [url, node.http], silent: url })
        }
        yield* expectAsOnChain(node)
      })
    )
  )

  it.scopedLive(
    "ACC-2: a block with more trades than a delivery holds comes in several, and a process that ends between them passes over none",
    () =>
      atDesk((node) =>
        Effect.gen(function* () {
          yield* Effect.promise(async () => {
            const transactions: Array<Signed> = []
            for (let part = 0; part < 6; part++)
              transactions.push(await node.sign({ trade: several(1 + part * 400, 400) }))
            await node.mine(...transactions)
          })
          const sizes: Array<number> = []
          const before = ({ trades }: { readonly trades: ReadonlyArray<unknown> }) => {
            sizes.push(trades.length)
            return sizes.length === 2 ? Effect.fail("killed") : Effect.void
          }
          const killed = yield* Effect.flip(caughtUp(node, { urls: [node.http], before }))
          assert.strictEqual(String(killed), "killed")
          assert.strictEqual((yield* trades).length, 1_000)
          yield* caughtUp(node, { urls: [node.http], before })
          // What is in the books does not come again.
          assert.deepStrictEqual(sizes, [1_000, 1_000, 1_000, 400])
          yield* expectAsOnChain(node)
        })
      )
  )

  it.scopedLive("a range deep in the chain is read in steps, whose blocks are looked at where they have logs", () =>
    atDesk((node) =>
      Effect.gen(function* () {
        const provider = yield* proxy(node.http)
        yield* mined(node, several(1, 2))
        yield* Effect.promise(async () => {
          for (let block = 0; block < 60; block++) await node.mine()
        })
        yield* mined(node, several(3, 2))
        yield* caughtUp(node, { urls: [provider.url], settings: { deepest: 8, range: 20 } })
        yield* expectAsOnChain(node)
        assert.isBelow(provider.asked.get("eth_getBlockByNumber") ?? 0, 40)
      })
    )
  )

  for (const way of ["http", "ws"] as const)
    it.scopedLive(`a source that stays connected over ${way} takes in what comes, and a new branch`, () =>
      atDesk((node) =>
        Effect.gen(function* () {
          const begun = yield* Deferred.make<void>()
          const followed = { urls: [node[way]], stands: () => Deferred.succeed(begun, undefined) }
          // As a daemon does: a look at the moment of the reorganisation finds no chain, and is made again.
          const following = yield* Effect.scoped(
            Effect.flatMap(sourceOf(node, followed, "wait"), (source) => Sources.follow(account, source))
          ).pipe(Effect.retry(Schedule.spaced("50 millis")), Effect.forkScoped)
          yield* Deferred.await(begun)
          const back = yield* Effect.promise(node.mark)
          yield* mined(node, several(1, 3))
          yield* until(Effect.map(standing, ({ length }) => length === 3))
          yield* Effect.promise(back)
          yield* mined(node, several(4, 2))
          yield* mined(node, several(6, 2))
          yield* until(Effect.map(standing, ({ length }) => length === 4))
          yield* Fiber.interrupt(following)
          yield* expectAsOnChain(node)
        })
      )
    )

  it.scopedLive("an address with a key in it is in no message", () =>
    atDesk((node) =>
      Effect.gen(function* () {
        const provider = yield* proxy(node.http)
        const url = `${provider.url}/v2/planted-secret-key`
        for (const tampered of [{ cut: true }, { code: -32_000 }, { status: 401 }, { result: 1 }] as const) {
          provider.tamper(() => tampered)
          const failure = yield* Effect.flip(caughtUp(node, { urls: [url] }))
          assert.notInclude(JSON.stringify(failure) + String(failure), "planted-secret-key")
        }
        const closed = yield* Effect.flip(caughtUp(node, { urls: ["ws://127.0.0.1:1/planted-secret-key"] }))
        assert.notInclude(JSON.stringify(closed) + String(closed), "planted-secret-key")
      })
    )
  )
})
