import { play, type StoryOutcome, type Trouble } from "./torture.ts"

const ROUNDS_A_STORY = 5

const told = process.env["ROUNDLOT_KILL_ROUNDS"]

/** The stories of a file: as many rounds as fit its part of `npm test`, or as many as `npm run torture` says. */
export const storiesOf = (trouble: Trouble, rounds: number) => {
  const all = Number(told ?? rounds)
  const seed = process.env["ROUNDLOT_KILL_SEED"] ?? "1"
  return Array.from({ length: Math.ceil(all / ROUNDS_A_STORY) }, (_, story) => ({
    trouble,
    seed: `${seed}/${story}`,
    rounds: Math.min(ROUNDS_A_STORY, all - story * ROUNDS_A_STORY)
  }))
}

/** How long a story may take at most: its programs on a machine that is very busy with other things. */
export const LONGEST_STORY_MS = 1_200_000

/** Tells a story and, in torture, what it did. */
export const experience = async (story: Parameters<typeof play>[0]): Promise<StoryOutcome> => {
  const said = await play(story)
  if (told !== undefined) process.stdout.write(`${story.trouble} ${story.seed} ${JSON.stringify(said)}\n`)
  return said
}
