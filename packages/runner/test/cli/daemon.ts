import { onTestFinished } from "vitest"
import { buys, desk, program, running } from "./roundlot.ts"

type Desk = ReturnType<typeof desk>

/** A daemon at a desk, for as long as the test runs. */
export const daemonAt = (place: Desk, variables: Record<string, string>, ...words: ReadonlyArray<string>) => {
  const started = running(program("main", ["start", "--log", "json", ...words, ...place.place]), { variables })
  onTestFinished(async () => {
    started.signal("SIGTERM")
    await started.ended
  })
  return started
}

/** Two shares held, and three more that came without an order; nobody runs. */
export const differing = async () => {
  const place = desk()
  await place.cli("trades", "import", place.file("t.csv", buys(["a", "2"])), "--account", "paper")
  await place.cli("start", "--until-idle")
  place.wait(10_000)
  await place.cli(
    "exchange",
    "instruct",
    JSON.stringify({ id: "h", do: { holding: { symbol: "AAPL", quantity: "5" } } })
  )
  await place.cli("reconcile")
  return place
}
