import { join } from "node:path"
import * as floor from "./floor.ts"
import { type Asked, atLeast, type Figure, inFolder, median, noted, type Took, timing } from "./measuring.ts"
import { emptyStore, recorded } from "./played.ts"
import type { Group } from "./schedule.ts"
import { CHUNKS, lineApart } from "./throughput.ts"
import { tradesOf, usual } from "./workload.ts"

/**
 * What programs commonly do instead: a durable queue of jobs beside the rows. Each step is a transaction of its own, that takes its
 * job from the queue, writes the rows of the step and puts the job of the next step there; a trade is put there first.
 */
const stepByStep = async (file: string, groups: ReadonlyArray<Group>, from: number): Promise<Took> => {
  await emptyStore(file)
  const db = floor.open(file)
  db.exec("CREATE TABLE jobs (id INTEGER PRIMARY KEY, step TEXT NOT NULL, body TEXT NOT NULL, takenAt INTEGER)")
  const put = db.prepare("INSERT INTO jobs (step, body) VALUES (?, ?)")
  const take = db.prepare<{ readonly id: number; readonly body: string }>(
    "UPDATE jobs SET takenAt = ? WHERE id = (SELECT min(id) FROM jobs WHERE takenAt IS NULL) RETURNING id, body"
  )
  const done = db.prepare("DELETE FROM jobs WHERE id = ?")
  const write = floor.writer(db, (step) => {
    const job = take.get(Date.now())
    step()
    if (job !== undefined) done.run(job.id)
  })
  for (const group of groups.slice(0, from)) write(group)
  const took = timing()
  for (const group of groups.slice(from)) {
    put.run(group.identities.length > 0 ? "intake" : "follow", JSON.stringify(group.identities))
    write(group)
  }
  const all = took()
  db.close()
  return all
}

/** Ten callers on the real parts, beside a durable queue table that does the same rows one transaction a step. */
export const measure = async (asked: Asked): Promise<ReadonlyArray<Figure>> => {
  const trades = asked.trades ?? (asked.quick ? 5_000 : 20_000)
  const shape = usual(trades)
  const all = tradesOf(shape, 1)
  const groups = await recorded(asked, shape, all, { perGroup: 1, apart: true })
  const from = groups.findIndex(({ identities }) => identities.length > 0)
  const own = await lineApart({ folder: asked.folder, name: CHUNKS, shape })
  const [queue, real]: readonly [Array<Took>, Array<Took>] = [[], []]
  for (let round = 0; round < (asked.rounds ?? (asked.quick ? 1 : 5)); round++) {
    await inFolder(asked, async (folder) => {
      queue.push(await stepByStep(join(folder, "queue.db"), groups, from))
    })
    real.push(await own.run())
  }
  own.end()
  const each = (took: ReadonlyArray<Took>, kind: keyof Took) => (median(took.map((one) => one[kind])) / trades) * 1e6
  const words = (took: ReadonlyArray<Took>) =>
    `${each(took, "seconds").toFixed(0)} µs a trade, ${each(took, "cpu").toFixed(0)} µs of processor`
  return [
    atLeast(
      "10 callers in chunks of 100, times as fast as a queue table",
      each(queue, "seconds") / each(real, "seconds"),
      8,
      "×"
    ),
    noted("the queue table", words(queue)),
    noted("10 callers in chunks of 100", words(real)),
    noted(
      "transactions a trade of the queue table, those that put jobs there apart",
      ((groups.length - from) / trades).toFixed(2)
    )
  ]
}
