import { Chunk, Effect, Either, Option, Stream } from "effect"
import { decodeEntry, timeOf } from "../events/decode.ts"
import type { Entry } from "../events/Entry.ts"
import { TradeRepository, type StoreError } from "../ports/TradeRepository.ts"
import { lotMethodOf } from "../records/Account.ts"
import { FillTable } from "../records/Fill.ts"
import { InstrumentTable, USUAL_CURRENCY } from "../records/Instrument.ts"
import { OrderTable } from "../records/Order.ts"
import { PositionTable } from "../records/Position.ts"
import { signed } from "../records/Side.ts"
import { identify } from "../rules/lot/identify.ts"
import type { Declared, History, Identification } from "../rules/lot/movements.ts"
import type { Identification as Wanted } from "../rules/operator/identifyLots.ts"
import { BadRow } from "../tables/Table.ts"
import * as Decimal from "../values/Decimal.ts"
import * as Reads from "./Reads.ts"

/** What the tax lots of a symbol are made of. */
export interface Known {
  readonly history: History
  /** Signed shares that no execution shows (F5). */
  readonly inferred: Decimal.Decimal
}

/** LOT-1: reads what the books have of a symbol of an account: every fill, and what the journal says of its position. */
export const historyOf = (account: string, symbol: string): Effect.Effect<Known, StoreError, TradeRepository> =>
  Effect.gen(function* () {
    const where = [
      { column: "account", in: [account] },
      { column: "symbol", in: [symbol] }
    ]
    const orders = new Map((yield* Reads.all(OrderTable, { where })).map((order) => [order.id, order]))
    const fills = yield* Reads.all(FillTable, { where })
    const instrument = yield* Reads.first(InstrumentTable, { where })
    const executed = fills.flatMap((fill) => {
      const order = orders.get(fill.orderId)
      return order === undefined ? [] : [{ fill, side: order.side, orderedAt: order.createdAt }]
    })
    const inferred = [...orders.values()].map((order) => signed(order.side, order.inferred))
    const currency = instrument?.currency ?? USUAL_CURRENCY
    return { history: { executed, currency, ...(yield* changesOf(account, symbol)) }, inferred: Decimal.sum(inferred) }
  })

/** What the journal of an account says of the lots of a symbol beside its fills. */
export type Changes = Pick<History, "declared" | "splits" | "identified">

interface Collected {
  readonly declared: Array<Declared>
  readonly splits: Array<History["splits"][number]>
  readonly identified: Array<Identification>
}

const changes: ReadonlyArray<string> = ["BaseDeclared", "SplitAccepted", "LotsIdentified"]

const changesOf = (account: string, symbol: string): Effect.Effect<Changes, StoreError, TradeRepository> =>
  Effect.gen(function* () {
    const found: Collected = { declared: [], splits: [], identified: [] }
    const entries = yield* Stream.runCollect(
      Stream.filter(entriesAbout(account, symbol), ({ tag }) => changes.includes(tag))
    )
    for (const entry of entries) yield* addTo(found, entry)
    return found
  })

const addTo = (found: Collected, entry: Entry): Either.Either<void, BadRow> =>
  Either.mapBoth(decodeEntry(entry), {
    onLeft: (problem) => new BadRow({ table: "journal", id: `${entry.account}/${entry.seq}`, column: "body", problem }),
    onRight: (event) => {
      const place = { at: timeOf(entry), seq: entry.seq }
      if (event._tag === "BaseDeclared") found.declared.push({ ...place, by: event.by })
      if (event._tag === "SplitAccepted") found.splits.push({ ...place, to: event.to, from: event.from })
      if (event._tag === "LotsIdentified") found.identified.push({ ...place, fillId: event.fillId, lots: event.lots })
    }
  })

const PAGE = 1000

/** The entries about a position, oldest first. */
const entriesAbout = (account: string, symbol: string): Stream.Stream<Entry, StoreError, TradeRepository> =>
  Stream.paginateChunkEffect(0, (afterSeq) =>
    Effect.gen(function* () {
      const repository = yield* TradeRepository
      const entity = { kind: "position", id: symbol }
      const page = yield* repository.entries({ account, afterSeq, entity, limit: PAGE })
      const last = page.at(-1)
      const next = page.length < PAGE || last === undefined ? Option.none() : Option.some(last.seq)
      return [Chunk.unsafeFromArray(page), next] as const
    })
  )

/** The version of a position whose lots were looked at; else why its fill cannot close them. */
export type Checked =
  | { readonly _tag: "Possible"; readonly version: number }
  | { readonly _tag: "Refused"; readonly why: string }

/** LOT-13: may the lots be identified for the fill, as the books are? Reads every fill of the symbol. */
export const check = (
  account: string,
  { fillId, lots, symbol }: Wanted
): Effect.Effect<Checked, StoreError, TradeRepository> =>
  Effect.gen(function* () {
    const where = [
      { column: "account", in: [account] },
      { column: "symbol", in: [symbol] }
    ]
    // Before its fills: what changes them meanwhile gives it another version.
    const position = yield* Reads.first(PositionTable, { where })
    const owner = yield* Reads.account(account)
    if (position === undefined || owner === undefined) {
      return { _tag: "Refused", why: `${account} has no position in ${symbol}` }
    }
    const { history } = yield* historyOf(account, symbol)
    const found = identify(history, lotMethodOf(owner), fillId, lots)
    return found._tag === "Refused" ? found : { _tag: "Possible", version: position.version }
  })
