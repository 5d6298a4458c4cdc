import { type AccountName, Reads, Side, Trade, Instant } from "@roundlot/core"
import { TradeRepository } from "@roundlot/core/adapter"
import { Effect } from "effect"
import type { EventTrade } from "./EventTrade.ts"

/** A trade that the books have of a block, and what became of it. */
export interface Booked {
  readonly trade: EventTrade
  readonly blockNumber: number
  readonly blockHash: string
  /** How often the block was taken in when it was booked: a block that was withdrawn can come back. */
  readonly incarnation: number
  /** `withdrawn` by this source; `reversed` by somebody else, which it leaves alone. */
  readonly state: "standing" | "withdrawn" | "reversed"
}

/** The trades that the books have of a source, of blocks since a moment. */
export type BooksSince<E> = (since: Instant.Instant) => Effect.Effect<ReadonlyArray<Booked>, E>

/** The block that a trade is of, as the occurrence of its identity: the same event in another block is another trade (B1). */
export const occurrenceOf = (number: number, hash: string, incarnation: number): string =>
  `${number}-${hash}${incarnation === 1 ? "" : `-${incarnation}`}`

const OCCURRENCE = /^(\d+)-(0x[0-9a-f]{64})(?:-(\d+))?$/

/** An event of one block, whatever its incarnation. */
export const keyOf = (sourceId: string, blockHash: string): string => `${sourceId} ${blockHash}`

const WITHDRAWN = ":withdrawn"

/** B4: what takes back a trade of a block that is no longer of the chain. */
export const withdrawalOf = (
  source: string,
  { blockHash, blockNumber, incarnation, trade }: Booked
): Trade.TradeInput => {
  const occurrence = occurrenceOf(blockNumber, blockHash, incarnation)
  return Trade.input({
    ...trade,
    source,
    sourceId: trade.sourceId + WITHDRAWN,
    occurrence,
    side: Side.opposite(trade.side),
    reverses: { sourceId: trade.sourceId, occurrence }
  })
}

/** A trade of a block of the chain, under an identity that was not taken back. */
export const inputOf = (
  source: string,
  trade: EventTrade,
  { blockHash, blockNumber, incarnation }: Pick<Booked, "blockHash" | "blockNumber" | "incarnation">
): Trade.TradeInput => Trade.input({ ...trade, source, occurrence: occurrenceOf(blockNumber, blockHash, incarnation) })

const isStanding = ({ reason, status }: Trade.Trade): boolean => status !== "failed" || reason === "Withdrawn"

const identityOf = (sourceId: string, occurrence: string): string => `${sourceId} ${occurrence}`

const bookedOf = (row: Trade.Trade, reversedBy: ReadonlyMap<string, Trade.Trade>): ReadonlyArray<Booked> => {
  const [, number, blockHash = "", incarnation = "1"] = OCCURRENCE.exec(row.occurrence) ?? []
  if (number === undefined || row.reversesSourceId !== undefined) return []
  const reversal = reversedBy.get(identityOf(row.sourceId, row.occurrence))
  const { givenSymbol: symbol, price, quantity, side, sourceId, tradedAt } = row
  return [
    {
      trade: { sourceId, symbol, side, quantity, price, tradedAt },
      blockNumber: Number(number),
      blockHash,
      incarnation: Number(incarnation),
      state: reversal === undefined ? "standing" : reversal.sourceId === sourceId + WITHDRAWN ? "withdrawn" : "reversed"
    }
  ]
}

/** The trades among rows of the books, each with what became of it. */
export const fromRows = (rows: ReadonlyArray<Trade.Trade>): ReadonlyArray<Booked> => {
  const reversedBy = new Map(
    rows
      .filter((row) => row.reversesSourceId !== undefined && isStanding(row))
      .map((row) => [identityOf(row.reversesSourceId ?? "", row.reversesOccurrence ?? ""), row] as const)
  )
  return rows.flatMap((row) => bookedOf(row, reversedBy))
}

/** A trade is counted at most a minute before its own time by our clock: with a day to spare, those that came in earlier are of older blocks. */
const EARLIEST_MS = 86_400_000

/** Reads what the books of an account have of a source, by the index of when trades came in: what it costs does not grow with the books. */
export const booksOf = (
  account: AccountName.AccountName,
  source: string
): Effect.Effect<BooksSince<TradeRepository.StoreError>, never, TradeRepository.TradeRepository> =>
  Effect.map(TradeRepository.TradeRepository, (repository) => (since) => {
    const earliest = Instant.fromMillis(Math.max(0, Instant.toMillis(since) - EARLIEST_MS))
    const where = [{ column: "createdAt", atLeast: Number(earliest) }]
    const isMeant = (row: Parameters<typeof Trade.TradeTable.decode>[0]) =>
      row["account"] === account && row["source"] === source && Number(row["tradedAt"]) >= Number(since)
    return Reads.all(Trade.TradeTable, { where, orderBy: ["createdAt", "id"] }, isMeant).pipe(
      Effect.map(fromRows),
      Effect.provideService(TradeRepository.TradeRepository, repository)
    )
  })
