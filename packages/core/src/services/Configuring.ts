import { Effect, Either } from "effect"
import { STORE, type AccountName } from "../records/AccountName.ts"
import { differences } from "../rules/account/settingChanges.ts"
import { decodeEntry } from "../events/decode.ts"
import { Ledger, type LedgerError } from "../ledger/Ledger.ts"
import { TradeRepository, type StoreError } from "../ports/TradeRepository.ts"

/** The values of each part of a configuration, such as `sources.broker-a`, as texts by name. */
export type Parts = ReadonlyMap<string, ReadonlyMap<string, string>>

const PAGE = 1000
const nothing: ReadonlyMap<string, string> = new Map()

/** Accounts have records of their own, which say what changed of them. */
const isOfAccount = (part: string): boolean => part.startsWith("accounts.")

/** What is configured as the store's journal tells it: each part with its values. */
const recorded: Effect.Effect<Parts, StoreError, TradeRepository> = Effect.gen(function* () {
  const repository = yield* TradeRepository
  const parts = new Map<string, Map<string, string>>()
  for (let afterSeq = 0; ;) {
    const page = yield* repository.entries({ account: STORE, afterSeq, entity: undefined, limit: PAGE })
    for (const entry of page) {
      afterSeq = entry.seq
      const event = entry.tag === "ConfigurationChanged" ? decodeEntry(entry) : undefined
      if (event === undefined || Either.isLeft(event) || event.right._tag !== "ConfigurationChanged") continue
      const values = parts.get(event.right.part) ?? new Map<string, string>()
      parts.set(event.right.part, values)
      for (const { after, name } of event.right.changes) {
        if (after === undefined) values.delete(name)
        else values.set(name, after)
      }
    }
    if (page.length < PAGE) return parts
  }
})

/**
 * Writes an entry of the store's journal for every part of a configuration, accounts aside, that differs from what was in force;
 * a part that is gone has no values any more. The same again writes nothing. `account` is one of the books', under which it is
 * committed.
 *
 * @example
 * yield* Configuring.record(account, new Map([["sources.desk", new Map([["direction", "offset"]])]]), "configuration")
 */
export const record = (
  account: AccountName,
  parts: Parts,
  actor: string
): Effect.Effect<void, LedgerError, Ledger | TradeRepository> =>
  Effect.gen(function* () {
    const ledger = yield* Ledger
    const before = yield* recorded
    const names = new Set([...before.keys(), ...parts.keys()])
    const changed = [...names]
      .filter((part) => !isOfAccount(part))
      .map((part) => ({ part, changes: differences(before.get(part) ?? nothing, parts.get(part) ?? nothing) }))
      .filter(({ changes }) => changes.length > 0)
    if (changed.length === 0) return
    yield* ledger.submit("command", {
      account,
      cause: { kind: "command", actor },
      needs: [],
      apply: (recorder) => {
        for (const { changes, part } of changed) recorder.emitForStore({ _tag: "ConfigurationChanged", part, changes })
      }
    })
  })
