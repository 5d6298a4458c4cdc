import { assert, it } from "@effect/vitest"
import { Reads, Sources, Trade } from "@roundlot/core"
import { Effect, Fiber, Schedule } from "effect"
import { choice } from "../src/EvmSource.ts"
import { chain, logged, type Chain, type Signed } from "./chain.ts"
import { account, engine, expectAsOnChain, onChain, opened, sourceOf, standing } from "./desk.ts"
import { honest, proxy } from "./proxy.ts"

const TRADES = 10_000
const A_TRANSACTION = 50
const PARTS = 4
const DEPTH = 8

const settings = { confirmations: 1, deepest: 32 }

/** Transactions of the trades from one number on, `count` trades in all. */
const signed = (node: Chain, from: number, count: number) =>
  Effect.promise(async () => {
    const transactions: Array<Signed> = []
    for (let first = from; first < from + count; first += A_TRANSACTION) {
      const ids = Array.from({ length: A_TRANSACTION }, (_, index) => first + index)
      transactions.push(await node.sign({ trade: ids.map((id) => logged(id)) }))
    }
    return transactions
  })

const mined = (node: Chain, transactions: ReadonlyArray<Signed>) =>
  Effect.promise(async () => {
    for (const each of transactions) await node.mine(each)
  })

const emptied = (node: Chain, blocks: number) =>
  Effect.promise(async () => {
    for (let block = 0; block < blocks; block++) await node.mine()
  })

/** Until the books have each event of the chain that has its confirmations. */
const taken = (node: Chain) =>
  Effect.gen(function* () {
    yield* emptied(node, settings.confirmations)
    const { ids } = yield* onChain(node)
    const isThere = Effect.map(standing, (found) => found.join() === ids.join())
    yield* Effect.repeat(isThere, { schedule: Schedule.spaced("200 millis"), until: (there) => there })
  })

it.scopedLive("ACC-1, ACC-2: 10,000 trades through three reorganisations and two failovers are each counted once", () =>
  Effect.gen(function* () {
    const node = yield* chain()
    const [one, two] = [yield* proxy(node.http), yield* proxy(node.http)]
    const books = yield* engine
    yield* Effect.gen(function* () {
      yield* opened
      const chosen = choice()
      const used: Array<string> = []
      const followed = {
        urls: [one.url, two.url],
        settings,
        chosen,
        stands: ({ provider }: { readonly provider: string }) =>
          Effect.sync(() => {
            if (used.at(-1) !== provider) used.push(provider)
          })
      }
      const following = Effect.scoped(
        Effect.flatMap(sourceOf(node, followed, "wait"), (source) => Sources.follow(account, source))
      ).pipe(Effect.retry(Schedule.spaced("50 millis")), Effect.forkScoped)
      let daemon = yield* following
      for (let part = 0; part < PARTS; part++) {
        const transactions = yield* signed(node, part * (TRADES / PARTS) + 1, TRADES / PARTS)
        const [early, late] = [transactions.slice(0, -DEPTH), transactions.slice(-DEPTH)]
        yield* mined(node, early)
        if (part === 1) one.tamper(() => ({ cut: true }))
        if (part === 2) {
          one.tamper(honest)
          two.tamper((method, _params, result) => ({ result: method === "eth_chainId" ? "0x1" : result }))
        }
        const back = yield* Effect.promise(node.mark)
        yield* mined(node, late)
        yield* taken(node)
        if (part === 0) continue
        if (part === 3) yield* Fiber.interrupt(daemon)
        yield* Effect.promise(back)
        // The same transactions in other blocks, and at other places in them.
        yield* Effect.promise(() => node.mine(...late.slice(0, 3)))
        yield* Effect.promise(() => node.mine(...late.slice(3)))
        yield* emptied(node, DEPTH)
        if (part === 3) daemon = yield* following
        yield* taken(node)
      }
      yield* Fiber.interrupt(daemon)
      assert.deepStrictEqual(used, ["node-1", "node-2", "node-1"])
      assert.strictEqual((yield* onChain(node)).ids.length, TRADES)
      yield* expectAsOnChain(node)
      const rows = yield* Reads.all(Trade.TradeTable)
      const reversals = rows.filter(({ reversesSourceId }) => reversesSourceId !== undefined)
      assert.strictEqual(reversals.length, 3 * DEPTH * A_TRANSACTION)
      assert.strictEqual(rows.length, TRADES + 2 * reversals.length)
    }).pipe(Effect.provide(books))
  })
)
