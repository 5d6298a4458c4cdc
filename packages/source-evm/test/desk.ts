import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import {
  Account,
  AccountName,
  Accumulator,
  Audit,
  Commands,
  Decimal,
  Position,
  Reads,
  Roundlot,
  Sources,
  Ticker,
  Trade
} from "@roundlot/core"
import { type TradeSource } from "@roundlot/core/adapter"
import { Break, Cursor } from "@roundlot/core/ledger"
import { SqliteStore } from "@roundlot/store-sqlite"
import { assert } from "@effect/vitest"
import { BigDecimal, Effect, Schema, Stream } from "effect"
import { Booked, EvmSource } from "../src/index.ts"
import { choice } from "../src/EvmSource.ts"
import { AAPL, CHAIN_ID, MSFT, TRADE, type Chain } from "./chain.ts"

export const account = AccountName.AccountName.make("main")

/** What a configuration says of the emitter. */
export const settingsOf = (
  chain: Pick<Chain, "emitter">,
  more: Partial<EvmSource.EvmOptions<never>["settings"]> = {}
) => ({
  chainId: CHAIN_ID,
  contracts: [chain.emitter] as const,
  event: TRADE,
  from: 1,
  confirmations: 0,
  deepest: 16,
  symbol: { field: "token" },
  side: { field: "isBuy" },
  quantity: { field: "quantity", decimals: 18 },
  price: { field: "price", decimals: 6 },
  ...more
})

const policy = {
  mapping: { suffixes: [], symbols: { [AAPL]: Ticker.Ticker.make("AAPL"), [MSFT]: Ticker.Ticker.make("MSFT") } },
  direction: undefined
}

/** A folder with a store in it, for as long as the test runs. */
export const engine = Effect.map(
  Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "roundlot-evm-"))),
    (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
  ),
  (path) => Roundlot.layerOn(SqliteStore.layer({ file: join(path, "store.db") }))
)

/** An account to take trades in. */
export const opened = Effect.flatMap(Commands.Commands, (commands) =>
  commands.setAccount(account, { ...Account.defaultSettings }, "test")
)

/** What a test says of a source: the addresses of its providers, and what differs from `settingsOf`. */
export interface Followed {
  readonly urls: ReadonlyArray<string>
  readonly settings?: Partial<EvmSource.EvmOptions<never>["settings"]>
  /** What is done with a delivery before it is taken in: a process can end there. */
  readonly before?: (delivery: TradeSource.Delivery) => Effect.Effect<unknown, string>
  readonly stands?: (status: EvmSource.EvmStatus) => Effect.Effect<unknown>
  /** The one of the addresses whose answers are hardly waited for. */
  readonly silent?: string
  readonly chosen?: ReturnType<typeof choice>
}

export const sourceOf = (chain: Pick<Chain, "emitter">, followed: Followed, then: "end" | "wait" = "end") =>
  Effect.map(
    Effect.flatMap(Booked.booksOf(account, "pool"), (books) =>
      EvmSource.make(
        {
          name: "pool",
          settings: settingsOf(chain, followed.settings),
          providers: followed.urls.map((url, index) => ({
            name: `node-${index + 1}`,
            url,
            ...(url === followed.silent ? { timeoutMs: 100 } : {})
          })),
          books,
          pollMs: 50,
          ...(followed.stands === undefined ? {} : { stands: followed.stands })
        },
        followed.chosen ?? choice()
      )
    ),
    (source) => ({
      name: "pool",
      policy,
      ageMs: source.ageMs,
      deliveries: (cursor: string | undefined) =>
        Stream.tap(source.deliveries(cursor, then), (delivery) => followed.before?.(delivery) ?? Effect.void)
    })
  )

/** Takes in all that there is, as a process does that starts, and ends. */
export const caughtUp = (chain: Pick<Chain, "emitter">, followed: Followed) =>
  Effect.scoped(Effect.flatMap(sourceOf(chain, followed), (source) => Sources.follow(account, source)))

/** The trades of the books. */
export const trades = Reads.all(Trade.TradeTable)

/** What the books count of each symbol. */
export const exposures = Effect.map(Reads.all(Position.PositionTable), (rows) =>
  Object.fromEntries(rows.map(({ symbol, target }) => [symbol, Decimal.format(target)]))
)

/** What an audit finds. */
export const findings = Effect.map(Audit.run(), ({ findings }) => findings)

/** Has the trades of the next deliveries in the books, and ends before their cursor is. */
export const tookWithoutCursor = (chain: Pick<Chain, "emitter">, followed: Followed) =>
  Effect.scoped(
    Effect.gen(function* () {
      const source = yield* sourceOf(chain, followed)
      const accumulator = yield* Accumulator.Accumulator
      const known = yield* Reads.first(Cursor.CursorTable, { where: [{ column: "source", in: ["pool"] }] })
      yield* Stream.runForEach(source.deliveries(known?.cursor), ({ trades }) =>
        accumulator.submitMany(account, trades, { ...policy, delivery: "resumed" })
      )
    })
  )

const idsOf = (
  logs: ReadonlyArray<{ readonly transactionHash: string; readonly logIndex: string; readonly blockHash: string }>
) =>
  logs
    .map(({ blockHash, logIndex, transactionHash }) => `${transactionHash}:${Number(logIndex)} ${blockHash}`)
    .toSorted()

const Logs = Schema.Array(
  Schema.Struct({
    transactionHash: Schema.String,
    logIndex: Schema.String,
    blockHash: Schema.String,
    data: Schema.String,
    topics: Schema.Array(Schema.String)
  })
)

/** What the chain itself has, read from its node without any of the source's modules: events, and what they come to. */
export const onChain = (chain: Chain) =>
  Effect.promise(async () => {
    const asked = { fromBlock: "0x0", toBlock: "latest", address: chain.emitter }
    const logs = Schema.decodeUnknownSync(Logs)(await chain.request("eth_getLogs", [asked])).filter(
      ({ topics }) => topics.length === 3
    )
    const sums = new Map<string, bigint>()
    for (const { data, topics } of logs) {
      const symbol = topics[2]?.endsWith(AAPL.slice(2)) === true ? "AAPL" : "MSFT"
      const isBuy = BigInt(data.slice(0, 66)) === 1n
      const quantity = BigInt(`0x${data.slice(66, 130)}`)
      sums.set(symbol, (sums.get(symbol) ?? 0n) + (isBuy ? quantity : -quantity))
    }
    return {
      ids: idsOf(logs),
      exposures: Object.fromEntries(
        [...sums].map(([symbol, sum]) => [symbol, Decimal.format(BigDecimal.make(sum, 18))])
      )
    }
  })

const blockHashOf = ({ occurrence }: Trade.Trade): string => /0x[0-9a-f]{64}/.exec(occurrence)?.[0] ?? ""

/** The trades of the books that stand: those that no reversal takes back. */
export const standing = Effect.map(trades, (rows) => {
  const back = new Set(
    rows.flatMap((row) =>
      row.reversesSourceId === undefined ? [] : [`${row.reversesSourceId} ${row.reversesOccurrence}`]
    )
  )
  return rows
    .filter((row) => row.reversesSourceId === undefined && !back.has(`${row.sourceId} ${row.occurrence}`))
    .map((row) => `${row.sourceId} ${blockHashOf(row)}`)
    .toSorted()
})

/** Holds the books to the chain: each event counted once, to the last digit, and nothing for an audit to find. */
export const expectAsOnChain = (chain: Chain) =>
  Effect.gen(function* () {
    const { exposures: wanted, ids } = yield* onChain(chain)
    assert.deepStrictEqual(yield* standing, ids)
    const found = yield* exposures
    for (const symbol of ["AAPL", "MSFT"]) assert.strictEqual(found[symbol] ?? "0", wanted[symbol] ?? "0", symbol)
    assert.deepStrictEqual(yield* findings, [])
    assert.deepStrictEqual(
      (yield* Reads.all(Break.BreakTable)).filter(({ kind }) => kind === "Conflict" || kind === "ReappearedTrade"),
      []
    )
  })
