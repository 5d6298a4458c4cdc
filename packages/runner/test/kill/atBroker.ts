import { Schema } from "effect"
import { expect } from "vitest"
import { buys, child, desk, until } from "../cli/roundlot.ts"
import { leaksOf, simulatedAt } from "../cli/simulated.ts"
import type { Simulated } from "../cli/simulated.ts"

const SEED = process.env["ROUNDLOT_KILL_SEED"] ?? "1"
const ROUNDS = Number(process.env["ROUNDLOT_KILL_ROUNDS"] ?? 4)
/** Longer than any test: who waits for this answer never hears it. */
const NEVER_MS = 3_600_000
/** Beyond the first looks for a doubtful order. */
const LATER_MS = 30_000

const offset = Buffer.from(SEED).reduce((sum, byte) => sum + byte, 0)

/** The rounds of a run; the kinds take turns, and the seed says which is first. */
export const roundsOf = <K extends string>(kinds: readonly [K, ...ReadonlyArray<K>]) =>
  Array.from({ length: ROUNDS }, (_, i) => ({ round: i + 1, kind: kinds[(i + offset) % kinds.length] ?? kinds[0] }))

/** The kind whose order is a decision's; all others are a position's. */
export const DECIDED = "a decision's order"

/** The kind whose order the market fills in part before the kill, and the rest at another price before the next start. */
export const IN_PARTS = "a position's order, filled in part"

/** Shares of the order of a kind. */
export const sharesOf = (kind: string): string => (kind === IN_PARTS ? "3" : "1")

const Listed = Schema.Struct({
  items: Schema.Array(
    Schema.Struct({
      clientOrderId: Schema.NullOr(Schema.String),
      brokerOrderId: Schema.NullOr(Schema.String),
      filledQuantity: Schema.String
    })
  )
})
/** What `exchange orders` or `orders list` says. */
const listed = (json: unknown) => Schema.decodeUnknownSync(Listed)(json).items

/**
 * An order that the simulator of a broker has taken, while whoever sent it was killed before the answer; the first looks for it are
 * due by now. `start` starts the daemon there, with whatever flags the kind needs.
 */
export const cutOff = async (broker: Simulated, kind: string, ...flags: ReadonlyArray<string>) => {
  const { cli, file, folder, json, store, wait } = desk()
  const client = await simulatedAt(broker, folder)
  const { end, envFile } = client
  const at = ["--env-file", envFile]
  const theirs = async () => listed(await json("exchange", "orders", ...at))
  const instruct = async (instruction: object) =>
    expect((await cli("exchange", "instruct", JSON.stringify(instruction), ...at)).code).toBe(0)
  const isDecision = kind === DECIDED
  const daemon = ["start", "--broker", broker, ...at, ...flags]
  const printed: Array<string> = []
  const start = async () => {
    const started = await cli(...daemon, "--until-idle")
    printed.push(started.out, started.err)
    return started
  }
  const trades = ["trades", "import", file("t.csv", buys(["t1", sharesOf(kind)])), "--account", "paper"]
  const made = await cli(...(isDecision ? [...daemon, "--until-idle", "--account", "paper"] : trades))
  expect(made.code).toBe(0)
  if (kind === IN_PARTS) await instruct({ id: "thin", do: { price: { symbol: "AAPL", price: "100", size: "1" } } })
  await instruct({ id: "slow", when: {}, do: { delay: { ms: NEVER_MS } } })
  const decide = ["decide", "--symbol", "AAPL", "--side", "buy", "--quantity", "1", ...at]
  const sender = child([...(isDecision ? decide : daemon), "--store", store])
  await until(async () => sender.isOver() || (await theirs()).length === 1)
  expect(sender.isOver() ? sender.said() : "", "it has ended before the order was taken").toBe("")
  sender.signal("SIGKILL")
  const killed = await sender.ended
  printed.push(killed.out, killed.err)
  if (kind === IN_PARTS) {
    expect((await theirs()).map(({ filledQuantity }) => filledQuantity)).toEqual(["1"])
    await instruct({ id: "deep", do: { price: { symbol: "AAPL", price: "101" } } })
  }
  wait(LATER_MS)
  return {
    cli,
    json,
    start,
    theirs,
    instruct,
    /** The simulator ends; the audit agreed before, and the broker's secret stands nowhere. */
    end: async () => {
      expect(await json("audit")).toMatchObject({ ok: true })
      expect(leaksOf(client, folder, [...printed, await end()])).toEqual([])
    }
  }
}

/** Whose order is cut off at a broker that knows our ids: that of a position, with the stream and without, or a decision's. */
export const knownKinds = ["a position's order", "a position's order, polled", DECIDED, IN_PARTS] as const

/**
 * An order that is cut off at a broker that knows our ids: the next daemon finds it there by its id. Comes to the filled quantity of
 * each order, the same here and there.
 */
export const foundById = async (
  broker: Simulated,
  kind: (typeof knownKinds)[number]
): Promise<ReadonlyArray<string>> => {
  const { end, json, start, theirs } = await cutOff(broker, kind, ...(kind.endsWith("polled") ? ["--no-stream"] : []))
  expect((await start()).code).toBe(0)
  const ours = listed(await json("orders", "list"))
  const known = ours.map(({ clientOrderId, filledQuantity }) => ({ clientOrderId, filledQuantity }))
  expect(await theirs()).toMatchObject(known)
  expect(await json("decisions", "list")).toMatchObject({ items: kind === DECIDED ? [{ status: "executed" }] : [] })
  await end()
  return ours.map(({ filledQuantity }) => filledQuantity)
}
