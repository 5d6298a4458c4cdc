import { describe, expect, test } from "vitest"
import { experience, LONGEST_STORY_MS, storiesOf } from "./stories.ts"

describe("kill -9 on a file, while trades arrive, orders go out and fills come back", () => {
  test.for(storiesOf("none", 15))(
    "ACC-1, ACC-2: story $seed: nothing acknowledged is lost, nothing counted or sent twice",
    { timeout: LONGEST_STORY_MS },
    async (story) => expect((await experience(story)).kills).toBeGreaterThan(0)
  )
})
