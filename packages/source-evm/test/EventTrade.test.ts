import { readFileSync } from "node:fs"
import { join } from "node:path"
import { Decimal, Instant } from "@roundlot/core"
import { Recordings } from "@roundlot/testing"
import { Either, Schema } from "effect"
import { encodeAbiParameters, encodeEventTopics, parseAbiItem, type AbiEvent, type Hex } from "viem"
import { describe, expect, it } from "vitest"
import { EventLog } from "../src/Block.ts"
import { EvmSettings, isNodeUrl } from "../src/EvmSettings.ts"
import { make } from "../src/EventTrade.ts"
import { AAPL, TRADE } from "./chain.ts"

const mayBe = (id: string) => Schema.is(Schema.Struct({ ignore: EvmSettings.fields.ignore }))({ ignore: [id] })

/** Files of logs that are not read, each with the reason. */
const unread: Recordings.Unread = [
  [/_hypersync\.json$/, "an archive's own encoding of logs, which no node of a chain answers with"]
]

/** PancakeSwap V3, whose event has two fields more than Uniswap's. */
const SWAP =
  "event Swap(address indexed sender, address indexed recipient, int256 amount0, int256 amount1, uint160 sqrtPriceX96, uint128 liquidity, int24 tick, uint128 protocolFeesToken0, uint128 protocolFeesToken1)"

const POOL: Hex = `0x${"17".repeat(20)}`
const HASH: Hex = `0x${"ab".repeat(32)}`
const AT_S = 1_700_000_000

/** Token 0 is what is traded, token 1 what is paid; both have 18 decimals. What comes into the pool is positive: the trader sold it. */
const ofSwap = {
  contracts: [POOL] as const,
  event: SWAP,
  symbol: { is: "USDT" },
  side: { signOf: "amount0", positive: "sell" as const },
  quantity: { field: "amount0", decimals: 18 },
  price: { of: { field: "amount1", decimals: 18 }, per: { field: "amount0", decimals: 18 } }
}

const ofTrade = {
  contracts: [POOL] as const,
  event: TRADE,
  symbol: { field: "token" },
  side: { field: "isBuy" },
  quantity: { field: "quantity", decimals: 18 },
  price: { field: "price", decimals: 6 }
}

const isEvent = (item: unknown): item is AbiEvent =>
  typeof item === "object" && item !== null && "type" in item && item.type === "event"

/** A log as a node has it, of an event's fields in their order. */
const logOf = (signature: string, fields: Readonly<Record<string, unknown>>) => {
  const event: unknown = parseAbiItem([signature])
  if (!isEvent(event)) throw new Error(signature)
  const indexed = event.inputs
    .filter((each) => each.indexed === true)
    .map(({ name = "" }) => [name, fields[name]] as const)
  const plain = event.inputs.filter((each) => each.indexed !== true)
  return {
    address: POOL,
    topics: encodeEventTopics({ abi: [event], args: Object.fromEntries(indexed) }),
    data: encodeAbiParameters(
      plain,
      plain.map(({ name = "" }) => fields[name])
    ),
    blockNumber: "0x64",
    blockHash: HASH,
    transactionHash: HASH,
    logIndex: "0x7",
    removed: false
  }
}

const swap = (amount0: bigint, amount1: bigint) =>
  logOf(SWAP, {
    sender: AAPL,
    recipient: AAPL,
    amount0,
    amount1,
    sqrtPriceX96: 1n,
    liquidity: 1n,
    tick: 1,
    protocolFeesToken0: 0n,
    protocolFeesToken1: 0n
  })

const trade = (fields: Readonly<Record<string, unknown>> = {}) =>
  logOf(TRADE, {
    id: 1n,
    token: AAPL,
    isBuy: true,
    quantity: 2_500_000_000_000_000_000n,
    price: 187_500_000n,
    ...fields
  })

const read = (mapping: Parameters<typeof make>[0], log: unknown) =>
  Either.gen(function* () {
    const reader = yield* Either.mapLeft(make(mapping), String)
    const decoded = yield* Either.mapLeft(Schema.decodeUnknownEither(EventLog)(log), String)
    const { price, quantity, tradedAt, ...rest } = yield* reader.tradeOf(decoded, AT_S)
    return {
      ...rest,
      quantity: Decimal.format(quantity),
      price: price === undefined ? undefined : Decimal.format(price),
      tradedAt: Instant.format(tradedAt)
    }
  })

const left = <A>(result: Either.Either<A, string>): string =>
  Either.isLeft(result) ? result.left : JSON.stringify(result)

/** May it stand in a configuration? */
const mayStand = (text: string) =>
  Either.isRight(
    Schema.decodeUnknownEither(EvmSettings)({
      ...ofTrade,
      providers: [text],
      chainId: 56,
      from: 1,
      confirmations: 12
    })
  )

/** Why what a configuration says does not fit the event. */
const refused = (change: object) => left(Either.mapLeft(make({ ...ofTrade, ...change }), String))

describe("a trade of an event", () => {
  it("has the event's symbol, side, quantity and price, the block's time and the log's own id", () => {
    expect(read(ofTrade, trade())).toEqual(
      Either.right({
        sourceId: `${HASH}:7`,
        symbol: AAPL,
        side: "buy",
        quantity: "2.5",
        price: "187.5",
        tradedAt: "2023-11-14T22:13:20.000000Z"
      })
    )
    expect(read(ofTrade, trade({ isBuy: false, quantity: 1n }))).toMatchObject({
      right: { side: "sell", quantity: "0.000000000000000001" }
    })
  })

  it("a swap's side is the sign of an amount, its price one exact amount by the other, rounded half to even", () => {
    const E18 = 10n ** 18n
    expect(read(ofSwap, swap(2n * E18, -3n * E18))).toMatchObject({
      right: { side: "sell", quantity: "2", price: "1.5" }
    })
    expect(read(ofSwap, swap(-3n * E18, 2n * E18))).toMatchObject({ right: { side: "buy", price: "0.666666666667" } })
    const coarse = { ...ofSwap, price: { ...ofSwap.price, digits: 1 } }
    expect(read(coarse, swap(20n * E18, -5n * E18))).toMatchObject({ right: { price: "0.2" } })
    expect(read(coarse, swap(20n * E18, -7n * E18))).toMatchObject({ right: { price: "0.4" } })
  })

  it("what is no trade says why: nothing of it is rounded, cut or guessed", () => {
    expect(left(read(ofTrade, trade({ quantity: 0n })))).toBe("quantity is zero")
    expect(left(read(ofTrade, trade({ quantity: 10n ** 60n })))).toBe(
      "quantity has more than 18 digits before the point"
    )
    expect(left(read({ ...ofTrade, quantity: { field: "quantity", decimals: 24 } }, trade({ quantity: 1n })))).toBe(
      "quantity has more than 18 digits after the point"
    )
    expect(left(read(ofTrade, trade({ price: 0n })))).toBe("price is zero")
    expect(left(read(ofSwap, swap(0n, 5n)))).toBe("amount0 is zero")
    expect(left(read(ofSwap, swap(10n ** 18n, 0n)))).toBe("price is zero")
    expect(left(read(ofTrade, { ...trade(), data: "0x01" }))).toBe("is not laid out as the event's signature says")
    const sided = { ...ofTrade, side: { field: "id", buy: "1", sell: "2" } }
    expect(read(sided, trade({ id: 2n }))).toMatchObject({ right: { side: "sell" } })
    expect(left(read(sided, trade({ id: 3n })))).toBe('id says "3", neither a buy nor a sell')
  })

  it("a symbol that no store keeps is no trade, and stops no other", () => {
    const event = "event Named(string name, uint256 quantity)"
    const { contracts, quantity } = ofTrade
    const named = { contracts, quantity, event, symbol: { field: "name" }, side: "buy" as const }
    const of = (name: string) => read(named, logOf(event, { name, quantity: 10n ** 18n }))
    expect(of("AAPLs1")).toMatchObject({ right: { symbol: "AAPLs1", price: undefined } })
    for (const name of ["", "A\0B", "A".repeat(200)])
      expect(left(of(name))).toBe("its symbol is empty, too long or no text")
  })

  it("what a contract says is named in few characters, none of which is more than text", () => {
    const event = "event Sided(string way, uint256 quantity)"
    const { contracts, quantity } = ofTrade
    const sided = { contracts, quantity, event, symbol: { is: "AAPL" }, side: { field: "way" } }
    const reason = left(read(sided, logOf(event, { way: `\u001b[2J\0${"x".repeat(5_000)}`, quantity: 10n ** 18n })))
    expect(reason).toMatch(/^way says "\\u001b\[2J\\u0000x{35}", neither a buy nor a sell$/)
  })

  it("an event that is to be ignored is named as messages name it, or the configuration is refused", () => {
    expect(mayBe(`0x${"ab".repeat(32)}:7`)).toBe(true)
    for (const id of [
      `0x${"AB".repeat(32)}:7`,
      `0x${"ab".repeat(32)}`,
      `${"ab".repeat(32)}:7`,
      `0x${"ab".repeat(32)}:07`
    ])
      expect([id, mayBe(id)]).toEqual([id, false])
  })

  it("what a configuration says that does not fit the event is said by its place", () => {
    expect(refused({ event: "Trade(uint256)" })).toMatch(/event is no event's signature/)
    expect(refused({ quantity: { field: "amount", decimals: 18 } })).toMatch(
      /quantity.field names "amount", and the event/
    )
    expect(refused({ quantity: { field: "token", decimals: 18 } })).toMatch(
      /quantity.field names "token", which is no whole/
    )
    expect(refused({ side: { signOf: "isBuy", positive: "buy" } })).toMatch(
      /side.signOf names "isBuy", which is no whole/
    )
    const hashed = "event Named(string indexed name, uint256 quantity, uint256 price, bool isBuy)"
    expect(refused({ event: hashed, symbol: { field: "name" } })).toMatch(/symbol.field is an indexed text/)
    const both =
      "event Named(string indexed note, string indexed name, uint256 quantity, uint256 price, bool isBuy, address token)"
    expect(refused({ event: both, symbol: { field: "name" } })).toMatch(/symbol.field is an indexed text/)
    expect(refused({ event: both, side: { field: "name" } })).toMatch(/side.field is an indexed text/)
  })

  it("SDK-2: an address with a key is no part of a configuration", () => {
    for (const text of ["https://bsc.example", "wss://bsc.example/ws", "http://127.0.0.1:8545", "alchemy"])
      expect([text, mayStand(text)]).toEqual([text, true])
    for (const text of [
      "http://bsc.example",
      "https://user:secret@bsc.example",
      "https://bsc.example/?key=1",
      "https://bsc.example/v2/0123456789abcdef0123",
      "ftp://bsc.example",
      "Alchemy"
    ])
      expect([text, mayStand(text)]).toEqual([text, false])
    expect(isNodeUrl("https://bsc.example/v2/0123456789abcdef0123")).toBe(true)
  })

  const real = process.env["ROUNDLOT_REAL_DATA"]
  const files = real === undefined ? [] : Recordings.filesIn(join(real, "onchain"))
  for (const { name, path } of files.filter((file) => !unread.some(([listed]) => listed.test(file.name)))) {
    it(`the real log of ${name} is a swap that is read to its last digit`, () => {
      const log: unknown = JSON.parse(readFileSync(path, "utf8"))
      const { address } = Schema.decodeUnknownSync(EventLog)(log)
      const found = read({ ...ofSwap, contracts: [address] }, log)
      expect(found).toMatchObject({ right: { symbol: "USDT" } })
      const { price = "0", quantity, side } = Either.getOrThrow(found)
      const [, first = "", second = ""] = /^0x(.{64})(.{64})/.exec(Schema.decodeUnknownSync(EventLog)(log).data) ?? []
      const amount0 = BigInt.asIntN(256, BigInt(`0x${first}`))
      const amount1 = BigInt.asIntN(256, BigInt(`0x${second}`))
      expect(side).toBe(amount0 > 0n ? "sell" : "buy")
      const whole = BigInt(
        Decimal.format(Decimal.multiply(Decimal.unsafe(quantity), Decimal.unsafe(`1${"0".repeat(18)}`)))
      )
      expect(whole).toBe(amount0 < 0n ? -amount0 : amount0)
      // price × quantity is what was paid, to half of the last digit of the price.
      const paid = Decimal.multiply(Decimal.unsafe(price), Decimal.unsafe(quantity))
      const exact = Decimal.abs(
        Decimal.divide(Decimal.unsafe(String(amount1)), Decimal.unsafe(`1${"0".repeat(18)}`), 18)
      )
      const off = Decimal.abs(Decimal.subtract(paid, exact))
      expect(Decimal.isAtMost(off, Decimal.multiply(Decimal.unsafe("0.0000000000005"), Decimal.unsafe(quantity)))).toBe(
        true
      )
    })
  }
})
