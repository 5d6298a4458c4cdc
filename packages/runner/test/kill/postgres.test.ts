import { describe, expect, test } from "vitest"
import { databases } from "../cli/database.ts"
import { experience, LONGEST_STORY_MS, storiesOf } from "./stories.ts"

const { fresh } = databases()

describe("kill -9 on Postgres, while trades arrive, orders go out and fills come back", () => {
  test.for(storiesOf("none", 5))(
    "ACC-1, ACC-2: story $seed: nothing acknowledged is lost, nothing counted or sent twice",
    { timeout: LONGEST_STORY_MS },
    async (story) => expect((await experience({ ...story, address: await fresh() })).kills).toBeGreaterThan(0)
  )
})
