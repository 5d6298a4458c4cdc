import type { Roundlot } from "@roundlot/promises"
import { openDesk } from "../desk.ts"

const opened = Symbol.for("roundlot of this server")

/** The books of this process: opened by the first request, once, also where a module is loaded again. */
export const books = (): Promise<Roundlot> => {
  const known: unknown = Reflect.get(globalThis, opened)
  if (known instanceof Promise) return known
  const opening = openDesk()
  Reflect.set(globalThis, opened, opening)
  return opening
}
