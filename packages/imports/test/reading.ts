import { Decimal, Instant, type Trade } from "@roundlot/core"
import { Chunk, Effect, Stream } from "effect"
import type { ImportFileError } from "../src/ImportFileError.ts"
import { type Options, readBytes } from "../src/TradeFile.ts"
import type { Bad, Row } from "../src/TradeRow.ts"

/** Bytes of a text, or bytes as they are. */
export const bytes = (content: string | Uint8Array): Uint8Array =>
  typeof content === "string" ? new TextEncoder().encode(content) : content

/** Reads a content that comes in pieces of `size` bytes, each in the same buffer, which is overwritten after every piece. */
export const rowsOf = (
  content: string | Uint8Array,
  options: Options = {},
  size = 7
): Effect.Effect<ReadonlyArray<Row>, ImportFileError> => {
  const all = bytes(content)
  const buffer = new Uint8Array(size)
  const pieces = Array.from({ length: Math.ceil(all.length / size) }, (_, index) => index * size)
  const stream = Stream.fromIterable(pieces).pipe(
    Stream.rechunk(1),
    Stream.map((from) => {
      const piece = all.subarray(from, from + size)
      buffer.fill(0)
      buffer.set(piece)
      return buffer.subarray(0, piece.length)
    })
  )
  return Effect.map(Stream.runCollect(readBytes(stream, "trades.csv", options)), Chunk.toReadonlyArray)
}

/** A trade as plain text. */
export const plain = (input: Trade.TradeInput) => ({
  source: input.source,
  sourceId: input.sourceId,
  occurrence: input.occurrence,
  symbol: input.symbol,
  side: input.side,
  quantity: Decimal.format(input.quantity),
  price: input.price === undefined ? undefined : Decimal.format(input.price),
  tradedAt: Instant.format(input.tradedAt),
  ...(input.owner === undefined ? {} : { owner: input.owner })
})

/** Rows as plain text: trades with their line, bad rows as they are. */
export const plainRows = (rows: ReadonlyArray<Row>) =>
  rows.map((row) => (row._tag === "Parsed" ? { line: row.line, ...plain(row.input) } : row))

/** The bad rows alone. */
export const badOf = (rows: ReadonlyArray<Row>): ReadonlyArray<Bad> => rows.filter((row) => row._tag === "Bad")
