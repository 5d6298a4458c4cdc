import type { Deferred } from "effect"
import type { SymbolStatus } from "../books/Recorder.ts"
import type { AccountName } from "../records/AccountName.ts"

/** When a broker was asked last whether it lends a symbol, by the clock that never jumps, and whether it has said. */
export interface LendingRead {
  readonly atMs: number
  readonly outcome: "asked" | "read" | "failed"
  /** Done once the request has come to its end. */
  readonly ended: Deferred.Deferred<void>
}

/**
 * What brokers said of late of trading in symbols, each for the account that asked: what is halted, and of what is to be sold short
 * whether the lending was read. It is here for planning, which asks nobody. Of other symbols nothing is kept.
 */
export interface KnownTrading {
  readonly of: (account: AccountName, symbol: string) => SymbolStatus
  /** When the broker said last that a symbol is halted; nothing where it did not, or trades again. */
  readonly haltedAtMs: (account: AccountName, symbol: string) => number | undefined
  readonly keepHalt: (account: AccountName, symbol: string, atMs: number | undefined) => void
  readonly lendingOf: (account: AccountName, symbol: string) => LendingRead | undefined
  /** Keeps a reading, and forgets those that are older than `keptMs`. */
  readonly keepLending: (account: AccountName, symbol: string, read: LendingRead, keptMs: number) => void
}

const keyOf = (account: AccountName, symbol: string): string => `${account} ${symbol}`

/** Nothing was said yet. */
export const make = (): KnownTrading => {
  const halts = new Map<string, number>()
  const lending = new Map<string, LendingRead>()
  return {
    of: (account, symbol) => {
      const read = lending.get(keyOf(account, symbol))
      return {
        isHalted: halts.has(keyOf(account, symbol)),
        isLendingUnread: read !== undefined && read.outcome !== "read"
      }
    },
    haltedAtMs: (account, symbol) => halts.get(keyOf(account, symbol)),
    keepHalt: (account, symbol, atMs) => {
      if (atMs === undefined) halts.delete(keyOf(account, symbol))
      else halts.set(keyOf(account, symbol), atMs)
    },
    lendingOf: (account, symbol) => lending.get(keyOf(account, symbol)),
    keepLending: (account, symbol, read, keptMs) => {
      for (const [key, { atMs }] of lending) if (read.atMs - atMs > keptMs) lending.delete(key)
      lending.set(keyOf(account, symbol), read)
    }
  }
}
