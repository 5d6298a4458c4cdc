import { Effect, Random } from "effect"

/** Draws whole numbers, the same for a seed. */
export interface Dice {
  /** Any of them, both ends within. */
  readonly between: (least: number, most: number) => number
  readonly chance: (ofHundred: number) => boolean
  readonly oneOf: <const A>(all: readonly [A, ...ReadonlyArray<A>]) => A
}

/** The dice of a seed. */
export const diceOf = (seed: string): Dice => {
  const random = Random.make(seed)
  const between = (least: number, most: number): number => Effect.runSync(random.nextIntBetween(least, most + 1))
  return {
    between,
    chance: (ofHundred) => between(1, 100) <= ofHundred,
    oneOf: (all) => all[between(0, all.length - 1)] ?? all[0]
  }
}
