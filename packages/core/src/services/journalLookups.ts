import { Effect, Either } from "effect"
import { decodeEntry } from "../events/decode.ts"
import type { Entry } from "../events/Entry.ts"
import type { LedgerEvent } from "../events/Event.ts"
import type { Subject } from "../events/subjects.ts"
import type { StoreError } from "../ports/StoreError.ts"
import type { TradeRepositoryService } from "../ports/TradeRepository.ts"
import { BadRow } from "../tables/Table.ts"
import { format, type OrderId } from "../values/Id.ts"

/** An entry with the event that it says. */
export interface Said {
  readonly entry: Entry
  readonly event: LedgerEvent
}

/** Entries about one order that are read at most, and how far around an entry its commit is looked at. */
const MOST_ABOUT = 1000
const AROUND = 100

const saidBy = (entry: Entry): Either.Either<Said, BadRow> =>
  Either.mapBoth(decodeEntry(entry), {
    onLeft: (problem) => new BadRow({ table: "journal", id: `${entry.account}/${entry.seq}`, column: "body", problem }),
    onRight: (event) => ({ entry, event })
  })

const decoded = (entries: ReadonlyArray<Entry>) => Either.all(entries.map(saidBy))

/** Looks entries up by an index each: by their number, or by the record that they are about. What is about an order is read once. */
export const lookups = (repository: TradeRepositoryService) => {
  const orders = new Map<string, ReadonlyArray<Said>>()

  const at = (account: string, seq: number): Effect.Effect<Said | undefined, StoreError> =>
    Effect.flatMap(repository.entries({ account, afterSeq: seq - 1, entity: undefined, limit: 1 }), ([entry]) =>
      entry?.seq === seq ? saidBy(entry) : Either.right(undefined)
    )

  const about = (account: string, entity: Subject, limit: number): Effect.Effect<ReadonlyArray<Said>, StoreError> =>
    Effect.flatMap(repository.entries({ account, afterSeq: 0, entity, limit }), decoded)

  const aboutOrder = (account: string, orderId: OrderId): Effect.Effect<ReadonlyArray<Said>, StoreError> =>
    Effect.suspend(() => {
      const id = format("order", orderId)
      const known = orders.get(id)
      if (known !== undefined) return Effect.succeed(known)
      const found = about(account, { kind: "order", id }, MOST_ABOUT)
      return Effect.tap(found, (all) => Effect.sync(() => orders.set(id, all)))
    })

  /** The entries of the same commit that the same brought about, in order, as far as they are near. */
  const inCommitOf = ({ account, cause, commitId, seq }: Entry): Effect.Effect<ReadonlyArray<Said>, StoreError> => {
    const afterSeq = Math.max(0, seq - 1 - AROUND)
    return Effect.flatMap(
      repository.entries({ account, afterSeq, entity: undefined, limit: 2 * AROUND + 1 }),
      (entries) => decoded(entries.filter((each) => each.commitId === commitId && each.cause === cause))
    )
  }

  return { at, about, aboutOrder, inCommitOf }
}

/** What looks entries up. */
export type Lookups = ReturnType<typeof lookups>
