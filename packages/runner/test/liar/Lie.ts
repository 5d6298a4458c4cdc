import type { Dice } from "../dice.ts"

/** One thing that is told otherwise than it is. Times in milliseconds. */
export type Lie =
  | { readonly what: "quantity"; readonly of: "all" | "filled" | "executed"; readonly by: bigint }
  | { readonly what: "price"; readonly by: bigint }
  | { readonly what: "negated" }
  | { readonly what: "symbol" | "side" | "truncated" | "repeated" | "reordered" }
  | { readonly what: "account"; readonly number: string }
  | { readonly what: "id"; readonly is: string }
  | { readonly what: "time"; readonly by: "thousandfold" | "thousandth" | "a day later" | "a day earlier" }
  | { readonly what: "word"; readonly word: string }
  | { readonly what: "late"; readonly ms: number }
  | { readonly what: "answer"; readonly status: number; readonly body: "theirs" | "none" | "html" }
  | { readonly what: "refused though placed"; readonly status: number }

/** A lie, about which messages it is told, and how often. */
export interface PlacedLie {
  readonly lie: Lie
  /** An endpoint or message of the stream, or all of them at once. */
  readonly where: string
  /** The first of those messages that it is told of, counted from 0, and how many in a row. */
  readonly from: number
  readonly times: number
  /** The time of the last change is moved with the lie, or stays as it was. */
  readonly stamp: "kept" | "moved"
}

/** What a broker's messages are called and what its fields mean, by its documentation. */
export interface Vocabulary {
  /** Endpoints and messages of the stream that tell of orders, executions and holdings. */
  readonly places: readonly [string, ...ReadonlyArray<string>]
  /** All others. */
  readonly otherPlaces: readonly [string, ...ReadonlyArray<string>]
  /** Where an order is sent. */
  readonly send: string
  /** Words for where an order stands: each end and each open one. */
  readonly words: readonly [string, ...ReadonlyArray<string>]
  /** Numbers of other accounts, where messages name the account that they are of. */
  readonly accounts?: readonly [string, ...ReadonlyArray<string>]
  /** What the next order's id is not, where the broker says it. */
  readonly ids?: readonly [string, ...ReadonlyArray<string>]
}

export const EVERYWHERE = "everywhere"

const MILLION = 1_000_000n
const TRILLION = 1_000_000_000_000n
const STATUSES = [401, 403, 404, 409, 422, 429, 500, 502] as const
const REFUSALS = [400, 403, 422] as const
const A_MINUTE_MS = 60_000

const contents = (dice: Dice, { accounts, ids, words }: Vocabulary): Lie =>
  dice.oneOf<() => Lie>([
    () => ({
      what: "quantity",
      of: dice.oneOf(["all", "filled", "executed"]),
      by: dice.oneOf([2n, MILLION, TRILLION])
    }),
    () => ({ what: "price", by: 1000n }),
    () => ({ what: "negated" }),
    () => ({ what: dice.oneOf(["symbol", "side"]) }),
    () => ({ what: "time", by: dice.oneOf(["thousandfold", "thousandth", "a day later", "a day earlier"]) }),
    () => ({ what: "word", word: dice.oneOf(words) }),
    ...(accounts === undefined ? [] : [(): Lie => ({ what: "account", number: dice.oneOf(accounts) })]),
    ...(ids === undefined ? [] : [(): Lie => ({ what: "id", is: dice.oneOf(ids) })])
  ])()

const wholes = (dice: Dice): Lie =>
  dice.oneOf<() => Lie>([
    () => ({ what: dice.oneOf(["truncated", "repeated", "reordered"]) }),
    () => ({ what: "late", ms: dice.between(500, A_MINUTE_MS) }),
    () => ({ what: "answer", status: dice.oneOf(STATUSES), body: dice.oneOf(["theirs", "none", "html"]) })
  ])()

/** Any lie that a broker of this vocabulary can tell. */
const drawn = (dice: Dice, vocabulary: Vocabulary): PlacedLie => {
  const stamp = dice.oneOf(["kept", "moved"])
  const from = dice.chance(60) ? 0 : dice.between(1, 4)
  const times = dice.chance(50) ? 1 : dice.chance(50) ? dice.between(2, 5) : Infinity
  if (dice.chance(15)) {
    const lie: Lie = { what: "refused though placed", status: dice.oneOf(REFUSALS) }
    return { lie, where: vocabulary.send, from, times, stamp }
  }
  const lie = dice.chance(65) ? contents(dice, vocabulary) : wholes(dice)
  const some = dice.chance(75) ? vocabulary.places : vocabulary.otherPlaces
  const where = dice.chance(30) ? EVERYWHERE : dice.oneOf(some)
  return { lie, where, from, times, stamp }
}

/** The lies of a round: one as a rule. */
export const liesOf = (dice: Dice, vocabulary: Vocabulary): ReadonlyArray<PlacedLie> =>
  Array.from({ length: dice.chance(70) ? 1 : dice.between(2, 3) }, () => drawn(dice, vocabulary))

const shownLie = (lie: Lie): string =>
  Object.values(lie)
    .map((each) => String(each))
    .join(" ")

/** A lie in a line. */
export const shown = ({ from, lie, stamp, times, where }: PlacedLie): string =>
  `${shownLie(lie)} at ${where}, from ${from}, ${times} times, stamp ${stamp}`
