import { Instant } from "@roundlot/core"
import { Books, Need, TradeRepository } from "@roundlot/core/adapter"
import { Health, type Job } from "@roundlot/core/ledger"
import { Effect } from "effect"
import * as scene from "./scene.ts"

/** The job of the scene. */
export const JOB = "J00000000001-0a1b2c"

const dead = (at: bigint): Job.Job => ({
  id: JOB,
  type: "trades.sync",
  key: "k",
  payload: {},
  status: "dead",
  runAt: Instant.make(at),
  everyMs: undefined,
  isAskedAgain: false,
  tries: 5,
  mostTries: 5,
  token: 5,
  workerHost: undefined,
  workerPid: undefined,
  leaseUntil: undefined,
  progress: undefined,
  result: undefined,
  failure: "the broker is away",
  enqueuedAt: Instant.make(at),
  startedAt: Instant.make(at),
  endedAt: Instant.make(at),
  history: []
})

const isKnown = Need.Need.JobById({ id: JOB })

/** The job is given up, then. */
export const givesUp = (at: string) =>
  Effect.flatMap(TradeRepository.TradeRepository, (repository) =>
    repository.write({ commitId: `job-${at}`, accounts: ["_jobs"], needs: [isKnown] }, ({ books }) => {
      books.ops_jobs.put(dead(Instant.parse(at) ?? Instant.make(0n)))
      return { _tag: "Planned", journals: [], changes: Books.changes(books), answer: undefined }
    })
  )

/** The part of the program that fails in the scene. */
export const PART = "part:connection main"

/** An order in doubt, a held trade, a job that was given up, a part that fails. */
export const inbox = Effect.gen(function* () {
  yield* scene.at(0)
  yield* scene.open()
  yield* scene.trade("t-1", "buy", "2", "AAPL", "150")
  yield* scene.unclear(1)
  yield* scene.trade("t-9", "sell", "1", "AAPL", "150", "never came")
  yield* givesUp(scene.second(0))
  yield* Effect.flatMap(Health.Health, (health) => health.failed("connection main", "refused"))
})
