import { join } from "node:path"
import * as floor from "./floor.ts"
import { type Asked, atMost, type Figure, inFolder, noted } from "./measuring.ts"
import { emptyStore, played, recorded } from "./played.ts"
import { tradesOf, usual } from "./workload.ts"

/** How many bytes each table takes of a store's file, its indexes apart. */
const bytesOf = (file: string): ReadonlyMap<string, number> => {
  const db = floor.open(file)
  db.exec("PRAGMA wal_checkpoint(TRUNCATE)")
  const rows = db
    .prepare<{ readonly name: string; readonly table: string; readonly bytes: number }>(
      "SELECT s.name, m.tbl_name AS 'table', sum(s.pgsize) AS bytes FROM dbstat s JOIN sqlite_master m ON m.name = s.name GROUP BY s.name"
    )
    .all()
  db.close()
  return new Map(
    rows.map(({ bytes, name, table }) => [name === table ? `table ${table}` : `indexes of ${table}: ${name}`, bytes])
  )
}

const total = (sizes: Iterable<number>): number => [...sizes].reduce((sum, size) => sum + size, 0)

const SHOWN = 12

/** How large a store is: beside the floor's, and a trade. */
export const measure = async (asked: Asked): Promise<ReadonlyArray<Figure>> => {
  const trades = asked.trades ?? (asked.quick ? 20_000 : 100_000)
  const shape = usual(trades)
  const all = tradesOf(shape, 1)
  const groups = await recorded(asked, shape, all)
  return inFolder(asked, async (folder) => {
    const [empty, real, bare] = [join(folder, "empty.db"), join(folder, "real.db"), join(folder, "bare.db")]
    await emptyStore(empty)
    await emptyStore(bare)
    await played(real, shape, all)
    const db = floor.open(bare)
    floor.write(db, groups, 0)
    db.close()
    const [own, theirs, none] = [bytesOf(real), bytesOf(bare), bytesOf(empty)]
    const added = new Map([...own].map(([name, bytes]) => [name, bytes - (none.get(name) ?? 0)]))
    const payloads = total([...added].flatMap(([name, bytes]) => (name.includes("payloads") ? [bytes] : [])))
    const largest = [...added].toSorted(([, a], [, b]) => b - a).slice(0, SHOWN)
    return [
      atMost("the file, of the floor's", total(own.values()) / total(theirs.values()), 1.1),
      atMost("a trade beyond payloads", (total(added.values()) - payloads) / trades, 1_050, " bytes"),
      noted("a trade's payloads", `${(payloads / trades).toFixed(0)} bytes`),
      ...largest.map(([name, bytes]) => noted(name, `${(bytes / trades).toFixed(0)} bytes a trade`))
    ]
  })
}
