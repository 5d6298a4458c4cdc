import { expect, it } from "vitest"
import { desk, HEADER } from "./roundlot.ts"

const A_COOL_DOWN_MS = 121_000

it("FILL-16: an order that rests unfilled for its life is followed by one a step further, until one fills; audit and earlier moments agree", async () => {
  const { cli, file, json, wait } = desk()
  const order = { limitOffsetBp: [5, 20, 200], lifeSeconds: 1 }
  const config = file("roundlot.json", JSON.stringify({ accounts: { paper: { order } } }))
  // A purchase pays 100.5: the first two limits rest, the third fills.
  await cli(
    "exchange",
    "instruct",
    JSON.stringify({ id: "p", do: { price: { symbol: "AAPL", price: "100", spread: "1" } } })
  )
  const trade = [HEADER, `a,${new Date().toISOString()},AAPL,buy,1,100`, ""].join("\n")
  await cli("trades", "import", file("trades.csv", trade), "--config", config)
  const shown = () => json("positions", "show", "AAPL")
  const before: Array<readonly [position: string, document: unknown]> = []
  const steps = [
    { step: 2, steps: 3, limitOffsetBp: 20 },
    { step: 3, steps: 3, limitOffsetBp: 200 },
    { step: 1, steps: 3, limitOffsetBp: 5 }
  ]
  for (const ladder of steps) {
    await cli("start", "--until-idle", "--config", config)
    const document = await shown()
    expect(document).toMatchObject({ ladder })
    before.push([(await cli("journal", "head")).out.split(":")[0] ?? "", document])
    wait(A_COOL_DOWN_MS)
    if (ladder.step !== 2) continue
    expect(await shown()).toMatchObject({
      next: {
        why: "an order to buy 1 would be made, at 100.2 or better: step 2 of 3",
        order: { side: "buy", quantity: "1", limitPrice: "100.2" }
      }
    })
  }
  const limits = await Promise.all(["O1", "O2", "O3"].map((id) => json("orders", "show", id)))
  expect(limits).toMatchObject([
    { limitPrice: "100.05", status: "cancelled", ladder: { step: 1, steps: 3, limitOffsetBp: 5 } },
    { limitPrice: "100.2", status: "cancelled", ladder: { step: 2, steps: 3, limitOffsetBp: 20 } },
    { limitPrice: "102", status: "filled", averagePrice: "100.5", ladder: { step: 3, steps: 3, limitOffsetBp: 200 } }
  ])
  const [, , third] = await Promise.all(["O1", "O2", "O3"].map((id) => cli("orders", "show", id)))
  expect(third?.out).toMatch(/ladder\n +step +3\n +steps +3\n +limit offset bp +200/)
  expect(await json("accounts", "show", "paper")).toMatchObject({ order })
  expect(await json("audit")).toMatchObject({ ok: true })
  for (const [position, document] of before) {
    expect(await json("positions", "show", "AAPL", "--as-of", position)).toEqual(
      expect.objectContaining({ ...Object(document), asOf: expect.objectContaining({ position: Number(position) }) })
    )
  }
})
