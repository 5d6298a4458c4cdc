import { copyFileSync } from "node:fs"
import { join } from "node:path"
import { Sqlite } from "@roundlot/sqlite"
import * as floor from "./floor.ts"
import type { Asked } from "./measuring.ts"
import { played } from "./played.ts"
import { type Shape, tradesFrom, usual } from "./workload.ts"

/** How many trades a store has that has many. */
export const MANY = 1_000_000

/** The seed of what fills a store; what is measured on it comes from others. */
const SEED = 1

/** Makes a store of so many trades in `file`, by the floor's schedule. */
export const fill = async (file: string, trades: number, shape: Shape = usual(trades)): Promise<void> => {
  await played(file, { ...shape, trades }, tradesFrom({ ...shape, trades }, SEED))
  settled(file)
}

/** Brings everything of a store into its file, so that it can be copied. */
const settled = (file: string): void => {
  const db = floor.open(file)
  db.exec("PRAGMA wal_checkpoint(TRUNCATE)")
  db.close()
}

/** How many transactions a store has behind it. */
export const commitsOf = (file: string): number => {
  const db = floor.open(file)
  const count = Sqlite.scalar<number>(db, "SELECT count(*) FROM roundlot_ops_commits")()
  db.close()
  return count ?? 0
}

/** A copy of the store that was asked for by `--filled`, or one that is filled now, in this folder. */
export const filledIn = async (folder: string, { filled, trades = MANY }: Asked): Promise<string> => {
  const file = join(folder, "filled.db")
  if (filled === undefined) await fill(file, trades)
  else copyFileSync(filled, file)
  // Whoever filled it may have been stopped: what its orders wait for comes now.
  await played(file, usual(0), [], { after: commitsOf(file) })
  return file
}
