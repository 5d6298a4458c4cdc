import { BigDecimal } from "effect"
import * as Decimal from "../values/Decimal.ts"
import * as Column from "../tables/Column.ts"
import { AllocationKey, weightsOf } from "./allocationKey.ts"

/**
 * C6: how an order's fills go to the trades in it. `fifo`: to the oldest first; `pro-rata`: to all at once, by what each has in it; `key`: to
 * all owners at once, by the weights of the account's `allocationKey`.
 */
export const allocationPolicies = ["fifo", "pro-rata", "key"] as const

/** The digits to which shares are divided, where no quantity is finer: a billionth of a share. */
const DIGITS = 9

/** How the shares of an order are divided; from the oldest on where nothing is said. */
export interface Division {
  readonly allocation: (typeof allocationPolicies)[number] | undefined
  readonly allocationKey: ReadonlyArray<string> | undefined
}

/** C6: are an order's fills divided among all of its trades at once? */
export const isDivided = ({ allocation }: Division): boolean => allocation !== undefined && allocation !== "fifo"

/** What an order has of one trade, or of another order's excess, in shares; the owner matters where they are divided by a key. */
export interface Part {
  readonly quantity: Decimal.Decimal
  readonly owner: string | undefined
}

/** `total` to the first parts, each as far as it goes. */
const fifo = (total: Decimal.Decimal, parts: ReadonlyArray<Decimal.Decimal>): ReadonlyArray<Decimal.Decimal> => {
  let left = Decimal.max(Decimal.zero, total)
  return parts.map((part) => {
    const share = Decimal.min(left, part)
    left = Decimal.subtract(left, share)
    return share
  })
}

/** `total` steps by weights: the largest remainders take what rounding leaves, the first of equal ones; none is a whole step from its ratio. */
const inRatio = (total: bigint, weights: ReadonlyArray<bigint>): ReadonlyArray<bigint> => {
  const whole = weights.reduce((sum, weight) => sum + weight, 0n)
  const shares = weights.map((weight, place) => ({
    place,
    steps: (total * weight) / whole,
    rest: (total * weight) % whole
  }))
  let left = total - shares.reduce((sum, { steps }) => sum + steps, 0n)
  for (const share of shares.toSorted((a, b) => (a.rest === b.rest ? a.place - b.place : a.rest > b.rest ? -1 : 1))) {
    if (left === 0n) break
    share.steps += 1n
    left -= 1n
  }
  return shares.map(({ steps }) => steps)
}

/** A share of the key: what its owner has in an order, in steps. */
interface Weighted {
  readonly owner: string
  readonly weight: bigint
  readonly most: bigint
}

/** `total` steps by weights, to each no more than he has: who would get more is full, and what is left goes to the others by their weights. */
const upToMost = (total: bigint, owners: ReadonlyArray<Weighted>): ReadonlyMap<string, bigint> => {
  if (owners.length === 0) return new Map()
  const even = inRatio(
    total,
    owners.map(({ weight }) => weight)
  )
  const full = owners.filter(({ most }, i) => most <= (even[i] ?? 0n))
  if (full.length === 0) return new Map(owners.map(({ owner }, i) => [owner, even[i] ?? 0n]))
  const taken = full.reduce((sum, { most }) => sum + most, 0n)
  const others = owners.filter((each) => !full.includes(each))
  return new Map([...full.map(({ most, owner }) => [owner, most] as const), ...upToMost(total - taken, others)])
}

/** The digits to which shares of a total are divided. */
const scaleOf = (total: Decimal.Decimal, all: Decimal.Decimal): number => Math.max(DIGITS, total.scale, all.scale)

const stepsOf = (amount: Decimal.Decimal, scale: number): bigint => BigDecimal.scale(amount, scale).value

const sharesOf = (steps: bigint, scale: number): Decimal.Decimal => BigDecimal.normalize(BigDecimal.make(steps, scale))

const proRata = (total: Decimal.Decimal, parts: ReadonlyArray<Decimal.Decimal>): ReadonlyArray<Decimal.Decimal> => {
  const scale = scaleOf(total, Decimal.sum(parts))
  const weights = parts.map((part) => stepsOf(part, scale))
  return inRatio(stepsOf(total, scale), weights).map((steps) => sharesOf(steps, scale))
}

/** To the owners of a key by its weights, to the trades of each from the oldest on; to all other parts, from the first on, what is left. */
const byKey = (
  total: Decimal.Decimal,
  parts: ReadonlyArray<Part>,
  key: ReadonlyArray<string>
): ReadonlyArray<Decimal.Decimal> => {
  const scale = scaleOf(total, Decimal.sum(parts.map(({ quantity }) => quantity)))
  const weights = weightsOf(key)
  const most = new Map<string, bigint>()
  for (const { owner, quantity } of parts) {
    if (owner === undefined || !weights.has(owner)) continue
    most.set(owner, (most.get(owner) ?? 0n) + stepsOf(quantity, scale))
  }
  const owners = [...most]
    .map(([owner, own]) => ({ owner, most: own, weight: weights.get(owner) ?? 0n }))
    .toSorted((a, b) => (a.owner < b.owner ? -1 : 1))
  const left = new Map(upToMost(stepsOf(total, scale), owners))
  const ofKey = [...left.values()].reduce((sum, steps) => sum + steps, 0n)
  let rest = stepsOf(total, scale) - ofKey
  return parts.map(({ owner, quantity }) => {
    const own = owner === undefined ? undefined : left.get(owner)
    const [whole, available] = [stepsOf(quantity, scale), own ?? rest]
    const share = available < whole ? available : whole
    if (owner === undefined || own === undefined) rest -= share
    else left.set(owner, own - share)
    return sharesOf(share, scale)
  })
}

/**
 * `total` divided among the parts of an order as it says, so that the shares come to `total` and no part gets more than it is; what is
 * beyond their sum goes to none. Pro rata and by a key no share is a whole step (a billionth of a share, or the last digit of a finer
 * quantity) from its ratio.
 *
 * @example
 * const parts = [{ quantity: Decimal.unsafe("1.5"), owner: undefined }, { quantity: Decimal.unsafe("1.5"), owner: undefined }]
 * divided({ allocation: "pro-rata", allocationKey: undefined }, Decimal.unsafe("1"), parts) // 0.5 and 0.5
 */
export const divided = (
  division: Division,
  total: Decimal.Decimal,
  parts: ReadonlyArray<Part>
): ReadonlyArray<Decimal.Decimal> => {
  const quantities = parts.map(({ quantity }) => quantity)
  const isPartial = Decimal.isPositive(total) && Decimal.isLess(total, Decimal.sum(quantities))
  if (!isDivided(division) || !isPartial) return fifo(total, quantities)
  return division.allocation === "key" ? byKey(total, parts, division.allocationKey ?? []) : proRata(total, quantities)
}

/** What each part releases of so many shares, where what stays is divided as the order says: from the last part back under `fifo`. */
export const released = (
  division: Division,
  shares: Decimal.Decimal,
  parts: ReadonlyArray<Part>
): ReadonlyArray<Decimal.Decimal> => {
  const all = Decimal.sum(parts.map(({ quantity }) => quantity))
  const kept = divided(division, Decimal.subtract(all, shares), parts)
  return parts.map(({ quantity }, i) => Decimal.subtract(quantity, kept[i] ?? Decimal.zero))
}

/** C6: how fills of an order go to the trades in it, as its account had it when it was made; from the oldest on where nothing is said. */
export const divisionColumns = {
  allocation: Column.optional(Column.literal(allocationPolicies)),
  allocationKey: Column.optional(Column.json(AllocationKey))
}
