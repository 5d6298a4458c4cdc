import { describe, expect, it } from "vitest"
import type { Tree } from "@roundlot/cli"
import { roundlot } from "../../src/cli/roundlot.ts"
import { desk, HEADER } from "./roundlot.ts"

/** The verbs of the command line, by the words that lead to each. */
const verbsOf = (words: string, tree: Tree.Tree): ReadonlyArray<string> =>
  tree._tag === "Leaf"
    ? [words]
    : Object.entries(tree.verbs).flatMap(([word, inner]) => verbsOf(`${words} ${word}`.trim(), inner))

/** The verbs that list or show records. */
const looking = verbsOf("", roundlot).filter((words) => /\b(?:list|show|tally|head|export)$/.test(words))

/** What shows records and knows no earlier moment: "Not built yet" of the rules names them. */
const refusing = [
  "approvals list",
  "approvals show",
  "batches templates list",
  "batches templates show",
  "jobs list",
  "jobs show",
  "journal show",
  "payloads show",
  "reconciliation list",
  "sessions list",
  "tokens list",
  "webhooks list"
]

/** A store with a record of every kind that these verbs show. */
const played = async () => {
  const place = desk()
  const trade = [HEADER, `t-1,${new Date().toISOString()},AAPL,buy,2,50`, ""].join("\n")
  await place.cli("trades", "import", place.file("t.csv", trade), "--account", "paper")
  await place.cli("start", "--until-idle")
  await place.cli("decide", "--account", "paper", "--symbol", "AAPL", "--side", "buy", "--quantity", "1")
  const rows = place.file("rows.csv", "symbol,side,quantity\nAAPL,buy,1\n")
  await place.cli("batches", "submit", "--mode", "execute", rows, "--name", "Friday")
  return place
}

const ids: Readonly<Record<string, ReadonlyArray<string>>> = {
  "trades show": ["T1"],
  "orders show": ["O1"],
  "positions show": ["AAPL"],
  "fills show": ["F1"],
  "fills lots": ["F1"],
  "allocations show": ["A1"],
  "attempts show": ["S1"],
  "accounts show": ["paper"],
  "decisions show": ["D1"],
  "batches show": ["G1"],
  "batches export": ["G1"]
}

/** Of what this store has none, as everything in it is well. */
const ofOpenCases = ["breaks show", "cases show"]

describe("--as-of", () => {
  it("is known by every verb that lists or shows records, but those that are named", async () => {
    const { plain } = desk()
    const without: Array<string> = []
    for (const words of looking) {
      const { out } = await plain([...words.split(" "), "--help"])
      if (!out.includes("--as-of")) without.push(words)
    }
    expect(without.toSorted()).toEqual(refusing)
  })

  it("shows at the newest position what is shown now, and at the first nothing of what came later", async () => {
    const { cli, json } = await played()
    const position = (await cli("journal", "head")).out.split(":")[0] ?? ""
    expect((await cli("orders", "list", "--as-of", position)).out).toContain(`\nAs of feed position ${position}, 2`)
    expect((await cli("orders", "list")).out).not.toContain("As of")
    for (const words of looking) {
      if (ofOpenCases.includes(words) || words === "journal export" || refusing.includes(words)) continue
      const asked = [...words.split(" "), ...(ids[words] ?? [])]
      const now = await json(...asked)
      expect([words, await json(...asked, "--as-of", position)]).toEqual([
        words,
        expect.objectContaining({ ...Object(now), asOf: expect.objectContaining({ position: Number(position) }) })
      ])
      const first = await cli(...asked, "--as-of", "2001-01-01", "--json")
      expect([words, first.out]).toEqual([
        words,
        expect.stringMatching(/"items":\[\]|"limits":\[\]|"position":0|"kind":"NotFound"/)
      ])
    }
    const lines = (await cli("journal", "export", "--as-of", position)).out
    expect(lines).toBe((await cli("journal", "export")).out)
    const until = (await cli("journal", "export", "--as-of", "1")).out
    expect(until.length).toBeGreaterThan(0)
    expect(lines.startsWith(until) && lines !== until).toBe(true)
    const both = await cli("positions", "list", "--broker", "--as-of", position)
    expect([both.code, both.err]).toEqual([2, expect.stringContaining("Give only one of them")])
  })
})
