import { AccountName, Entry, Table, TradeRepository } from "@roundlot/core"
import { Chunk, Effect, Either, Encoding, Schema, Stream } from "effect"
import { momentOf, type Period } from "./asked.ts"
import { BadCursor, BadFilter } from "./errors.ts"
import { entriesAfter, newestRow, type Placed } from "./feed.ts"
import { bodyOf, causeOf, timeOf, type CauseDocument } from "./history.ts"
import { DEFAULT_LIMIT, type ListDocument, type ListError, type ListOptions } from "./listing.ts"
import * as Columns from "./table.ts"

/** One entry of an account's journal; `entity` is the record that it is about, `body` the event as it was written. */
export interface EntryDocument {
  readonly account: string
  readonly seq: number
  readonly commitId: string
  readonly at: string
  readonly entity: { readonly kind: string; readonly id: string }
  readonly tag: string
  readonly eventVersion: number
  readonly cause: CauseDocument
  readonly body: unknown
  readonly hash: string
}

/** The newest place of the feed, and the newest entry of every journal: what `audit --anchor` takes. */
export interface HeadDocument {
  readonly position: number
  readonly hash: string
  readonly heads: { readonly [account: string]: Entry.Head }
}

/** Which entries: of one account in order of `seq`, or of all in feed order; `entity` is an id (`T12`) or a symbol. */
export interface JournalFilters extends Omit<ListOptions, "order">, Period {
  readonly account?: string | undefined
  readonly entity?: string | undefined
  readonly tag?: string | undefined
}

const documentOf = ({ entry }: Placed): Either.Either<EntryDocument, Table.BadRow> =>
  Either.gen(function* () {
    const cause = yield* causeOf(entry)
    const body = yield* bodyOf(entry)
    return {
      account: entry.account,
      seq: entry.seq,
      commitId: entry.commitId,
      at: timeOf(entry),
      entity: { kind: entry.entityKind, id: entry.entityId },
      tag: entry.tag,
      eventVersion: entry.eventVersion,
      cause,
      body,
      hash: entry.hash
    }
  })
