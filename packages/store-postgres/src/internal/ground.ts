import type { SqlError } from "@effect/sql/SqlError"
import { AccountName } from "@roundlot/core"
import { type Entry, type Id, type TradeRepository } from "@roundlot/core/adapter"
import type { Identity } from "@roundlot/store-sql"
import { Duration, Effect } from "effect"
import { type Ask, type Line, type Send, theOne } from "./asking.ts"
import type { Patience } from "./config.ts"
import { askFences } from "./leases.ts"
import type { Ground } from "./planning.ts"
import type { Lengths } from "./sources.ts"
import * as statements from "./statements.ts"
import type { Beginning } from "./transaction.ts"

type HeadRow = Entry.Head & { readonly account: string }

/** The heads of journals as a write holds them. */
export type Held = ReadonlyArray<HeadRow>

type GroundRow = Id.Counters & {
  readonly newestAt: number | null
  readonly did: string | null
  readonly version: number
  readonly state: Identity.Standing
  /** The length of all journals together, which each commit with entries makes greater. */
  readonly entries: number
}

/** What a write stands on: the heads that it holds, and the rest as it is behind their locks. */
export interface Standing {
  readonly held: Held
  readonly row: GroundRow
}

/** What a write has asked as its transaction began, each still to be waited for. */
export interface Asked {
  readonly held: Effect.Effect<Held, SqlError>
  readonly row: Effect.Effect<GroundRow, SqlError>
  readonly fences: Effect.Effect.Success<ReturnType<typeof askFences>>
}

/** Reads of the store's controls hold this together; whoever changes what is no account's holds it alone. */
const STORE_LOCK = 7_237_090

/**
 * Index scans alone: a young database has no statistics, and the plans that it makes without them read whole tables. All that a
 * write asks for is found by an index.
 */
export const opening = ({ lockTimeout }: Pick<Patience, "lockTimeout">, accounts: ReadonlySet<string>): string =>
  [
    "BEGIN",
    `SET LOCAL lock_timeout = ${Duration.toMillis(lockTimeout)}`,
    "SET LOCAL jit = off",
    "SET LOCAL enable_seqscan = off",
    "SET LOCAL enable_hashjoin = off",
    "SET LOCAL enable_mergejoin = off",
    `SELECT pg_advisory_xact_lock${accounts.has(AccountName.STORE) ? "" : "_shared"}(${STORE_LOCK})`
  ].join("; ")

/** Locks are taken in the order of their names, whoever takes them. */
const lockHeads = (send: Send, accounts: ReadonlySet<string>) =>
  send<HeadRow>(statements.lockHeads, [[...accounts].toSorted()])

const askGround = (send: Send, commitId: string) =>
  Effect.map(send<GroundRow>(statements.ground, [commitId]), (answer) => theOne(statements.ground, answer))

/** The transaction of a write begins with the locks of its heads, and asks behind them what it stands on. */
export const beginning = (
  patience: Patience,
  { commitId, fences }: TradeRepository.Scope,
  accounts: ReadonlySet<string>
): Beginning<Asked> => ({
  text: opening(patience, accounts),
  ahead: (send) =>
    Effect.all({ held: lockHeads(send, accounts), row: askGround(send, commitId), fences: askFences(send, fences) })
})

/** Holds heads, and makes those that are not there yet. */
export const holdHeads = ({ ask, send }: Line, accounts: ReadonlySet<string>): Effect.Effect<Held, SqlError> =>
  Effect.zipRight(ask(statements.makeHeads, [[...accounts].toSorted()]), Effect.flatten(lockHeads(send, accounts)))

/** Waits for what was asked. Where a head has to be made, others may have held it meanwhile: the rest is asked again behind it. */
export const standingOn = (
  line: Line,
  commitId: string,
  accounts: ReadonlySet<string>,
  asked: Asked
): Effect.Effect<Standing, SqlError> =>
  Effect.gen(function* () {
    const [held, row] = yield* Effect.all([asked.held, asked.row])
    if (held.length === accounts.size) return { held, row }
    const all = yield* holdHeads(line, accounts)
    return { held: all, row: yield* Effect.flatten(askGround(line.send, commitId)) }
  })

/** A head without entries, under which nothing was written either, was made for its lock alone. */
export const letGo = (ask: Ask, held: Held, written: ReadonlySet<string>): Effect.Effect<unknown, SqlError> => {
  const unused = held.filter(({ account, seq }) => seq === 0 && !written.has(account)).map(({ account }) => account)
  return unused.length === 0 ? Effect.void : ask(statements.dropHeads, [unused])
}

/** How long journals are, of which these are the heads. */
export const lengthsOf = (heads: ReadonlyArray<Pick<HeadRow, "account" | "seq">>): Lengths =>
  new Map(heads.map(({ account, seq }) => [account, seq]))

/** How long these journals are; those that are not there have no entries. */
export const askLengths = (ask: Ask, journals: ReadonlyArray<string>): Effect.Effect<Lengths, SqlError> =>
  Effect.map(ask<Pick<HeadRow, "account" | "seq">>(statements.lengths, [journals]), (found) =>
    lengthsOf([...journals.map((account) => ({ account, seq: 0 })), ...found])
  )

/** What planning starts from. */
export const groundOf = ({ held, row }: Standing): Ground => ({
  heads: new Map(held.filter(({ seq }) => seq > 0).map(({ account, hash, seq }) => [account, { seq, hash }])),
  newestAt: row.newestAt ?? 0,
  counters: {
    trade: row.trade,
    order: row.order,
    lot: row.lot,
    allocation: row.allocation,
    fill: row.fill,
    attempt: row.attempt,
    decision: row.decision,
    payload: row.payload,
    break: row.break,
    batch: row.batch,
    approval: row.approval
  }
})
