import { runMigrations, runOnce, Logger } from "graphile-worker"
import { Client } from "pg"
import PgBoss from "pg-boss"
import { Ledger } from "@roundlot/core/ledger"
import { run } from "../engine.ts"
import { type Asked, atLeast, type Figure, median, noted, type Took, timing } from "../measuring.ts"
import { tradesOf, usual } from "../workload.ts"
import { onServer } from "./database.ts"
import * as floor from "./floor.ts"
import { recorded } from "./intake.ts"

/** Jobs that are put into a queue, and that a worker fetches where it can fetch several, at once. */
const AT_ONCE = 1000

/** A pipeline that does a step a job: what it is given is the place of the step. */
type Pipeline = (url: string, steps: number, step: (at: number) => Promise<void>) => Promise<void>

const chunksOf = (count: number): ReadonlyArray<ReadonlyArray<number>> =>
  Array.from({ length: Math.ceil(count / AT_ONCE) }, (_, i) =>
    Array.from({ length: Math.min(AT_ONCE, count - i * AT_ONCE) }, (_, j) => i * AT_ONCE + j)
  )

const QUEUE = "steps"

interface Step {
  readonly at: number
}

/** pg-boss, which gets its jobs, fetches them and ends them a thousand at once; priorities keep their order. */
const pgBoss: Pipeline = async (url, steps, step) => {
  const boss = new PgBoss({ connectionString: url, supervise: false, schedule: false })
  // Its connections are cut where the database goes.
  boss.on("error", () => undefined)
  await boss.start()
  await boss.createQueue(QUEUE)
  for (const chunk of chunksOf(steps)) {
    await boss.insert(chunk.map((at) => ({ name: QUEUE, data: { at }, priority: steps - at })))
  }
  for (;;) {
    const jobs = await boss.fetch<Step>(QUEUE, { batchSize: AT_ONCE })
    if (jobs.length === 0) break
    for (const { data } of jobs.toSorted((a, b) => a.data.at - b.data.at)) await step(data.at)
    await boss.complete(
      QUEUE,
      jobs.map(({ id }) => id)
    )
  }
  await boss.stop({ graceful: false, wait: true })
}

const silent = new Logger(() => () => undefined)

const atOf = (payload: unknown): number =>
  typeof payload === "object" && payload !== null && "at" in payload && typeof payload.at === "number" ? payload.at : -1

/** graphile-worker, which gets its jobs a thousand at once and takes them one by one. */
const graphile: Pipeline = async (url, steps, step) => {
  const client = new Client({ connectionString: url })
  await client.connect()
  for (const chunk of chunksOf(steps)) {
    await client.query(
      `SELECT count(*) FROM graphile_worker.add_jobs(ARRAY(SELECT row('steps', json_build_object('at', i), null, null, null,` +
        ` null, null, null)::graphile_worker.job_spec FROM unnest($1::int[]) AS i ORDER BY i))`,
      [chunk]
    )
  }
  await client.end()
  await runOnce({ connectionString: url, logger: silent, taskList: { steps: (payload) => step(atOf(payload)) } })
}

const PIPELINES: ReadonlyArray<readonly [name: string, pipeline: Pipeline, prepare: (url: string) => Promise<void>]> = [
  ["pg-boss", pgBoss, () => Promise.resolve()],
  ["graphile-worker", graphile, (url) => runMigrations({ connectionString: url, logger: silent })]
]

const OURS = "10 callers in chunks of 100"

/** Ten callers of the real parts, beside queues of jobs on the same server whose handlers write the same rows a step a job. */
export const measure = (asked: Asked): Promise<ReadonlyArray<Figure>> =>
  onServer(async (databases) => {
    const shape = usual(asked.trades ?? (asked.quick ? 1_000 : 5_000))
    const all = tradesOf(shape, 1)
    const { from, prepared } = await recorded(databases, shape, 1, true)
    const steps = prepared.slice(from)
    const took = new Map<string, Array<Took>>()
    const note = (name: string, one: Took) => took.set(name, [...(took.get(name) ?? []), one])
    for (let round = 0; round < (asked.rounds ?? (asked.quick ? 1 : 3)); round++) {
      for (const [name, pipeline, prepare] of PIPELINES) {
        const url = await databases.fresh()
        await prepare(url)
        const books = await floor.open(url)
        for (const before of prepared.slice(0, from)) await books.writeGroup(before)
        const measured = timing()
        await pipeline(url, steps.length, async (at) => {
          const step = steps[at]
          if (step === undefined) throw new Error(`there is no step ${at}`)
          await books.writeGroup(step)
        })
        note(name, measured())
        await books.end()
        await databases.drop(url)
      }
      const url = await databases.fresh()
      const stage = { file: url, shape, limits: Ledger.defaultLimits }
      note(OURS, await run(stage, all, { callers: 10, chunk: 100 }))
      await databases.drop(url)
    }
    const each = (name: string) => (median((took.get(name) ?? []).map(({ seconds }) => seconds)) / shape.trades) * 1e6
    return [
      noted(OURS, `${each(OURS).toFixed(0)} µs a trade`),
      ...PIPELINES.flatMap(([name]) => [
        noted(name, `${each(name).toFixed(0)} µs a trade, ${(steps.length / shape.trades).toFixed(2)} jobs each`),
        atLeast(`${OURS}, times as fast as ${name}`, each(name) / each(OURS), 4, "×")
      ])
    ]
  })
