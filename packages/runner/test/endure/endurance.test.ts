import { writeFileSync } from "node:fs"
import { expect, test } from "vitest"
import { LONGEST_STORY_MS } from "../kill/stories.ts"
import { endure, type Course } from "./endurance.ts"
import { pageOf } from "./page.ts"
import { growthIn } from "./resources.ts"

/** As long as it is asked for by `npm run torture -- --story endurance`; else one that is over soon. */
const minutes = Number(process.env["ROUNDLOT_ENDURED_MINUTES"] ?? 0)
const page = process.env["ROUNDLOT_ENDURANCE_PAGE"]
const seed = process.env["ROUNDLOT_KILL_SEED"] ?? "1"
const LAP_MS = 15_000
const EVERY_MS = 250
const LIVES = 4

const course: Course =
  minutes === 0
    ? { seed, lives: 2, laps: 3, deliveries: 20, everyMs: 0 }
    : {
        seed,
        lives: LIVES,
        laps: Math.ceil((minutes * 60_000) / LAP_MS / LIVES),
        deliveries: LAP_MS / EVERY_MS,
        everyMs: EVERY_MS
      }

test(
  "ACC-1, ACC-7: a daemon under sustained load and faults loses and doubles nothing, and what it takes does not grow",
  { timeout: LONGEST_STORY_MS + 2 * minutes * 60_000 },
  async () => {
    const { samples, sums } = await endure(course, (sample) => {
      if (minutes > 0) process.stdout.write(`${JSON.stringify(sample)}\n`)
    })
    if (page !== undefined) writeFileSync(page, pageOf(samples, sums))
    expect(samples).toHaveLength(course.lives * course.laps)
    for (const { residentMiB, trades } of samples) expect([residentMiB > 0, trades > 0]).toEqual([true, true])
    expect(growthIn(samples)).toEqual([])
  }
)
