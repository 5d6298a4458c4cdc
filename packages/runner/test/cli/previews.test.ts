import type { Tree } from "@roundlot/cli"
import { describe, expect, it } from "vitest"
import { roundlot } from "../../src/cli/roundlot.ts"
import { desk } from "./roundlot.ts"

/** Verbs that change no books and no files: they look, compare, export, or print. */
const looks = (name: string): boolean =>
  /(^| )(list|show|lots|tally|export|waiting|waiting-commissions|head|why|watch|fills|requests|residuals|runs)$/.test(
    name
  ) ||
  /^(report|simulate) /.test(name) ||
  [
    "status",
    "doctor",
    "audit",
    "prove",
    "connections",
    "completion",
    "complete",
    "exchange orders",
    "owners positions"
  ].includes(name)

/** Verbs that change something and where a preview would show nothing that a person does not know. */
const POINTLESS: Readonly<Record<string, string>> = {
  init: "it writes one new file and refuses where one is there",
  start: "it goes on until it is stopped: 'status' and 'positions list' show what is due",
  guard: "it goes on until it is stopped: 'halt --cancel-open --dry-run' shows what it would do",
  mcp: "it serves; each of its tools that trades proposes an order for a person to approve",
  "schwab login": "it is a dialog with the broker, which asks itself",
  "alerts test": "a test is its own preview",
  "webhooks test": "a test is its own preview",
  "sync trades": "it books what the broker reports, which only the broker knows before",
  "sync positions": "it records what the broker holds, which only the broker knows before",
  "orders recheck": "it asks the broker, who alone knows the answer",
  "tokens create": "it makes a record that was not there; 'tokens revoke' takes it back",
  "tokens link": "it makes a link that works once, for its owner",
  "batches open": "it makes an empty batch; 'batches queue --dry-run' shows what comes of it",
  "store copy": "it writes into an empty store alone",
  "store backup": "it writes one new file",
  "store rollback": "it is shown, and not done, unless '--yes' is said",
  "exchange instruct": "it instructs a simulated exchange: no money moves"
}

const namesOf = (tree: Tree.Tree, path: ReadonlyArray<string> = []): ReadonlyArray<readonly [string, Tree.Leaf]> =>
  tree._tag === "Leaf"
    ? [[path.join(" "), tree]]
    : Object.entries(tree.verbs).flatMap(([word, below]) => namesOf(below, [...path, word]))

describe("previews", () => {
  it("every verb that changes something has --dry-run, or a reason why not", async () => {
    const previewed = await Promise.all(
      namesOf(roundlot).map(
        async ([name, { load }]) => [name, (await load()).help().match(/--(dry-run|plan)/) !== null] as const
      )
    )
    const without = previewed.flatMap(([name, isPreviewed]) => (isPreviewed || looks(name) ? [] : [name]))
    expect(without.toSorted()).toEqual(Object.keys(POINTLESS).toSorted())
  })

  it("a preview where there is no store is refused as the change is", async () => {
    const { cli } = desk()
    const asked = ["tokens", "revoke", "dana"] as const
    const changed = await cli(...asked)
    expect(JSON.stringify(changed)).toContain("there is no store at")
    expect(await cli(...asked, "--dry-run")).toEqual(changed)
  })

  it("a change of one record is shown as it is and as it would be, refused where it would be, and not made", async () => {
    const { cli, json } = desk()
    await cli("accounts", "add", "paper")
    const lots = await json("accounts", "add", "paper", "--lot", "10", "--dry-run")
    expect(lots).toMatchObject({ before: { lot: "1" }, after: { lot: "10" } })
    expect(await json("accounts", "show", "paper")).toMatchObject({ lot: "1" })
    expect((await cli("accounts", "add", "other", "--dry-run")).out).toContain("name: none → other")
    expect((await cli("accounts", "show", "other")).code).toBe(1)
    await cli("tokens", "create", "dana", "--role", "operate")
    await cli("batches", "templates", "save", "venue", "--source", "venue")
    await cli("batches", "open", "--name", "Morning", "--mode", "accumulate")
    const { id } = Object(await json("jobs", "enqueue", "trades.sync", "--key", "friday"))
    expect(await json("jobs", "enqueue", "trades.sync", "--key", "friday", "--dry-run")).toMatchObject({
      before: { status: "queued" }
    })
    expect((await cli("jobs", "enqueue", "trades.sync", "--key", "sunday", "--dry-run")).out).toContain("sunday")
    const before = [await json("tokens", "list"), await json("jobs", "list"), await json("batches", "list")]
    expect((await cli("jobs", "cancel", id, "--reason", "wrong file", "--dry-run")).out).toMatch(
      /^Nothing is written[^]*status: queued → cancelled/
    )
    expect(await json("jobs", "retry", id, "--reason", "after all", "--dry-run")).toMatchObject({
      error: expect.anything()
    })
    expect(await json("tokens", "revoke", "dana", "--dry-run")).toMatchObject({
      before: { status: "good", revokedAt: null },
      after: { status: "revoked" }
    })
    const rotated = await cli("tokens", "rotate", "dana", "--overlap", "1h", "--dry-run")
    expect(rotated.out).toMatch(/secret: good → new; the old one is valid until /)
    expect(await json("batches", "queue", "G1", "--reason", "all rows are in", "--dry-run")).toMatchObject({
      before: { status: "pending" },
      after: { status: "cancelled" }
    })
    expect((await cli("batches", "templates", "save", "venue", "--source", "fund", "--dry-run")).out).toMatch(
      /The template venue would be replaced:[^]*"venue"[^]* → [^]*"fund"/
    )
    expect((await cli("batches", "templates", "delete", "venue", "--dry-run")).out).toContain("status: saved → deleted")
    expect(await json("batches", "templates", "list")).toMatchObject({ items: [{ name: "venue" }] })
    expect([await json("tokens", "list"), await json("jobs", "list"), await json("batches", "list")]).toEqual(before)
  })
})
