import { EVERYWHERE, shown, type Lie, type PlacedLie } from "./Lie.ts"
import type { Asked } from "./judge.ts"
import type { Leaping } from "./leaping.ts"

/** A request to place an order, as the client wrote it, and what it was answered once it was. */
export interface Post {
  readonly clientOrderId: string | undefined
  readonly atMs: number
  status: number | undefined
}

/** What a liar knows: its lies, how often each place was spoken of, and all that it said. */
export interface Mind {
  readonly world: Leaping
  readonly symbols: ReadonlyArray<string>
  isLying: boolean
  readonly posts: Array<Post>
  /** All that the client asked for. */
  readonly asked: Array<Asked>
  readonly story: Array<string>
  /** The lies that a message of this place is told with; it counts as spoken of. */
  readonly about: (place: string) => ReadonlyArray<PlacedLie>
  /** Is one of its lies about one of these places by name? */
  readonly isAbout: (places: ReadonlyArray<string>) => boolean
  /** The client asks for something. */
  readonly ask: (place: string) => void
  readonly note: (line: string) => void
  /** Another symbol than this one. */
  readonly otherThan: (symbol: string) => string
}

/** A liar that tells these. */
export const make = (world: Leaping, lies: ReadonlyArray<PlacedLie>, symbols: ReadonlyArray<string>): Mind => {
  const spoken = new Map<PlacedLie, number>()
  const story: Array<string> = []
  const begunMs = world.nowMs()
  const note = (line: string): void => {
    story.push(`${((world.nowMs() - begunMs) / 1000).toFixed(1).padStart(8)} s  ${line}`)
  }
  const mind: Mind = {
    world,
    symbols,
    isLying: false,
    posts: [],
    asked: [],
    story,
    ask: (place) => void mind.asked.push({ place, atMs: world.nowMs() }),
    note,
    isAbout: (places) => lies.some(({ where }) => places.includes(where)),
    about: (place) => {
      if (!mind.isLying) return []
      return lies.filter((placed) => {
        if (placed.where !== EVERYWHERE && placed.where !== place) return false
        const count = spoken.get(placed) ?? 0
        spoken.set(placed, count + 1)
        const isDue = count >= placed.from && count < placed.from + placed.times
        if (isDue) note(`lie at ${place}: ${shown(placed)}`)
        return isDue
      })
    },
    otherThan: (symbol) => symbols.find((each) => each !== symbol) ?? "ZZZZ"
  }
  return mind
}

/** The first of the lies that is of a kind. */
export const lieOf = <W extends Lie["what"]>(
  lies: ReadonlyArray<PlacedLie>,
  what: W
): Extract<Lie, { readonly what: W }> | undefined => {
  for (const { lie } of lies) if (isOf(lie, what)) return lie
  return undefined
}

const isOf = <W extends Lie["what"]>(lie: Lie, what: W): lie is Extract<Lie, { readonly what: W }> => lie.what === what
