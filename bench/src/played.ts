import { join } from "node:path"
import { SqliteStore } from "@roundlot/store-sqlite"
import { Effect } from "effect"
import * as floor from "./floor.ts"
import { type Asked, inFolder, type Took } from "./measuring.ts"
import { type Group, play, type Playing } from "./schedule.ts"
import type { BenchTrade, Shape } from "./workload.ts"

/** Makes an empty store. */
export const emptyStore = (file: string): Promise<void> =>
  Effect.runPromise(Effect.scoped(Effect.provide(Effect.void, SqliteStore.layer({ file }))))

/** Plays trades on the store in `file`, and says what it took. */
export const played = (
  file: string,
  shape: Shape,
  trades: Iterable<BenchTrade>,
  playing: Playing = {}
): Promise<Took> =>
  Effect.runPromise(Effect.scoped(play(shape, trades, playing).pipe(Effect.provide(SqliteStore.layer({ file })))))

/** The groups of a schedule; fails where the floor would not leave the very rows of the store. */
export const recorded = (
  asked: Pick<Asked, "folder">,
  shape: Shape,
  trades: ReadonlyArray<BenchTrade>,
  playing: Playing = {}
): Promise<ReadonlyArray<Group>> =>
  inFolder(asked, async (folder) => {
    const groups: Array<Group> = []
    const [real, bare] = [join(folder, "real.db"), join(folder, "bare.db")]
    await played(real, shape, trades, { ...playing, wrote: (group) => groups.push(group) })
    await emptyStore(bare)
    const [wanted, written] = [floor.open(real), floor.open(bare)]
    floor.write(written, groups, 0)
    const found = floor.contentsOf(written)
    for (const [table, contents] of floor.contentsOf(wanted)) {
      if (found.get(table) !== contents) throw new Error(`the floor's ${table} are not the store's`)
    }
    wanted.close()
    written.close()
    const counts = [...found].map(([table, contents]) => `${table} ${Number(contents.split(" ")[0]) / trades.length}`)
    console.log(`rows a trade: ${counts.join(", ")}; all of them equal, cell by cell`)
    return groups
  })
