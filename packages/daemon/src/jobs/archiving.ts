import { Batches, Clock, Instant } from "@roundlot/core"
import { work } from "@roundlot/core/ledger"
import { batches as views } from "@roundlot/queries"
import { Effect } from "effect"
import type { Settings } from "../Settings.ts"
import type { Surroundings } from "./Surroundings.ts"

const BY = "archiving"

/** Puts batches away that ended longer ago than so: one pass. */
const archiveOlder = (ageMs: number) =>
  Effect.gen(function* () {
    const batches = yield* Batches.Batches
    const now = yield* Effect.flatMap(Clock.Clock, (clock) => clock.now)
    const old = yield* views.endedBefore(Instant.addMillis(now, -ageMs))
    yield* Effect.forEach(old, ({ id }) => batches.archive(id, "its age", BY), { discard: true })
  }).pipe(Effect.provide(Batches.layer))

/** Puts old batches away at the start and every hour, where the configuration says at which age (BAT-7). */
export const archiveByAge = ({ configuration }: Settings): Effect.Effect<void, never, Surroundings> => {
  const { archiveAfterMs } = configuration
  if (archiveAfterMs === undefined) return Effect.void
  const pass = archiveOlder(archiveAfterMs)
  return Effect.zipRight(work.reported("archive of batches", pass), work.every("archive of batches", "1 hour", pass))
}
