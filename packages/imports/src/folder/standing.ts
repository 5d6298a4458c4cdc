import { Effect } from "effect"
import { open, readdir, stat } from "node:fs/promises"
import { join } from "node:path"
import { shown } from "@roundlot/api/text"
import { LIST, newestOf, numberedIn } from "./Numbered.ts"
import type { Reached } from "./Reached.ts"
import { asking, codeOf, ifThere, type SpoolFault } from "./SpoolFault.ts"

const HEAD = 1_024
const LONGEST = 200

/** The first row of a list of what was not taken: line, column, value, reason. */
const firstRow = async (path: string): Promise<string> => {
  const file = await open(path)
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD), 0, HEAD, 0)
    const [, row = ""] = buffer.toString("utf8", 0, bytesRead).split("\r\n")
    return shown(row, LONGEST)
  } finally {
    await file.close()
  }
}

/** What was not taken and waits for a person: how many lists of it there are, and how the first begins. */
export const rejectedIn = (folder: string): Effect.Effect<ReadonlyArray<string>, SpoolFault> =>
  asking(`${join(folder, "rejected")} cannot be read`, async () => {
    const lists = (await readdir(join(folder, "rejected"))).filter((file) => file.endsWith(LIST)).toSorted()
    const [first] = lists
    if (first === undefined) return []
    const more = lists.length === 1 ? "" : ` and ${lists.length - 1} more`
    return [
      // A person may have removed it by now.
      `not imported, see rejected/${shown(first, LONGEST)}${more}: ${await firstRow(join(folder, "rejected", first)).catch(codeOf)}`
    ]
  })

/** What was taken last, and when: what is put away says it. */
export const lastTaken = (folder: string, { file }: Reached): Effect.Effect<string, SpoolFault> =>
  Effect.gen(function* () {
    const newest = newestOf((yield* numberedIn(folder, "done")).filter(({ number }) => number <= file))
    const path = join(folder, "done", newest?.file ?? "")
    const stats = newest === undefined ? undefined : yield* ifThere(`${path} cannot be looked at`, () => stat(path))
    return newest === undefined || stats === undefined
      ? "none imported yet"
      : `the last imported is ${shown(newest.file)}, at ${stats.ctime.toISOString()}`
  })
