import { expect, it } from "vitest"
import { buys, desk } from "./roundlot.ts"

const DAY_MINUTES = 24 * 60

const time = (minute: number) =>
  `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`

/** All hours of the day in New York but one minute, which is half a day away. */
const now = new Intl.DateTimeFormat("en-GB", { timeZone: "America/New_York", hour: "2-digit", minute: "2-digit" })
const [hour = 0, minute = 0] = now.format(new Date()).split(":").map(Number)
const far = Math.max(1, Math.min(DAY_MINUTES - 2, (hour * 60 + minute + DAY_MINUTES / 2) % DAY_MINUTES))
const hours = [`00:00-${time(far)}`, `${time(far + 1)}-24:00`]

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
