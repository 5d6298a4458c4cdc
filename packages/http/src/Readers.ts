import { Effect, Queue } from "effect"
import { type Commits, narrowed, type FeedEvent, type Wanted } from "./FeedEvent.ts"

/** Hears what happens; says whether it can take more at once. It goes on only when it has asked for more otherwise. */
export type Listener = (event: FeedEvent) => boolean

/** One reader of the feed. */
export interface Reader {
  readonly wanted: Wanted
  readonly listener: Listener
  /** Everything up to this position was sent. */
  position: number
  isFull: boolean
  /** Reads on by itself, page by page, until it is up to date. */
  isBehind: boolean
}

/** Who wants the same hears the same. */
const wishOf = ({ account, kinds, scope }: Wanted): string =>
  JSON.stringify([account, kinds, scope === undefined ? null : [...scope]])

/** Tells, and notes how far. */
const tell = (reader: Reader, event: FeedEvent, position: number): void => {
  reader.position = position
  reader.isFull = !reader.listener(event)
}

/** All readers, each with its place. Those that are up to date are served at once and together; the others page by page, in turns. */
export interface Readers {
  /** Those who are behind, in the order in which they have their turns. */
  readonly behind: Queue.Dequeue<Reader>
  /** One more reader, which hears that it begins; everything up to the position is known to it. */
  readonly add: (wanted: Wanted, listener: Listener, position: number) => Reader
  readonly remove: (reader: Reader) => void
  readonly isHere: (reader: Reader) => boolean
  /** It has its turn among those who are behind. */
  readonly readOn: (reader: Reader) => void
  /** It can take more again. */
  readonly more: (reader: Reader) => void
  /** Commits between two positions have come. */
  readonly tellAll: (before: number, commits: Commits, position: number) => void
  /** A page for one who is behind. */
  readonly tellOne: (reader: Reader, commits: Commits) => void
  /** Shows everybody that the line stands; who is left behind has a turn again. */
  readonly beat: (position: number) => void
}

/** Nobody yet; how a position is written as a cursor is given. */
export const make = (cursorOf: (position: number) => string): Effect.Effect<Readers> =>
  Effect.gen(function* () {
    const readers = new Set<Reader>()
    const behind = yield* Queue.unbounded<Reader>()
    const commitsFor = ({ wanted }: Reader, commits: Commits, position: number): FeedEvent => ({
      _tag: "Commits",
      cursor: cursorOf(position),
      commits: narrowed(wanted, commits)
    })
    const readOn = (reader: Reader): void => {
      reader.isBehind = true
      behind.unsafeOffer(reader)
    }
    return {
      behind,
      readOn,
      add: (wanted, listener, position) => {
        const reader: Reader = { wanted, listener, position, isFull: false, isBehind: false }
        readers.add(reader)
        tell(reader, { _tag: "Begun", cursor: cursorOf(position) }, position)
        return reader
      },
      remove: (reader) => void readers.delete(reader),
      more: (reader) => {
        if (!reader.isFull) return
        reader.isFull = false
        readOn(reader)
      },
      tellAll: (before, commits, position) => {
        const made = new Map<string, FeedEvent>()
        for (const reader of readers) {
          if (reader.isFull || reader.isBehind || reader.position >= position) continue
          if (reader.position !== before) {
            readOn(reader)
            continue
          }
          const wish = wishOf(reader.wanted)
          const event = made.get(wish) ?? commitsFor(reader, commits, position)
          made.set(wish, event)
          tell(reader, event, position)
        }
      },
      tellOne: (reader, commits) => {
        const last = commits.at(-1)
        if (last !== undefined) tell(reader, commitsFor(reader, commits, last.position), last.position)
      },
      beat: (position) => {
        for (const reader of readers) {
          if (reader.isFull || reader.isBehind) continue
          if (reader.position < position) readOn(reader)
          else tell(reader, { _tag: "Quiet", cursor: cursorOf(reader.position) }, reader.position)
        }
      },
      isHere: (reader) => readers.has(reader)
    }
  })
