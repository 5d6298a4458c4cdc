import { expect, it } from "vitest"
import { buys, desk } from "./roundlot.ts"

/** All hours of the day in New York but one minute of the session, which is an hour away at least. */
const now = new Intl.DateTimeFormat("en-GB", { timeZone: "America/New_York", hour: "2-digit" })
const hours = ["11", "12"].includes(now.format(new Date()))
  ? ["00:00-15:00", "15:01-24:00"]
  : ["00:00-12:00", "12:01-24:00"]

it("D10: in restricted hours a trade is taken in and nothing is sent, after a restart too; what loosens them needs a reason", async () => {
  const { cli, file, json, price } = desk()
  await price("AAPL")
  const set = (said: string, ...more: ReadonlyArray<string>) =>
    cli("accounts", "add", "paper", "--restricted-hours", said, ...more)
  expect(await set("09:45-09:30")).toMatchObject({ code: 2, err: expect.stringContaining("restrictedHours") })
  expect((await set(hours.join(","))).code).toBe(0)
  expect(await json("accounts", "show", "paper")).toMatchObject({ restrictedHours: hours })
  expect((await cli("trades", "import", file("t.csv", buys(["a", "2"])), "--account", "paper")).code).toBe(0)
  await cli("start", "--until-idle")
  expect(await json("attempts", "list")).toMatchObject({ items: [] })
  expect(await json("positions", "show", "AAPL")).toMatchObject({
    next: { answer: { code: "RestrictedHours" }, why: "it is within the restricted hours of its account" }
  })
  expect(await set("none")).toMatchObject({ code: 1, err: expect.stringContaining("restrictedHours of paper") })
  expect((await set("none", "--reason", "over")).code).toBe(0)
  await cli("start", "--until-idle")
  expect(await json("orders", "list")).toMatchObject({ items: [{ status: "filled", quantity: "2" }] })
  expect(await json("audit")).toMatchObject({ ok: true })
})
