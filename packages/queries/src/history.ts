import type { Documents } from "@roundlot/api"
import { Instant } from "@roundlot/core"
import { Entry, Table, TradeRepository } from "@roundlot/core/adapter"
import { decode, type Event } from "@roundlot/core/ledger"
import { Effect, Either, Schema } from "effect"
import { valueOrNull } from "./text.ts"

/** What brought an entry about: the kind of member, who, and of a command its id and the reason that was given. */
export type CauseDocument = Documents.CauseDocument

/** One thing that happened to a record, from its account's journal. `body` is the event as it was written. */
export type HistoryDocument = Documents.HistoryDocument

const PAGE = 1000

/** The entries of an account's journal about one record, oldest first. */
export const entriesAbout = (
  account: string,
  kind: string,
  id: string
): Effect.Effect<ReadonlyArray<Entry.Entry>, TradeRepository.StoreError, TradeRepository.TradeRepository> =>
  Effect.gen(function* () {
    const repository = yield* TradeRepository.TradeRepository
    const found: Array<Entry.Entry> = []
    for (;;) {
      const afterSeq = found.at(-1)?.seq ?? 0
      const page = yield* repository.entries({ account, afterSeq, entity: { kind, id }, limit: PAGE })
      found.push(...page)
      if (page.length < PAGE) return found
    }
  })

/** What happened to a record, oldest first. */
export const historyOf = (account: string, kind: string, id: string) =>
  Effect.flatMap(entriesAbout(account, kind, id), (entries) => Effect.forEach(entries, documentOf))

const documentOf = (entry: Entry.Entry): Either.Either<HistoryDocument, Table.BadRow> =>
  Either.gen(function* () {
    const cause = yield* causeOf(entry)
    const body = yield* bodyOf(entry)
    return { seq: entry.seq, at: timeOf(entry), tag: entry.tag, cause, body }
  })

/** When an entry was written: ISO 8601, UTC. */
export const timeOf = (entry: Entry.Entry): string => Instant.format(decode.timeOf(entry))

const badEntry = (entry: Entry.Entry, column: string, problem: string) =>
  new Table.BadRow({ table: "journal", id: `${entry.account}/${entry.seq}`, column, problem })

const decodeCause = Schema.decodeUnknownEither(Schema.parseJson(Entry.Cause))

/** What brought an entry about. */
export const causeOf = (entry: Entry.Entry): Either.Either<CauseDocument, Table.BadRow> =>
  decodeCause(entry.cause).pipe(
    Either.map(({ actor, command, kind, reason }) => ({
      kind,
      actor,
      command: valueOrNull(command),
      reason: valueOrNull(reason)
    })),
    Either.mapLeft(() => badEntry(entry, "cause", "cannot be read"))
  )

const decodeBody = Schema.decodeUnknownEither(Schema.parseJson(Schema.Unknown))

/** The event of an entry as it was written. */
export const bodyOf = (entry: Entry.Entry): Either.Either<unknown, Table.BadRow> =>
  Either.mapLeft(decodeBody(entry.body), () => badEntry(entry, "body", "cannot be read"))

/** The event of an entry. */
export const eventOf = (entry: Entry.Entry): Either.Either<Event.LedgerEvent, Table.BadRow> =>
  Either.mapLeft(decode.decodeEntry(entry), (problem) => badEntry(entry, "body", problem))
