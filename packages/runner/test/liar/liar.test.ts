import { describe, expect, test } from "vitest"
import { names } from "./desks.ts"
import { play, type Round } from "./round.ts"

const wanted = process.env["ROUNDLOT_LIAR"]
const first = Number(process.env["ROUNDLOT_LIAR_SEED"] ?? 1)
const rounds = Number(process.env["ROUNDLOT_LIAR_ROUNDS"] ?? 1)

/** Seeds of lies that do no harm, a few of each broker; `npm run torture -- --faults liar` plays as many as it is asked for. */
const few: { readonly [N in (typeof names)[number]]: ReadonlyArray<number> } = {
  alpaca: [1, 2, 10034],
  schwab: [1, 4, 7029, 7045, 7125, 10032, 10053, 10076],
  ibkr: [3],
  paper: [1, 3]
}

/** `npm test` has the first of each. */
const most = process.env["ROUNDLOT_TIER"] === "test" ? 1 : Infinity

const seedsOf = (name: (typeof names)[number]): ReadonlyArray<number> => {
  if (wanted === undefined) return few[name].slice(0, most)
  return wanted === name ? Array.from({ length: rounds }, (_, i) => first + i) : []
}

const told = (name: string, { found, lies, open, orders, seed, story }: Round): string =>
  [
    `${name} ${seed}: ${found.length === 0 ? "holds" : "FAILS"}, ${orders} orders, lies: ${lies.join("; ")}`,
    ...found.map((each) => `  ${each}`),
    ...(found.length === 0 ? [] : [...open.map((each) => `  open: ${each}`), ...story]),
    ""
  ].join("\n")

const LONGEST_ROUND_MS = 600_000

describe("a broker that lies, and then tells the truth", () => {
  test.each(names.flatMap((name) => seedsOf(name).map((seed) => ({ name, seed }))))(
    "ACC-2, W1 to W14: $name, seed $seed: nothing is lost, doubled or left hanging, by the broker's own records",
    async ({ name, seed }) => {
      const round = await play(name, String(seed))
      if (wanted !== undefined) process.stdout.write(told(name, round))
      expect({ lies: round.lies, found: round.found }).toEqual({ lies: round.lies, found: [] })
    },
    LONGEST_ROUND_MS
  )
})
