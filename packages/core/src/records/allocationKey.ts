import { Schema } from "effect"

const SHARE = /^[A-Za-z0-9._:-]{1,64}=[1-9]\d{0,5}$/

const Share = Schema.String.pipe(
  Schema.pattern(SHARE, {
    message: () => "expected OWNER=WEIGHT, the weight a whole number from 1 to 999999"
  })
)

const ownerIn = (share: string): string => share.slice(0, share.indexOf("="))

/**
 * C6: the weights by which an order's fills go to the owners of its trades, each as `OWNER=WEIGHT`: of `ann=60` and `bob=40` Ann has 0.6.
 * Weights are in ratio to each other and need not come to 100. No owner is named twice.
 */
export const AllocationKey = Schema.Array(Share).pipe(
  Schema.filter(
    (key) => new Set(key.map(ownerIn)).size === key.length || "expected each owner once in an allocation key"
  )
)

/** The weights of a key by owner. */
export const weightsOf = (key: ReadonlyArray<string>): ReadonlyMap<string, bigint> =>
  new Map(key.map((share) => [ownerIn(share), BigInt(share.slice(share.indexOf("=") + 1))]))
