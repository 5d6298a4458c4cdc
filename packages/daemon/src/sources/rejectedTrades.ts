import { Clock, Instant } from "@roundlot/core"
import { type TradeSource } from "@roundlot/core/adapter"
import { Health, work } from "@roundlot/core/ledger"
import { Effect, Ref, Schema, type Scope } from "effect"
import { access, type FileHandle, mkdir, open } from "node:fs/promises"
import { basename, dirname, join } from "node:path"

/** Where the daemon of a store says where it serves: what else belongs to the store is beside that. */
interface Place {
  readonly daemonFile: string
}

/** The file of what a source has that is no trade, beside the store. */
const rejectedFileOf = (source: string, { daemonFile }: Place): string =>
  join(dirname(daemonFile), `${basename(daemonFile, ".daemon.json")}.${source}.rejected.jsonl`)

/** That file cannot be written: its source waits, so that nothing is passed over. */
export class RejectedNotKept extends Schema.TaggedError<RejectedNotKept>()("RejectedNotKept", {
  file: Schema.String,
  problem: Schema.String
}) {
  override get message() {
    return `${this.file} cannot be written (${this.problem}): make room or allow writing there`
  }
}

/** A source has given what is no trade, and nobody has taken the file of it away. */
class TradesRejected extends Schema.TaggedError<TradesRejected>()("TradesRejected", {
  file: Schema.String,
  newest: Schema.String
}) {
  override get message() {
    return `${this.newest}kept in ${this.file}: fix them, then move the file away`
  }
}

/** Was a line before cut off, by a full disk or the end of the process? */
const endsTorn = async (opened: FileHandle): Promise<boolean> => {
  const { size } = await opened.stat()
  if (size === 0) return false
  const { buffer } = await opened.read(Buffer.alloc(1), 0, 1, size - 1)
  return buffer.toString() !== "\n"
}

/** Every line is on the disk before its source goes on. Its owner alone may read it. */
const append = (file: string, lines: string) =>
  Effect.tryPromise({
    try: async () => {
      await mkdir(dirname(file), { recursive: true })
      const opened = await open(file, "a+", 0o600)
      try {
        await opened.writeFile((await endsTorn(opened)) ? `\n${lines}` : lines)
        await opened.sync()
      } finally {
        await opened.close()
      }
    },
    catch: (error) => new RejectedNotKept({ file, problem: error instanceof Error ? error.message : String(error) })
  })

const LONGEST_REASON = 500

/** A reason repeats what it is about, which may be as long as a message: health and alerts say it too. */
const shortened = (reason: string): string =>
  reason.length > LONGEST_REASON ? `${reason.slice(0, LONGEST_REASON)}…` : reason

const isThere = (file: string) =>
  Effect.promise(() =>
    access(file).then(
      () => true,
      () => false
    )
  )

/**
 * Keeps what a source has that is no trade: a line of JSON each, again where the source was asked again before its cursor was kept.
 * Health says so for as long as the file is there.
 */
export const keepRejected = (
  source: string,
  place: Place
): Effect.Effect<
  (rejected: ReadonlyArray<TradeSource.Rejected>) => Effect.Effect<void, RejectedNotKept>,
  never,
  Clock.Clock | Health.Health | Scope.Scope
> =>
  Effect.gen(function* () {
    const clock = yield* Clock.Clock
    const health = yield* Health.Health
    const file = rejectedFileOf(source, place)
    const part = `unreadable trades of ${source}`
    const newest = yield* Ref.make("")
    const look = Effect.gen(function* () {
      if (yield* isThere(file)) return yield* new TradesRejected({ file, newest: yield* Ref.get(newest) })
    })
    const say = Effect.provideService(work.reported(part, look), Health.Health, health)
    yield* say
    yield* Effect.forkScoped(work.every(part, "15 seconds", look))
    return (given) =>
      Effect.gen(function* () {
        const rejected = given.map((each) => ({ ...each, reason: shortened(each.reason) }))
        const at = Instant.format(yield* clock.now)
        yield* append(file, rejected.map((each) => `${JSON.stringify({ at, ...each })}\n`).join(""))
        const last = rejected.at(-1)
        if (last !== undefined) yield* Ref.set(newest, `${last.place}: ${last.reason}; `)
        yield* say
      })
  })
