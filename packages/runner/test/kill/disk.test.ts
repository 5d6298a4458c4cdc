import { describe, expect, test } from "vitest"
import { experience, LONGEST_STORY_MS, storiesOf } from "./stories.ts"

describe("kill -9 on a disk that is full", () => {
  test.for(storiesOf("disk", 2))(
    "ACC-1, ACC-2: story $seed: nothing acknowledged is lost, nothing counted or sent twice",
    { timeout: LONGEST_STORY_MS },
    async (story) => expect((await experience(story)).kills).toBeGreaterThan(0)
  )
})
