import type { TradeRepository } from "@roundlot/core/adapter"
import { Sqlite } from "@roundlot/sqlite"
import { Effect } from "effect"
import { statSync } from "node:fs"
import { failureOrIo } from "./internal/failure.ts"

/** How a store's file is, beside what is in it. Sizes in bytes. */
export interface Examined {
  /** What SQLite finds wrong with the file, each in a line; none where it is sound. */
  readonly faults: ReadonlyArray<string>
  readonly bytes: number
  /** What is written and not yet brought into the file itself. */
  readonly walBytes: number
  /** May others than its user read or write it? */
  readonly isOpenToOthers: boolean
}

const OTHERS = 0o077
const FAULTS_AT_MOST = 5

const sizeOf = (file: string): number => statSync(file, { throwIfNoEntry: false })?.size ?? 0

const faultsOf = (file: string): ReadonlyArray<string> =>
  Sqlite.using(file, { readOnly: true }, (db) => {
    const rows = db.prepare<{ quick_check: string }>(`PRAGMA quick_check(${FAULTS_AT_MOST})`).all()
    return rows.map((row) => row.quick_check).filter((text) => text !== "ok")
  })

/** Looks at the file of a store and changes nothing. Fails with `StoreUnavailable` where it cannot even be opened. */
export const examine = (file: string): Effect.Effect<Examined, TradeRepository.StoreError> =>
  Effect.suspend(() => {
    try {
      return Effect.succeed({
        faults: faultsOf(file),
        bytes: sizeOf(file),
        walBytes: sizeOf(`${file}-wal`),
        isOpenToOthers: (statSync(file).mode & OTHERS) !== 0
      })
    } catch (error) {
      return Effect.fail(failureOrIo(file, error))
    }
  })
