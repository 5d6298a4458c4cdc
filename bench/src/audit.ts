import { Audit } from "@roundlot/core"
import { Books, Entry, Table } from "@roundlot/core/adapter"
import { Payload } from "@roundlot/core/ledger"
import { SqliteStore } from "@roundlot/store-sqlite"
import { Effect, Logger, LogLevel } from "effect"
import { filledIn } from "./fill.ts"
import * as floor from "./floor.ts"
import { type Asked, atLeast, type Figure, inFolder, median, noted, type Took, timing } from "./measuring.ts"

const audited = (file: string): Promise<Took & { readonly entries: number }> =>
  Effect.gen(function* () {
    const took = timing()
    const { entries, findings } = yield* Audit.run()
    if (findings.length > 0) return yield* Effect.dieMessage(`the audit found ${findings.length} faults`)
    return { ...took(), entries }
  }).pipe(
    Effect.provide(SqliteStore.layer({ file })),
    Effect.scoped,
    Logger.withMinimumLogLevel(LogLevel.None),
    Effect.runPromise
  )

/** Reads what an audit reads, parses every body and every cell that is JSON, and hashes what has a hash; compares nothing. */
const barePass = (file: string): Took => {
  const db = floor.open(file)
  const took = timing()
  let previous = ""
  let account = ""
  for (const entry of db.prepare<Entry.Entry>("SELECT * FROM roundlot_journal ORDER BY account, seq").iterate()) {
    if (entry.account !== account) previous = ""
    account = entry.account
    JSON.parse(entry.body)
    JSON.parse(entry.cause)
    previous = Entry.hashOf(previous, entry)
    if (previous !== entry.hash) throw new Error(`entry ${entry.seq} of ${account} has another hash`)
  }
  for (const table of Table.domainTables) {
    const parsed = Object.entries(Books.tables[table].columns).flatMap(([name, { kind }]) =>
      kind === "json" ? [name] : []
    )
    for (const row of db.prepare<Table.EncodedRow>(`SELECT * FROM roundlot_${table}`).iterate()) {
      for (const name of parsed) JSON.parse(String(row[name] ?? null))
      const { bytes } = row
      if (bytes instanceof Uint8Array && Payload.sha256(bytes) !== row["sha256"])
        throw new Error("a payload has another hash")
    }
  }
  let last: Entry.FeedRow | undefined
  for (const row of db.prepare<Entry.FeedRow>("SELECT * FROM roundlot_feed ORDER BY position").iterate()) {
    last = Entry.nextFeedRow(last, row)
    if (last.feedHash !== row.feedHash) throw new Error(`row ${row.position} of the feed has another hash`)
  }
  const all = took()
  db.close()
  return all
}

const of = (took: ReadonlyArray<Took>, kind: keyof Took): number => median(took.map((one) => one[kind]))

/** The audit of a store, beside a bare pass that reads, parses and hashes the same rows. */
export const measure = (asked: Asked): Promise<ReadonlyArray<Figure>> =>
  inFolder(asked, async (folder) => {
    const trades = asked.trades ?? (asked.quick ? 20_000 : 100_000)
    const file = await filledIn(folder, { ...asked, trades })
    const [own, bare]: readonly [Array<Took>, Array<Took>] = [[], []]
    let entries = 0
    for (let round = 0; round < (asked.rounds ?? (asked.quick ? 1 : 5)); round++) {
      bare.push(barePass(file))
      const took = await audited(file)
      own.push(took)
      entries = took.entries
    }
    const each = (took: ReadonlyArray<Took>) =>
      `${((of(took, "cpu") / entries) * 1e6).toFixed(1)} µs of processor an entry`
    return [
      atLeast("audit, as fast as a bare pass, by the clock", of(bare, "seconds") / of(own, "seconds"), 0.5),
      noted("the same by processor time", (of(bare, "cpu") / of(own, "cpu")).toFixed(2)),
      noted(`the audit of ${entries.toLocaleString("en")} entries`, `${of(own, "seconds").toFixed(1)} s, ${each(own)}`),
      noted("the bare pass", `${of(bare, "seconds").toFixed(1)} s, ${each(bare)}`)
    ]
  })
