import { BigDecimal } from "effect"
import * as Decimal from "../values/Decimal.ts"

/**
 * C6: how an order's fills go to the trades in it. `fifo`: to the oldest first; `pro-rata`: to all at once, by what each has in it.
 */
export const allocationPolicies = ["fifo", "pro-rata"] as const

/** The digits to which shares are divided, where no quantity is finer: a billionth of a share. */
const DIGITS = 9

/**
 * `total` divided by `parts`, each in the same ratio: the largest remainders take what rounding leaves, the first of equal ones, so that
 * all come to `total` and none is a whole step from its ratio. No part gets more than it is; what is beyond their sum goes to none.
 *
 * @example
 * proRata(Decimal.unsafe("1"), [Decimal.unsafe("1.5"), Decimal.unsafe("1.5")]) // 0.5 and 0.5
 */
export const proRata = (
  total: Decimal.Decimal,
  parts: ReadonlyArray<Decimal.Decimal>
): ReadonlyArray<Decimal.Decimal> => {
  const all = Decimal.sum(parts)
  if (!Decimal.isPositive(total)) return parts.map(() => Decimal.zero)
  if (!Decimal.isLess(total, all)) return parts
  const scale = Math.max(DIGITS, total.scale, all.scale)
  const stepsOf = (amount: Decimal.Decimal) => BigDecimal.scale(amount, scale).value
  const [wanted, whole] = [stepsOf(total), stepsOf(all)]
  const shares = parts.map((part, place) => {
    const exact = wanted * stepsOf(part)
    return { place, steps: exact / whole, rest: exact % whole }
  })
  let left = wanted - shares.reduce((sum, { steps }) => sum + steps, 0n)
  for (const share of shares.toSorted((a, b) => (a.rest === b.rest ? a.place - b.place : a.rest > b.rest ? -1 : 1))) {
    if (left === 0n) break
    share.steps += 1n
    left -= 1n
  }
  return shares.map(({ steps }) => BigDecimal.normalize(BigDecimal.make(steps, scale)))
}

/** What each part releases of so many shares, where what stays is divided pro rata. */
export const releasedProRata = (
  shares: Decimal.Decimal,
  parts: ReadonlyArray<Decimal.Decimal>
): ReadonlyArray<Decimal.Decimal> => {
  const kept = proRata(Decimal.subtract(Decimal.sum(parts), shares), parts)
  return parts.map((part, i) => Decimal.subtract(part, kept[i] ?? Decimal.zero))
}

/** `total` to the first parts, each as far as it goes. */
export const fifo = (total: Decimal.Decimal, parts: ReadonlyArray<Decimal.Decimal>): ReadonlyArray<Decimal.Decimal> => {
  let left = total
  return parts.map((part) => {
    const share = Decimal.min(left, part)
    left = Decimal.subtract(left, share)
    return share
  })
}
