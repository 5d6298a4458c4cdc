import { Decimal, type AccountName, type Instant } from "@roundlot/core"
import { type TradeRepository } from "@roundlot/core/adapter"
import { audit } from "@roundlot/core/ledger"
import { Effect } from "effect"

/** What is remembered of a history beside its books, which are folded from the journal entry by entry. */
export interface Memory {
  readonly fold: audit.Fold
  /** When an order of a position last ended short, by our clock (D8). */
  readonly shortEnds: Map<string, Instant.Instant>
  /** The symbols in which an order was cancelled unfilled and none has filled since: only there a limit may be at a further offset (FILL-16). */
  readonly unfilled: Set<string>
  /** The target of a position when an attempt was committed. */
  readonly targets: Map<number, Decimal.Decimal>
  /** At which entry of the journal each trade was counted, and each symbol split, two for one. */
  readonly counted: Map<number, number>
  readonly splits: Array<{ readonly symbol: string; readonly seq: number }>
  /** When orders were sent while a limit counted them, oldest first. */
  sends: ReadonlyArray<Instant.Instant>
}

/** Nothing has happened. */
export const begin = (): Memory => ({
  fold: audit.begin(),
  shortEnds: new Map(),
  unfilled: new Set(),
  targets: new Map(),
  counted: new Map(),
  splits: [],
  sends: []
})

/** What a share of a trade is by now: it was two for one in every split since. */
export const sharesNow = ({ counted, splits }: Memory, tradeId: number, symbol: string): Decimal.Decimal => {
  const since = splits.filter((split) => split.symbol === symbol && split.seq > (counted.get(tradeId) ?? 0))
  return Decimal.unsafe(String(2 ** since.length))
}

/** Takes in what stands in a journal already. */
export const catchUp = (
  memory: Memory,
  store: TradeRepository.TradeRepositoryService,
  account: AccountName.JournalName
) =>
  Effect.map(store.entries({ account, afterSeq: 0, entity: undefined, limit: 1_000 }), (entries) => {
    for (const entry of entries) audit.fold(memory.fold, account, entry)
  })
