import { expect, it } from "vitest"
import { desk, overwrite } from "./roundlot.ts"

it("RejectionsInARow: rejections count over restarts; with the last of them the account halts, until a person resumes it", async () => {
  const { cli, json, price, store } = desk()
  await price("AAPL")
  expect((await cli("accounts", "add", "paper", "--rejections-in-a-row", "2")).code).toBe(0)
  const refusing = {
    id: "no",
    when: { operation: "place" },
    times: 2,
    do: { reject: { code: "E7", words: "not today" } }
  }
  expect((await cli("exchange", "instruct", JSON.stringify(refusing))).code).toBe(0)
  let decided = 0
  // Each is a process of its own.
  const decide = async () => {
    const terms = ["--symbol", "AAPL", "--side", "buy", "--quantity", "1", "--strategy", `s${++decided}`]
    return JSON.parse((await cli("decide", ...terms, "--json")).out)
  }
  const use = async () =>
    Object(await json("accounts", "show", "paper")).use.find(
      ({ limit }: { limit: string }) => limit === "rejectionsInARow"
    )
  expect(await decide()).toMatchObject({ status: "failed" })
  expect(await use()).toMatchObject({ control: "RejectionsInARow", used: "1", unit: "orders" })
  expect(await decide()).toMatchObject({ status: "failed" })
  expect((await cli("controls", "show")).out).toMatch(
    /^paper is halted: The broker rejected 2 orders in a row, O2 last$/m
  )
  expect(await json("breaks", "list")).toMatchObject({ items: [{ kind: "TradingHalted", standing: "critical" }] })
  expect(await decide()).toMatchObject({ status: "failed" })
  expect(Object(await json("attempts", "list")).items).toHaveLength(2)
  expect((await cli("resume", "--account", "paper", "--reason", "the broker is well", "--yes")).code).toBe(0)
  expect(await json("breaks", "list")).toMatchObject({ items: [{ standing: "gone" }] })
  expect(await use()).toMatchObject({ used: "0" })
  expect(await decide()).toMatchObject({ status: "executed" })
  expect(await json("audit")).toMatchObject({ ok: true })
  overwrite(store, `UPDATE roundlot_usages SET "rejectedInARow" = 1`)
  expect(await json("audit")).toMatchObject({ ok: false, findings: [{ where: "usages paper" }] })
})
