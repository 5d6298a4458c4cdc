import { FastCheck } from "effect"
import { describe, expect, test } from "vitest"
import { resolve, windowOf, withPolicy, type OrderPolicy } from "../src/records/OrderPolicy.ts"
import { policyTimesInForce, sessions } from "../src/records/OrderTerms.ts"
import { faultOf, UnsupportedOrder } from "../src/records/SupportedOrders.ts"

const session = FastCheck.constantFrom(undefined, ...sessions)
const timeInForce = FastCheck.constantFrom(undefined, ...policyTimesInForce)
const policy: FastCheck.Arbitrary<OrderPolicy> = FastCheck.record({ session, timeInForce })

const first = <K extends keyof OrderPolicy>(policies: ReadonlyArray<OrderPolicy>, term: K) =>
  policies.map((each) => each[term]).find((each) => each !== undefined)

describe("the policy of an order", () => {
  test("FILL-16: each term is what the nearest says: decision or row, batch, source, account; else regular and day", () => {
    FastCheck.assert(
      FastCheck.property(FastCheck.array(policy, { maxLength: 4 }), (policies) => {
        expect(resolve(...policies)).toEqual({
          session: first(policies, "session") ?? "regular",
          timeInForce: first(policies, "timeInForce") ?? "day",
          goodTill: undefined
        })
      })
    )
  })

  test("FILL-16: one level laid over the other, from the row up, comes to the same as all at once", () => {
    FastCheck.assert(
      FastCheck.property(policy, policy, policy, policy, (row, batch, source, account) => {
        const laid = withPolicy(withPolicy(row, batch), source)
        expect(resolve(laid, account)).toEqual(resolve(row, batch, source, account))
      })
    )
  })

  test("FILL-16: an auction has its own window, whatever the session", () => {
    expect(windowOf(resolve({ timeInForce: "opg", session: "extended" }))).toBe("opening")
    expect(windowOf(resolve({ timeInForce: "cls" }))).toBe("closing")
    expect(windowOf(resolve({ session: "extended", timeInForce: "gtc" }))).toBe("extended")
    expect(windowOf(resolve())).toBe("regular")
  })

  test("FILL-16: what a broker does not take is said with all that it takes", () => {
    const supported = [
      { session: "regular", types: ["market", "limit"], timesInForce: ["day"] },
      { session: "extended", types: ["limit"], timesInForce: ["day", "gtc"] }
    ] as const
    const asked = { session: "extended", type: "market", timeInForce: "day" } as const
    const words =
      "the broker takes no market day orders in the extended session; it takes regular: market, limit (day); extended: limit (day, gtc)"
    expect(faultOf(supported, asked)).toBe(words)
    expect(new UnsupportedOrder({ ...asked, supported }).message).toBe(words)
    expect(faultOf(supported, { ...asked, type: "limit" })).toBeUndefined()
    expect(faultOf(undefined, asked)).toBeUndefined()
  })
})
