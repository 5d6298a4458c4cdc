import { Effect } from "effect"
import type { JournalName } from "../records/AccountName.ts"
import { emptyHead, type Head } from "../events/Entry.ts"
import * as audit from "../ledger/audit.ts"
import * as checkpoint from "../ledger/checkpoint.ts"
import { Checkpoints, type State } from "../ports/Checkpoints.ts"
import { turn } from "../ports/Clock.ts"
import { domainTables } from "../tables/Table.ts"
import { sliced } from "./sliced.ts"
import { TradeRepository, type StoreError } from "../ports/TradeRepository.ts"

/** So many rows or entries are worked on before timers and sockets have their turn. */
const SLICE = 200

/** Where a fold began: after a checkpoint that is believed, or before the first entry. */
export interface Begun {
  readonly seq: number
  readonly stateHash: string
}

const atTheBeginning: Begun = { seq: 0, stateHash: "" }

/** The checkpoints of a journal up to one whose state hash is believed; nothing where one is missing, edited, or of something else. */
const chainTo = Effect.fnUntraced(function* (account: string, seq: number, stateHash: string) {
  const { every, read } = yield* Checkpoints
  const chain: Array<checkpoint.Checkpoint> = []
  let believed = stateHash
  for (let place = seq; place > 0; place -= every) {
    const found = checkpoint.parse((yield* read(account, place)) ?? "")
    const isTrue =
      found !== undefined &&
      found.stateHash === believed &&
      found.account === account &&
      found.seq === place &&
      found.foldVersion === checkpoint.FOLD_VERSION
    if (!isTrue) return undefined
    chain.unshift(found)
    believed = found.before
    yield* turn
  }
  return believed === "" ? chain : undefined
})

const isOfJournal = Effect.fnUntraced(function* (account: JournalName, { entryHash, seq }: checkpoint.Head) {
  const repository = yield* TradeRepository
  const [entry] = yield* repository.entries({ account, afterSeq: seq - 1, entity: undefined, limit: 1 })
  return entry?.seq === seq && entry.hash === entryHash
})

/**
 * Brings what a journal came to, up to the newest believed checkpoint that is not after `until`, into a fold in which there is nothing of
 * it yet, and says where it ends. A checkpoint that is edited, of another place or program, or of entries that the journal does not have is
 * passed over as if it were not there.
 */
export const begin = (
  fold: audit.Fold,
  account: JournalName,
  until: number
): Effect.Effect<Begun, StoreError, TradeRepository> =>
  Effect.gen(function* () {
    const { believed } = yield* Checkpoints
    const places = [...(yield* believed(account))].filter(([seq]) => seq <= until).toSorted(([a], [b]) => b - a)
    for (const [seq, stateHash] of places) {
      const chain = yield* chainTo(account, seq, stateHash)
      const last = chain?.at(-1)
      if (chain === undefined || last === undefined || !(yield* isOfJournal(account, last))) continue
      const merged: checkpoint.Merged = new Map()
      const lines = chain.flatMap(({ lines }) => lines)
      // Who is believed wrote what he folded: what cannot be read is a fault of this program.
      yield* sliced(lines.values(), (line) => checkpoint.merge(merged, line))
      yield* sliced(checkpoint.laid(fold, merged), () => undefined)
      fold.heads.set(account, { seq, hash: last.entryHash })
      return { seq, stateHash }
    }
    return atTheBeginning
  })

/** The checkpoint at the place where a fold of a journal alone stands, upon the one before it; what was changed is settled. */
export const taken = (fold: audit.Fold, account: JournalName, before: string): Effect.Effect<checkpoint.Checkpoint> =>
  Effect.gen(function* () {
    const { hash: entryHash, seq } = fold.heads.get(account) ?? emptyHead
    const lines: Array<string> = []
    // Table by table: to sort all lines at once would have the thread for long.
    for (const table of domainTables) {
      const own: Array<string> = []
      yield* sliced(checkpoint.changedLines(fold, table), (line) => void own.push(line))
      for (const line of own.toSorted()) lines.push(line)
      yield* turn
    }
    checkpoint.settle(fold)
    yield* turn
    return checkpoint.make({ account, seq, entryHash, foldVersion: checkpoint.FOLD_VERSION, before }, lines)
  })

/**
 * Makes the checkpoints of a journal that are due up to its head: folded from the newest one that is believed, or from the beginning. One that is there
 * already and says something else is replaced, and named in the log.
 */
export const renew = (
  account: JournalName,
  head: Head
): Effect.Effect<ReadonlyArray<State>, StoreError, TradeRepository> =>
  Effect.gen(function* () {
    const repository = yield* TradeRepository
    const checkpoints = yield* Checkpoints
    const { every } = checkpoints
    const due = head.seq - (head.seq % every)
    const states: Array<State> = []
    if (due === 0 || (yield* checkpoints.believed(account)).has(due)) return states
    const fold = audit.begin()
    let { seq, stateHash } = yield* begin(fold, account, due)
    while (seq < due) {
      const limit = Math.min(SLICE, every - (seq % every))
      const page = yield* repository.entries({ account, afterSeq: seq, entity: undefined, limit })
      for (const entry of page) if (!audit.fold(fold, account, entry)) return states
      if (page.length === 0) return states
      seq += page.length
      if (seq % every === 0) {
        const made = yield* taken(fold, account, stateHash)
        stateHash = made.stateHash
        yield* keep(made)
        states.push({ account, seq, stateHash })
      }
      yield* turn
    }
    return states
  })

const keep = Effect.fnUntraced(function* (made: checkpoint.Checkpoint) {
  const { prove, read, write } = yield* Checkpoints
  const { account, seq, stateHash } = made
  const known = yield* read(account, seq)
  const text = checkpoint.format(made)
  if (known !== undefined && known !== text) {
    yield* Effect.logWarning(
      `doubtful checkpoint of ${account} at entry ${seq}: the journal gives another state; it is made again`
    )
  }
  if (known !== text) yield* write(account, seq, text)
  yield* prove(account, seq, stateHash)
})
