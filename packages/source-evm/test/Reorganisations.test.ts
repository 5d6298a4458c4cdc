import { assert, describe, it } from "@effect/vitest"
import { Reads } from "@roundlot/core"
import { Cursor } from "@roundlot/core/ledger"
import { Effect } from "effect"
import { chain, logged, type Chain, type Signed } from "./chain.ts"
import { caughtUp, engine, expectAsOnChain, opened, sourceOf, tookWithoutCursor, trades } from "./desk.ts"

const begun = { at: new Date(Date.now() - 600_000), stepS: 1 }

const signed = (node: Chain, ...ids: ReadonlyArray<number>) =>
  Effect.promise(() => node.sign({ trade: ids.map((id) => logged(id)) }))
const noted = (node: Chain, id: number) => Effect.promise(() => node.sign({ note: id }))
const mined = (node: Chain, ...transactions: ReadonlyArray<Signed>) => Effect.promise(() => node.mine(...transactions))
const empty = (node: Chain, count: number) =>
  Effect.forEach(Array.from({ length: count }), () => mined(node), { discard: true })

const atDesk = <A, E, R>(body: (node: Chain) => Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const node = yield* chain(begun)
    const books = yield* engine
    return yield* Effect.provide(Effect.zipRight(opened, body(node)), books)
  })

/** Two trades in a transaction of a block, taken in; `back` is the chain of before. */
const oneTakenIn = (node: Chain) =>
  Effect.gen(function* () {
    const back = yield* Effect.promise(node.mark)
    const one = yield* signed(node, 1, 2)
    yield* mined(node, one)
    yield* mined(node)
    yield* caughtUp(node, { urls: [node.http] })
    return { back, one }
  })

const reversals = Effect.map(trades, (rows) => rows.filter(({ reversesSourceId }) => reversesSourceId !== undefined))

describe("a reorganisation of the chain", () => {
  it.scopedLive(
    "ACC-2: what was taken in of blocks that are gone is taken back once, and counts again where it is mined again",
    () =>
      atDesk((node) =>
        Effect.gen(function* () {
          const back = yield* Effect.promise(node.mark)
          const [one, two] = [yield* signed(node, 1, 2), yield* signed(node, 3)]
          yield* mined(node, one)
          yield* mined(node, two)
          yield* caughtUp(node, { urls: [node.http] })
          yield* expectAsOnChain(node)
          yield* Effect.promise(back)
          // Others come first now: the same transaction has another block, and its logs another place.
          const [before, again] = [yield* noted(node, 7), yield* signed(node, 1, 2)]
          yield* mined(node, before, again)
          yield* mined(node)
          for (let turn = 0; turn < 3; turn++) {
            yield* caughtUp(node, { urls: [node.http] })
            yield* expectAsOnChain(node)
          }
          const rows = yield* trades
          const back3 = rows.flatMap(({ reversesSourceId }, at) => (reversesSourceId === undefined ? [] : [at]))
          // Before what is mined again, so that nothing is counted twice in between.
          assert.deepStrictEqual(back3, [3, 4, 5])
          assert.strictEqual(rows.length, 8)
        })
      )
  )

  it.scopedLive(
    "ACC-2: the same transaction in another block at the same place counts once for each block that stands",
    () =>
      atDesk((node) =>
        Effect.gen(function* () {
          const { back, one } = yield* oneTakenIn(node)
          yield* Effect.promise(back)
          yield* mined(node)
          yield* mined(node, one)
          yield* caughtUp(node, { urls: [node.http] })
          yield* expectAsOnChain(node)
          const rows = yield* trades
          assert.strictEqual(new Set(rows.map(({ sourceId }) => sourceId)).size, 4)
          assert.strictEqual(rows.length, 6)
        })
      )
  )

  it.scopedLive(
    "ACC-2: a branch that comes back counts again, whatever a process that ended had taken in without its cursor",
    () =>
      atDesk((node) =>
        Effect.gen(function* () {
          const { back, one } = yield* oneTakenIn(node)
          const again = yield* Effect.promise(async () => {
            await back()
            return await node.mark()
          })
          const other = yield* signed(node, 5)
          yield* mined(node, other)
          yield* mined(node)
          yield* tookWithoutCursor(node, { urls: [node.http] })
          assert.strictEqual((yield* reversals).length, 2)
          yield* Effect.promise(again)
          yield* mined(node, one)
          yield* mined(node)
          yield* caughtUp(node, { urls: [node.http] })
          yield* expectAsOnChain(node)
          yield* caughtUp(node, { urls: [node.http] })
          yield* expectAsOnChain(node)
        })
      )
  )

  it.scopedLive(
    "ACC-2: what was taken in without its cursor, of blocks that are gone by the next start, is taken back",
    () =>
      atDesk((node) =>
        Effect.gen(function* () {
          yield* caughtUp(node, { urls: [node.http] })
          const back = yield* Effect.promise(node.mark)
          yield* mined(node, yield* signed(node, 1, 2, 3))
          yield* tookWithoutCursor(node, { urls: [node.http] })
          yield* Effect.promise(back)
          yield* mined(node, yield* signed(node, 4))
          yield* caughtUp(node, { urls: [node.http] })
          yield* expectAsOnChain(node)
          assert.strictEqual((yield* reversals).length, 3)
        })
      )
  )

  it.scopedLive("one that is no deeper than the confirmations is not seen in the books", () =>
    atDesk((node) =>
      Effect.gen(function* () {
        const settings = { confirmations: 3 }
        const back = yield* Effect.promise(node.mark)
        yield* mined(node, yield* signed(node, 1, 2))
        yield* empty(node, 2)
        yield* caughtUp(node, { urls: [node.http], settings })
        yield* Effect.promise(back)
        yield* mined(node, yield* signed(node, 3))
        yield* empty(node, 3)
        yield* caughtUp(node, { urls: [node.http], settings })
        yield* expectAsOnChain(node)
        assert.strictEqual((yield* trades).length, 1)
      })
    )
  )

  it.scopedLive(
    "one that is deeper than is followed stops the source, which says so, and takes nothing in or back",
    () =>
      atDesk((node) =>
        Effect.gen(function* () {
          const followed = { urls: [node.http], settings: { deepest: 4 } }
          const back = yield* Effect.promise(node.mark)
          yield* mined(node, yield* signed(node, 1, 2))
          for (let block = 0; block < 6; block++) {
            yield* mined(node)
            yield* caughtUp(node, followed)
          }
          yield* mined(node, yield* signed(node, 3))
          yield* caughtUp(node, followed)
          const before = yield* trades
          yield* Effect.promise(back)
          yield* mined(node, yield* noted(node, 9))
          yield* empty(node, 12)
          for (let turn = 0; turn < 2; turn++) {
            const failure = yield* Effect.flip(caughtUp(node, followed))
            assert.match(String(failure), /node-1 has another chain than was taken in, .* at most 4 blocks is followed/)
          }
          assert.deepStrictEqual(yield* trades, before)
        })
      )
  )

  it.scopedLive("a chain that is shorter than what was taken in waits until it is as long", () =>
    atDesk((node) =>
      Effect.gen(function* () {
        const back = yield* Effect.promise(node.mark)
        yield* mined(node, yield* signed(node, 1))
        yield* empty(node, 2)
        yield* caughtUp(node, { urls: [node.http] })
        const before = yield* trades
        yield* Effect.promise(back)
        yield* mined(node, yield* signed(node, 2))
        yield* caughtUp(node, { urls: [node.http] })
        assert.deepStrictEqual(yield* trades, before)
        yield* empty(node, 2)
        yield* caughtUp(node, { urls: [node.http] })
        yield* expectAsOnChain(node)
      })
    )
  )

  it.scopedLive("the cursor of another chain, contract or event is refused, and nothing is taken in", () =>
    atDesk((node) =>
      Effect.gen(function* () {
        yield* mined(node, yield* signed(node, 1))
        yield* caughtUp(node, { urls: [node.http] })
        const before = yield* trades
        const refused = (settings: Parameters<typeof caughtUp>[1]["settings"]) =>
          Effect.map(
            Effect.flip(caughtUp(node, { urls: [node.http], ...(settings === undefined ? {} : { settings }) })),
            String
          )
        assert.match(yield* refused({ chainId: 1 }), /has come far on chain 1337, and the configuration names 1\./)
        assert.match(yield* refused({ contracts: [`0x${"cd".repeat(20)}`] }), /has come far on contracts 0x/)
        const event =
          "event Other(uint256 indexed id, address indexed token, bool isBuy, uint256 quantity, uint256 price)"
        assert.match(yield* refused({ event }), /has come far on event 0x/)
        assert.deepStrictEqual(yield* trades, before)
        const source = yield* sourceOf(node, { urls: [node.http] })
        const row = yield* Reads.first(Cursor.CursorTable, {})
        assert.isBelow(row?.cursor.length ?? 0, 2_000)
        assert.isAtLeast(yield* source.ageMs, 0)
      })
    )
  )
})
