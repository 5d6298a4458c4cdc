import { NodeFileSystem } from "@effect/platform-node"
import { expect, it } from "@effect/vitest"
import { Account, AccountName, Clock, Commands, Reads, Roundlot, SourcePolicy, Trade } from "@roundlot/core"
import { Payload, Why } from "@roundlot/core/ledger"
import { Effect, Layer, Stream } from "effect"
import { takeIn } from "../src/TradeImport.ts"
import { readBytes } from "../src/TradeFile.ts"

const HEADER = "source_id,timestamp,symbol,side,quantity,price,note"

const rowOf = (id: number, note = "a, b"): string => `${id},2026-01-02T15:00:00Z,AAPL,buy,1,200,"${note}"`

const rows = (count: number): ReadonlyArray<string> => Array.from({ length: count }, (_, at) => rowOf(at + 1))

const desk = AccountName.AccountName.make("desk")
const other = AccountName.AccountName.make("other")

const books = Layer.mergeAll(Roundlot.layerMemory, NodeFileSystem.layer).pipe(Layer.provideMerge(Clock.layerAlwaysOpen))

const opened = Effect.flatMap(Commands.Commands, (commands) =>
  Effect.forEach([desk, other], (account) =>
    commands.setAccount(account, { ...Account.defaultSettings, broker: "house" }, "test")
  )
)

/** Imports a file of these lines. */
const imported = (lines: ReadonlyArray<string>, account = desk, file = "/home/ann/trades.csv") =>
  takeIn(readBytes(Stream.make(Buffer.from(lines.join("\r\n"))), file), {
    account,
    policy: SourcePolicy.anyAge,
    file
  }).pipe(Stream.runDrain)

const kept = Effect.map(Reads.all(Payload.PayloadTable), (payloads) =>
  payloads.filter(({ direction }) => direction === "trades")
)

/** What each trade was read from. */
const parts = Effect.gen(function* () {
  const nodes = yield* Effect.forEach(yield* Reads.all(Trade.TradeTable), ({ id }) => Why.ofRecord("trade", id))
  return nodes.map((node) => node?.causes.find(({ kind }) => kind === "payload")?.facts["part"])
})

it.effect("the rows of a file are kept once, some hundreds together behind its header; each trade names its own", () =>
  Effect.gen(function* () {
    yield* opened
    const lines = [HEADER, ...rows(600)]
    yield* imported(lines)
    expect(yield* parts).toEqual(rows(600))
    const before = yield* kept
    expect(before.map(({ contentType, endpoint, source }) => [source, endpoint, contentType])).toEqual([
      ["import", "trades.csv:2-257", "text/csv"],
      ["import", "trades.csv:258-513", "text/csv"],
      ["import", "trades.csv:514-601", "text/csv"]
    ])
    const whole = `${[HEADER, ...rows(600).slice(0, 256)].join("\n")}\n`
    expect(new TextDecoder().decode(before[0]?.bytes)).toBe(whole)
    yield* imported(lines)
    expect(yield* kept).toEqual(before)
    // Another account has none of it.
    yield* imported([HEADER, rowOf(1)], other)
    expect((yield* kept).map(({ account }) => account)).toEqual(["desk", "desk", "desk", "other"])
  }).pipe(Effect.provide(books))
)

it.effect("of a row that is very long its hash and length are kept, a line of JSON as it stands", () =>
  Effect.gen(function* () {
    yield* opened
    const long = rowOf(1, "x".repeat(20_000))
    yield* imported([HEADER, long, rowOf(2)])
    const stood = JSON.stringify({ sha256: Payload.sha256(long), length: long.length })
    expect(yield* parts).toEqual([stood, rowOf(2)])
    const line = `{"source_id":"3", "timestamp":"2026-01-02T15:00:00Z","symbol":"KO","side":"sell","quantity":"1"}`
    yield* imported([line], desk, "trades.jsonl")
    expect((yield* parts).at(-1)).toBe(line)
    expect((yield* kept).at(-1)).toMatchObject({ endpoint: "trades.jsonl:1", contentType: "application/x-ndjson" })
  }).pipe(Effect.provide(books))
)

it.effect("a header that is very long is kept as hash and length: it would stand before each some hundred rows", () =>
  Effect.gen(function* () {
    yield* opened
    const long = HEADER.replace("note", "n".repeat(20_000))
    yield* imported([long, ...rows(300)])
    const stood = JSON.stringify({ sha256: Payload.sha256(long), length: long.length })
    expect(yield* parts).toEqual(rows(300))
    expect((yield* kept).map(({ bytes }) => new TextDecoder().decode(bytes).split("\n")[0])).toEqual([stood, stood])
  }).pipe(Effect.provide(books))
)
