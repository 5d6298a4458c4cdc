import { client } from "../../api/calling.ts"
import { askLoaded, fetchDialog } from "./ActionButton.tsx"
import type { AtBroker, Scope } from "./halting.ts"

const halting = () => import("./halting.ts")

/** Opens the dialog that halts an account or a symbol. What it does is loaded then; the frame says where that does not come. */
export const askHalt = (account: string, symbol?: string): void =>
  askLoaded(halting().then(({ halt }) => halt(account, symbol)))

/** Opens the dialog that halts everything, or by choice less. */
export const askHaltAny = (accounts: ReadonlyArray<AtBroker>, seen: Scope | undefined): void =>
  askLoaded(halting().then(({ haltAny }) => haltAny(accounts, seen)))

const LONGEST_BUSY_MS = 2000

const fetchAll = (): void =>
  void Promise.all([halting(), fetchDialog(), client()]).then(
    () => performance.mark("halt is loaded"),
    () => undefined
  )

/**
 * Fetches what a halt needs once nothing else is to be done: it must open and be sent though the daemon was updated since, or the
 * network gives no file any more.
 */
export const fetchHaltIdle = (): (() => void) => {
  // Not every browser says when it is idle.
  if (!("requestIdleCallback" in window)) {
    const timer = setTimeout(fetchAll, LONGEST_BUSY_MS)
    return () => clearTimeout(timer)
  }
  const asked = requestIdleCallback(fetchAll, { timeout: LONGEST_BUSY_MS })
  return () => cancelIdleCallback(asked)
}
