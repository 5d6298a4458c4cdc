import process from "node:process"
import { expect } from "vitest"
import { buys, type desk } from "../cli/roundlot.ts"

/** A folder with a store, and its command line. */
export type Desk = ReturnType<typeof desk>

/** Three trades, and an order that was filled. */
export const traded = async (place: Desk) => {
  await place.cli("trades", "import", place.file("a.csv", buys(["a", "0.3"], ["b", "0.5"], ["c", "2.4"])))
  const { code, err } = await place.cli("start", "--until-idle")
  expect([code, err]).toEqual([0, err])
  return place
}

/** Does a process run? */
export const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

/** Orders as of a position of the feed. */
export const ORDERS_THEN = "/api/v1/orders?asOf=6"
