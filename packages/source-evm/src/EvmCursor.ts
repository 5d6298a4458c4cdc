import { Either, Schema } from "effect"
import type { Block, Wanted } from "./Block.ts"

/** A block that was taken in: what a later reading of the chain is held against. */
export const Checkpoint = Schema.Struct({ number: Schema.NonNegativeInt, hash: Schema.String, timestamp: Schema.Int })

/** A block that was taken in. */
export type Checkpoint = typeof Checkpoint.Type

/** An event that is no trade, by its transaction and log index, and why. */
export const Unread = Schema.Struct({ id: Schema.String, reason: Schema.String })

/** An event that is no trade, and why. */
export type Unread = typeof Unread.Type

const Written = Schema.Struct({
  chainId: Schema.Int,
  contracts: Schema.Array(Schema.String),
  topic: Schema.String,
  blocks: Schema.Array(Checkpoint),
  unread: Schema.Array(Unread)
})

const FromText = Schema.parseJson(Written)

/** How far a source has come, and of which chain, contracts and event. */
export interface Reached {
  /** The newest first; they become rarer with their age. */
  readonly blocks: ReadonlyArray<Checkpoint>
  /** The newest of the events that are no trades. */
  readonly unread: ReadonlyArray<Unread>
}

/** Of which chain, contracts and event a cursor is. */
export interface Outside extends Wanted {
  readonly chainId: number
}

/** A cursor is none of this source's, or of another outside than the configuration names. Nothing is read: all would be taken in once more. */
export class OtherOutside extends Schema.TaggedError<OtherOutside>()("OtherOutside", {
  part: Schema.Literal("chain", "contracts", "event", "cursor"),
  was: Schema.String,
  is: Schema.String
}) {
  override get message() {
    return this.part === "cursor"
      ? `the cursor of this source is none of evm: ${this.was}. Give the source another name`
      : `this source has come far on ${this.part} ${this.was}, and the configuration names ${this.is}. Put it back, or give the source another name: under that it begins at its block "from"`
  }
}

/** A cursor's text. */
export const format = ({ chainId, contracts, topic }: Outside, { blocks, unread }: Reached): string =>
  JSON.stringify({ chainId, contracts, topic, blocks, unread } satisfies typeof Written.Type)

const MOST_SHOWN = 80

/** How far a source has come, of its cursor's text; fails where that is of another outside. */
export const parse = (text: string, outside: Outside): Either.Either<Reached, OtherOutside> =>
  Schema.decodeEither(FromText)(text).pipe(
    Either.mapLeft(() => new OtherOutside({ part: "cursor", was: text.slice(0, MOST_SHOWN), is: "" })),
    Either.flatMap(({ blocks, chainId, contracts, topic, unread }) => {
      const parts = [
        ["chain", String(chainId), String(outside.chainId)],
        ["contracts", contracts.join(" "), outside.contracts.join(" ")],
        ["event", topic, outside.topic]
      ] as const
      const other = parts.find(([, was, is]) => was !== is)
      if (other === undefined) return Either.right({ blocks, unread })
      const [part, was, is] = other
      return Either.left(new OtherOutside({ part, was, is }))
    })
  )

/** Ages that are as good as each other: 0, 1, 2 to 3, 4 to 7 blocks, and so on. */
const ageClass = (age: number): number => (age === 0 ? -1 : Math.floor(Math.log2(age)))

/** The checkpoints with one more: of each class of ages the oldest stays, and beyond the deepest reorganisation one. */
export const extended = (
  blocks: ReadonlyArray<Checkpoint>,
  { hash, number, timestamp }: Block,
  deepest: number
): ReadonlyArray<Checkpoint> => {
  const all = [{ hash, number, timestamp }, ...blocks]
  const classOf = (block: Checkpoint | undefined) => (block === undefined ? undefined : ageClass(number - block.number))
  const kept = all.filter((block, index) => classOf(block) !== classOf(all[index + 1]))
  const last = kept.findIndex((block) => number - block.number >= deepest)
  return last === -1 ? kept : kept.slice(0, last + 1)
}

const MOST_UNREAD = 20

/** The newest of the events that are no trades, each once, without those that a person has looked at. */
export const withUnread = (
  before: ReadonlyArray<Unread>,
  found: ReadonlyArray<Unread>,
  ignored: ReadonlySet<string>
): ReadonlyArray<Unread> => {
  const byId = new Map([...before, ...found].map((each) => [each.id, each] as const))
  return [...byId.values()].filter(({ id }) => !ignored.has(id)).slice(-MOST_UNREAD)
}
