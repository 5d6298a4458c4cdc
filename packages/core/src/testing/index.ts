/** A ledger on a memory store, driven by hand. */
export * as Desk from "./Desk.ts"
/** Worked cases of the ledger's rules, replayed on the real ledger. */
export * as LedgerCase from "./LedgerCase.ts"
