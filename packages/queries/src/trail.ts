import { Csv } from "@roundlot/api"
import { Instant } from "@roundlot/core"
import { TradeRepository, type Entry } from "@roundlot/core/adapter"
import { type Event, Feed } from "@roundlot/core/ledger"
import { Effect, Stream } from "effect"
import { noAccount } from "./accounts.ts"
import { momentOf, type Period } from "./criteria.ts"
import type { BadFilter, NotFound } from "./errors.ts"
import { causeOf, eventOf, timeOf } from "./history.ts"
import * as journals from "./journals.ts"
import * as past from "./past.ts"

/** What an auditor is given: of which period and account, and as it was known at a moment. */
export interface TrailFilters extends Period {
  readonly account?: string | undefined
  readonly asOf?: string | undefined
}

const kinds: Readonly<Record<string, "trade" | "allocation" | "fill" | "correction">> = {
  TradeAccepted: "trade",
  TradeQuarantined: "trade",
  TradeHeld: "trade",
  TradeReleased: "trade",
  TradeFailed: "trade",
  TradeSettled: "trade",
  DirectTradeSettled: "trade",
  LotsNetted: "allocation",
  LotAllocated: "allocation",
  AllocationReleased: "allocation",
  FillRecorded: "fill",
  CommissionRecorded: "fill",
  ExcessAccepted: "correction",
  BaseDeclared: "correction",
  SplitAccepted: "correction",
  LotsIdentified: "correction"
}

/** An event of the trail: what it is of, where it stands in the feed and its account's journal, and its hash there. */
interface TrailDocument {
  readonly position: number
  readonly account: string
  readonly seq: number
  readonly hash: string
  readonly at: string
  readonly kind: string
  readonly event: string
  readonly record: string
  readonly actor: string
  readonly reason: string | null
  readonly body: string
}

/** Tells what corrects something before: a fill of an execution that had one, and a trade that undoes another. */
const correcting = () => {
  const executions = new Set<string>()
  return (event: Event.LedgerEvent): boolean => {
    if (event._tag === "FillRecorded") {
      const isKnown = executions.has(event.execIdBase)
      executions.add(event.execIdBase)
      return isKnown
    }
    const isTrade = event._tag === "TradeAccepted" || event._tag === "TradeQuarantined"
    return isTrade && event.reversesSourceId !== undefined
  }
}

const documentOf = (position: number, entry: Entry.Entry, corrects: (event: Event.LedgerEvent) => boolean) =>
  Effect.gen(function* () {
    const kind = kinds[entry.tag]
    if (kind === undefined) return []
    const { actor, reason } = yield* causeOf(entry)
    const document: TrailDocument = {
      position,
      account: entry.account,
      seq: entry.seq,
      hash: entry.hash,
      at: timeOf(entry),
      kind: corrects(yield* eventOf(entry)) ? "correction" : kind,
      event: entry.tag,
      record: entry.entityId,
      actor,
      reason: reason ?? null,
      body: entry.body
    }
    return [document]
  })

/** The journal of the account that is meant, its name in whatever case: without one an empty trail would look like a proof. */
const journalOf = (account: string) =>
  Effect.gen(function* () {
    const repository = yield* TradeRepository.TradeRepository
    const there = [...(yield* repository.heads).keys()]
    const found = there.find((name) => name === account) ?? there.find((name) => journals.isOf(account, name))
    return found ?? (yield* noAccount(account))
  })

/** Later than every time as it is written. */
const AFTER_ALL = "~"

type Trail = Stream.Stream<TrailDocument, TradeRepository.StoreError, TradeRepository.TradeRepository>

/**
 * Trades, allocations, fills and corrections of a period in the order in which they went on record, as far as they were known at a
 * moment. Each is told with its place and hash, by which `audit --anchor` and `journal export` prove it.
 */
export const trail = (
  filters: TrailFilters
): Effect.Effect<Trail, BadFilter | NotFound | TradeRepository.StoreError, TradeRepository.TradeRepository> =>
  Effect.gen(function* () {
    const { asOf, since, until } = filters
    const account = filters.account === undefined ? undefined : yield* journalOf(filters.account)
    const from = since === undefined ? "" : Instant.format(yield* momentOf("since", since))
    const to = until === undefined ? AFTER_ALL : Instant.format(yield* momentOf("until", until))
    const moment = asOf === undefined ? undefined : yield* past.parse(asOf)
    const isKnown = ({ entry, position }: { readonly entry: Entry.Entry; readonly position: number }): boolean =>
      moment === undefined || ("position" in moment ? position <= moment.position : entry.at <= Number(moment.time))
    const corrects = correcting()
    const isWanted = ({ account: owner, at }: Pick<TrailDocument, "account" | "at">): boolean =>
      (account === undefined || owner === account) && at >= from && at < to
    return Feed.oldestFirst(undefined).pipe(
      Stream.takeWhile((placed) => moment === undefined || !("position" in moment) || isKnown(placed)),
      Stream.filter(isKnown),
      Stream.mapEffect(({ entry, position }) => documentOf(position, entry, corrects)),
      Stream.flattenIterables,
      Stream.filter(isWanted)
    )
  })

const NAMES = [
  "position",
  "account",
  "seq",
  "hash",
  "at",
  "kind",
  "event",
  "record",
  "actor",
  "reason",
  "body"
] as const

/** The trail as CSV, safe to open in a spreadsheet. */
export const csvOf = (
  found: Trail
): Stream.Stream<string, TradeRepository.StoreError, TradeRepository.TradeRepository> =>
  Stream.concat(
    Stream.make(Csv.record(NAMES)),
    Stream.map(found, (row) => Csv.record(NAMES.map((name) => row[name])))
  )
