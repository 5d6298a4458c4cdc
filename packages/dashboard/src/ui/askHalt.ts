import { ask } from "./ActionButton.tsx"
import type { AtBroker, Scope } from "./halting.ts"

/** Opens the dialog that halts an account or a symbol. What it does is loaded then; the frame says where that does not come. */
export const askHalt = (account: string, symbol?: string): void =>
  void import("./halting.ts").then(
    ({ halt }) => ask(halt(account, symbol)),
    () => undefined
  )

/** Opens the dialog that halts everything, or by choice less. */
export const askHaltAny = (accounts: ReadonlyArray<AtBroker>, seen: Scope | undefined): void =>
  void import("./halting.ts").then(
    ({ haltAny }) => ask(haltAny(accounts, seen)),
    () => undefined
  )
