import type { Documents } from "@roundlot/api"
import { Break, Clock, Id, Instant, Reads, Ticker, type TradeRepository } from "@roundlot/core"
import { Effect, Either } from "effect"
import { idOf, inAnyCase, isWithin, isWord, wordOf, type Conditions, type Period } from "./asked.ts"
import { NotFound, type BadFilter } from "./errors.ts"
import { historyOf } from "./history.ts"
import { collect, type Keep, type ListDocument, type ListError, type ListOptions } from "./listing.ts"
import * as Columns from "./table.ts"
import { timeOrNull, valueOrNull } from "./text.ts"

/** A difference or contradiction, and whether it is still open. `subject` is the id of the order or trade it is about. */
export type BreakDocument = Documents.BreakDocument

/** A break with what happened to it. */
export type BreakDetail = Documents.BreakDetail

/** Which breaks: `status` is `open` or `closed`, `subject` the id of an order or trade. */
export interface BreakFilters extends ListOptions, Period {
  readonly account?: string | undefined
  readonly symbol?: string | undefined
  readonly status?: string | undefined
  /** How grave an open one is (`critical`, `blocking`, `notice`, `escalated`), or how a closed one ended (`gone`, `resolved`). */
  readonly standing?: string | undefined
  readonly kind?: string | undefined
  readonly holds?: string | undefined
  readonly subject?: string | undefined
}

/** An excess ends by itself, and is accepted on an operator's word too. */
const closesOf = (kind: Break.BreakKind): BreakDocument["closes"] =>
  kind === "Excess" ? "by verdict" : Break.kinds[kind].closes

const now = Effect.flatMap(Clock.Clock, (clock) => clock.now)

/** What makes the documents of breaks, as they stand now. */
export const documents = Effect.map(now, (at) => (found: Break.Break) => documentOf(found, at))

const documentOf = (found: Break.Break, at: Instant.Instant): BreakDocument => ({
  id: Id.format("break", found.id),
  account: found.account,
  symbol: found.symbol === Ticker.UNMAPPED ? null : valueOrNull(found.symbol),
  kind: found.kind,
  subject: found.subject,
  status: found.closedAt === undefined ? "open" : "closed",
  holds: found.holds,
  closes: closesOf(found.kind),
  standing: Break.standingOf(found, at),
  evidence: found.evidence,
  openedAt: Instant.format(found.openedAt),
  closedAt: timeOrNull(found.closedAt),
  closedWhy: valueOrNull(found.closedWhy)
})

const EVER = 0

const isStatus = (text: string | undefined): Either.Either<Conditions, BadFilter> =>
  text === undefined
    ? Either.right([])
    : Either.map(wordOf("status", text, ["open", "closed"]), (status): Conditions => [
        status === "open" ? { column: "closedAt", in: [null] } : { column: "closedAt", atLeast: EVER }
      ])

/** How breaks stand while they are open, and once they are closed. */
const standings = { open: ["critical", "blocking", "notice", "escalated"], closed: ["gone", "resolved"] } as const

/** Rows that may stand so; which of them do, their kind and their words say. */
const mayStand = (text: string | undefined, at: Instant.Instant) =>
  Either.gen(function* () {
    if (text === undefined) return { where: [], keep: undefined }
    const word = yield* wordOf("standing", text, [...standings.open, ...standings.closed])
    const where = yield* isStatus(standings.open.some((each) => each === word) ? "open" : "closed")
    const keep: Keep<Break.Break> = (batch) =>
      Effect.succeed(batch.filter((each) => Break.standingOf(each, at) === word))
    return { where, keep }
  })

/** A page of breaks. */
export const list = (
  filters: BreakFilters
): Effect.Effect<ListDocument<BreakDocument>, ListError, TradeRepository.TradeRepository | Clock.Clock> =>
  Effect.gen(function* () {
    const at = yield* now
    const standing = yield* mayStand(filters.standing, at)
    const conditions = [
      ...standing.where,
      ...inAnyCase("account", filters.account),
      ...inAnyCase("symbol", filters.symbol),
      ...inAnyCase("subject", filters.subject),
      ...(yield* isWord("kind", filters.kind, Break.breakKinds)),
      ...(yield* isWord("holds", filters.holds, Break.holds)),
      ...(yield* isStatus(filters.status)),
      ...(yield* isWithin("openedAt", filters))
    ]
    const { records, ...page } = yield* collect(
      { table: Break.BreakTable, anyOf: [conditions], keep: standing.keep },
      filters
    )
    return { items: records.map((each) => documentOf(each, at)), ...page }
  })

/** One break (`B2`) with its history. */
export const show = (
  id: string
): Effect.Effect<
  BreakDetail,
  BadFilter | NotFound | TradeRepository.StoreError,
  TradeRepository.TradeRepository | Clock.Clock
> =>
  Effect.gen(function* () {
    const number = yield* idOf("break", "break", id)
    const found = yield* Reads.first(Break.BreakTable, { where: [{ column: "id", in: [number] }] })
    if (found === undefined) return yield* new NotFound({ kind: "break", id, list: "breaks" })
    const document = (yield* documents)(found)
    return { ...document, history: yield* historyOf(found.account, "break", document.id) }
  })

/** All breaks, open and closed, about one order or trade. */
export const about = (
  account: string,
  subject: string
): Effect.Effect<
  ReadonlyArray<BreakDocument>,
  TradeRepository.StoreError,
  TradeRepository.TradeRepository | Clock.Clock
> =>
  Reads.all(Break.BreakTable, {
    where: [
      { column: "account", in: [account] },
      { column: "subject", in: [subject] }
    ]
  }).pipe(Effect.zipWith(documents, (all, document) => all.map(document)))

/** What people see of breaks. */
const columns: ReadonlyArray<Columns.TableColumn<BreakDocument>> = [
  Columns.words("ID", (each) => each.id),
  Columns.words("ACCOUNT", (each) => each.account),
  Columns.words("SYMBOL", (each) => each.symbol),
  Columns.words("KIND", (each) => each.kind),
  Columns.words("SUBJECT", (each) => each.subject),
  Columns.words("STATUS", (each) => each.status),
  Columns.words("HOLDS", (each) => each.holds),
  Columns.times("OPENED", (each) => each.openedAt),
  Columns.words("EVIDENCE", (each) => each.evidence)
]

/** Breaks as a table for people. */
export const table = (items: ReadonlyArray<BreakDocument>): string => Columns.render(columns, items)
