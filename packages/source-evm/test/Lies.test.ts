import { assert, describe, it } from "@effect/vitest"
import { Effect, Predicate } from "effect"
import { choice } from "../src/EvmSource.ts"
import { chain, logged, type Chain } from "./chain.ts"
import { caughtUp, engine, expectAsOnChain, opened, trades } from "./desk.ts"
import { honest, proxy, type Tamper } from "./proxy.ts"

const ZEROS = `0x${"00".repeat(32)}`

/** The logs of an answer, each changed. */
const eachLog =
  (change: (log: Record<string, unknown>) => ReadonlyArray<unknown>): Tamper =>
  (method, _params, result) => {
    if (method !== "eth_getLogs" || !Array.isArray(result)) return { result }
    return { result: result.flatMap((log) => (Predicate.isRecord(log) ? change(log) : [])) }
  }

/** Each block of an answer, changed. */
const eachBlock =
  (change: (block: Record<string, unknown>, asked: unknown) => unknown): Tamper =>
  (method, params, result) =>
    method === "eth_getBlockByNumber" && Predicate.isRecord(result) ? { result: change(result, params[0]) } : { result }

const answering =
  (asked: string, answer: Extract<ReturnType<Tamper>, object>): Tamper =>
  (method, _params, result) =>
    method === asked ? answer : { result }

const isWide = (params: ReadonlyArray<unknown>): boolean => {
  const [filter] = params
  return Predicate.isRecord(filter) && filter["fromBlock"] !== filter["toBlock"]
}

const isByBlock = ([filter]: ReadonlyArray<unknown>): boolean => Predicate.isRecord(filter) && "blockHash" in filter

/** What a provider can say that is not so, and how it is said of it. Each would cost a trade, or make one up. */
const lies: ReadonlyArray<readonly [name: string, tamper: Tamper, said: RegExp]> = [
  ["it is of another chain", answering("eth_chainId", { result: "0x1" }), /is of chain 1 and not of 1337/],
  [
    "a log of another contract",
    eachLog((log) => [{ ...log, address: `0x${"cc".repeat(20)}` }]),
    /a contract that was not asked for/
  ],
  ["a log of another event", eachLog((log) => [{ ...log, topics: [ZEROS] }]), /an event that was not asked for/],
  [
    "a log of a block beyond the range",
    eachLog((log) => [{ ...log, blockNumber: "0xffff" }]),
    /a block that was not asked for/
  ],
  ["a log that was removed", eachLog((log) => [{ ...log, removed: true }]), /a log that was removed/],
  [
    "a log of a block that is not yet",
    eachLog((log) => [{ ...log, blockHash: null }]),
    /answered eth_getLogs unreadably/
  ],
  ["a log of a branch of its own", eachLog((log) => [{ ...log, blockHash: ZEROS }]), /has a log of another block/],
  [
    "two logs at one place",
    eachLog((log) => [log, { ...log, data: `${String(log["data"]).slice(0, -1)}1` }]),
    /two logs at one place/
  ],
  [
    "one log of a range is left out",
    (method, params, result) =>
      method === "eth_getLogs" && isWide(params) && Array.isArray(result) ? { result: result.slice(0, 0) } : { result },
    /left out 3 logs of block/
  ],
  ["a block under another number", eachBlock((block) => ({ ...block, number: "0x1" })), /answered block 1 for/],
  [
    "blocks that do not follow each other",
    eachBlock((block) => ({ ...block, parentHash: ZEROS })),
    /does not follow its block/
  ],
  ["no block where there is one", eachBlock((block, asked) => (asked === "latest" ? block : null)), /has no block/],
  ["a time that no clock has", eachBlock((block) => ({ ...block, timestamp: "0xffffffffffff" })), /unreadably/],
  ["a number that no platform keeps", eachBlock((block) => ({ ...block, number: "0xffffffffffffffff" })), /unreadably/],
  ["nothing that can be read", answering("eth_getLogs", { result: { logs: [] } }), /answered eth_getLogs unreadably/],
  ["an error", answering("eth_getLogs", { code: -32_000 }), /refused eth_getLogs with code -32000/],
  ["that it may not be asked", answering("eth_getLogs", { status: 403 }), /answered eth_getLogs with status 403/],
  ["a connection that ends", answering("eth_getLogs", { cut: true }), /could not be reached for eth_getLogs/]
]

const atDesk = <A, E, R>(body: (node: Chain) => Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    // Its newest block is old: others are asked whether they have a newer one.
    const node = yield* chain({ at: new Date(Date.now() - 600_000), stepS: 1 })
    const books = yield* engine
    return yield* Effect.provide(Effect.zipRight(opened, body(node)), books)
  })

const three = (node: Chain) =>
  Effect.promise(async () => {
    await node.mine()
    await node.mine(await node.sign({ trade: [logged(1), logged(2), logged(3)] }))
    await node.mine()
  })

const mine = async (node: Chain, blocks: number) => {
  for (let block = 0; block < blocks; block++) await node.mine()
}

describe("a provider that says what is not so", () => {
  for (const [name, tamper, said] of lies) {
    it.scopedLive(`${name}: nothing of it is taken in, and the next provider is read`, () =>
      atDesk((node) =>
        Effect.gen(function* () {
          yield* three(node)
          const liar = yield* proxy(node.http)
          liar.tamper(tamper)
          assert.match(String(yield* Effect.flip(caughtUp(node, { urls: [liar.url] }))), said)
          assert.deepStrictEqual(yield* trades, [])
          const statuses: Array<string> = []
          yield* caughtUp(node, {
            urls: [liar.url, node.http],
            stands: ({ left, provider }) =>
              Effect.sync(
                () => void statuses.push(`${provider}${left.map(({ message }) => `, for ${message}`).join("")}`)
              )
          })
          assert.match(statuses[0] ?? "", new RegExp(`^node-2, for node-1 .*${said.source}`))
          yield* expectAsOnChain(node)
        })
      )
    )
  }

  it.scopedLive(
    "ACC-1: an answer that is cut off deep in the chain is asked for in halves, until all of it is there",
    () =>
      atDesk((node) =>
        Effect.gen(function* () {
          yield* three(node)
          yield* three(node)
          yield* Effect.promise(() => mine(node, 24))
          const cutting = yield* proxy(node.http)
          cutting.tamper((method, _params, result) =>
            method === "eth_getLogs" && Array.isArray(result) ? { result: result.slice(0, 4) } : { result }
          )
          yield* caughtUp(node, { urls: [cutting.url], settings: { deepest: 8 } })
          yield* expectAsOnChain(node)
        })
      )
  )

  it.scopedLive("ACC-1: a node that has a block, and not yet its logs, is left for the next", () =>
    atDesk((node) =>
      Effect.gen(function* () {
        yield* three(node)
        const late = yield* proxy(node.http)
        late.tamper((method, params, result) => {
          if (method !== "eth_getLogs") return { result }
          return isByBlock(params) ? { code: -32_000 } : { result: [] }
        })
        yield* caughtUp(node, { urls: [late.url, node.http] })
        yield* expectAsOnChain(node)
      })
    )
  )

  it.scopedLive("another provider that is of another chain says nothing of how far this one is", () =>
    atDesk((node) =>
      Effect.gen(function* () {
        yield* three(node)
        const other = yield* proxy(node.http)
        other.tamper((method, params, result) =>
          method === "eth_chainId"
            ? { result: "0x1" }
            : eachBlock((block) => ({ ...block, number: "0xffff" }))(method, params, result)
        )
        yield* caughtUp(node, { urls: [node.http, other.url] })
        yield* expectAsOnChain(node)
      })
    )
  )

  it.scopedLive(
    "a trade that a person names in ignore is taken back, though other providers have its block as well",
    () =>
      atDesk((node) =>
        Effect.gen(function* () {
          yield* three(node)
          const urls = [node.http, node.http]
          yield* caughtUp(node, { urls })
          const [row] = yield* trades
          const settings = { ignore: [row?.sourceId ?? ""] }
          for (let turn = 0; turn < 2; turn++) yield* caughtUp(node, { urls, settings })
          const back = (yield* trades).filter(({ reversesSourceId }) => reversesSourceId !== undefined)
          assert.deepStrictEqual(
            back.map(({ reversesSourceId }) => reversesSourceId),
            [row?.sourceId]
          )
        })
      )
  )

  it.scopedLive("ACC-2: the same log twice in an answer is one trade", () =>
    atDesk((node) =>
      Effect.gen(function* () {
        yield* three(node)
        const liar = yield* proxy(node.http)
        liar.tamper(eachLog((log) => [log, log]))
        yield* caughtUp(node, { urls: [liar.url] })
        yield* expectAsOnChain(node)
      })
    )
  )

  it.scopedLive("a range that is refused is asked for in halves", () =>
    atDesk((node) =>
      Effect.gen(function* () {
        yield* three(node)
        const narrow = yield* proxy(node.http)
        narrow.tamper((method, params, result) =>
          method === "eth_getLogs" && isWide(params) ? { code: -32_005 } : { result }
        )
        yield* caughtUp(node, { urls: [narrow.url] })
        yield* expectAsOnChain(node)
      })
    )
  )

  it.scopedLive("one that stays behind is left for one that does not", () =>
    atDesk((node) =>
      Effect.gen(function* () {
        const late = yield* proxy(node.http)
        yield* three(node)
        const height = yield* Effect.promise(node.height)
        late.tamper((method, params, result) => {
          const isLater = method === "eth_getBlockByNumber" && params[0] !== "latest" && Number(params[0]) > height
          if (isLater) return { result: null }
          return method === "eth_getBlockByNumber" && params[0] === "latest" ? { result: frozen ?? result } : { result }
        })
        const frozen = yield* Effect.promise(() => node.request("eth_getBlockByNumber", ["latest", false]))
        const chosen = choice()
        const urls = [late.url, node.http]
        yield* caughtUp(node, { urls, chosen })
        for (let block = 0; block < 4; block++) yield* three(node)
        yield* caughtUp(node, { urls, chosen })
        assert.strictEqual(chosen.index, 1)
        yield* expectAsOnChain(node)
      })
    )
  )

  it.scopedLive("nothing is taken back on the word of one provider while another has the block", () =>
    atDesk((node) =>
      Effect.gen(function* () {
        yield* three(node)
        const liar = yield* proxy(node.http)
        yield* caughtUp(node, { urls: [liar.url, node.http] })
        const before = yield* trades
        const other = "ee"
        const renamed = (text: unknown) => `0x${other}${String(text).slice(4)}`
        liar.tamper((method, params, result) => {
          if (method === "eth_getLogs") return { result: [] }
          return eachBlock((block) =>
            Number(block["number"]) > 2
              ? {
                  ...block,
                  logsBloom: `0x${"00".repeat(256)}`,
                  hash: renamed(block["hash"]),
                  parentHash: Number(block["number"]) > 3 ? renamed(block["parentHash"]) : block["parentHash"]
                }
              : block
          )(method, params, result)
        })
        yield* caughtUp(node, { urls: [liar.url, node.http] })
        assert.deepStrictEqual(yield* trades, before)
        yield* expectAsOnChain(node)
      })
    )
  )

  it.scopedLive(
    "a log that was taken in and is denied by its own block stops the source, until a person says what is right",
    () =>
      atDesk((node) =>
        Effect.gen(function* () {
          yield* three(node)
          const liar = yield* proxy(node.http)
          yield* caughtUp(node, { urls: [liar.url] })
          const [row] = yield* trades
          liar.tamper(eachLog((log) => (log["logIndex"] === "0x0" ? [] : [log])))
          const failure = String(yield* Effect.flip(caughtUp(node, { urls: [liar.url] })))
          assert.match(failure, new RegExp(`has no log ${row?.sourceId} in block \\d+, of which it was taken in`))
          assert.strictEqual((yield* trades).length, 3)
          liar.tamper(honest)
          yield* caughtUp(node, { urls: [liar.url], settings: { ignore: [row?.sourceId ?? ""] } })
          assert.strictEqual(
            (yield* trades).filter(({ reversesSourceId }) => reversesSourceId === row?.sourceId).length,
            1
          )
        })
      )
  )
})
