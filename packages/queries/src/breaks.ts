import type { Documents } from "@roundlot/api"
import { dollarsText } from "@roundlot/api/text"
import { Clock, Decimal, Instant, Reads, Ticker } from "@roundlot/core"
import { Id, type TradeRepository } from "@roundlot/core/adapter"
import {
  AttendedCase,
  AttendedCases,
  Break,
  type BreakDetails,
  codeWords,
  recommended,
  Risk,
  Severity,
  Stake
} from "@roundlot/core/ledger"
import { Effect, Either, Record } from "effect"
import { idOf, inAnyCase, isWithin, isWord, wordOf, type Conditions, type Period } from "./criteria.ts"
import { attendedEntries, attentionOf, notesIn } from "./attended.ts"
import { NotFound, type BadFilter } from "./errors.ts"
import { historyOf } from "./history.ts"
import {
  collect,
  decodeCursor,
  encodeCursor,
  limitOf,
  orderOf,
  type Keep,
  type ListDocument,
  type ListError,
  type ListOptions,
  type Order
} from "./listing.ts"
import * as Columns from "./table.ts"
import { decimalOrNull, idOrNull, timeOrNull, valueOrNull } from "./text.ts"

/** A difference or contradiction, and whether it is still open. `subject` is the id of the order or trade it is about. */
export type BreakDocument = Documents.BreakDocument

/** A break with what happened to it. */
export type BreakDetail = Documents.BreakDetail

/** Which breaks: `status` is `open` or `closed`, `subject` the id of an order or trade. */
export interface BreakFilters extends ListOptions, Period {
  readonly account?: string | undefined
  readonly symbol?: string | undefined
  readonly status?: string | undefined
  /** How grave an open one is (`escalated`, `critical`, `warning`, `info`), or how a closed one ended (`gone`, `resolved`). */
  readonly standing?: string | undefined
  readonly kind?: string | undefined
  readonly holds?: string | undefined
  readonly subject?: string | undefined
}

/** An excess ends by itself, and is accepted on an operator's word too. */
const closesOf = (kind: Break.BreakKind): BreakDocument["closes"] =>
  kind === "Excess" ? "by verdict" : Break.kinds[kind].closes

const now = Effect.flatMap(Clock.Clock, (clock) => clock.now)

const stakeDocument = ({ dollars, shares, symbol }: Stake.Blocked) => ({
  symbol,
  shares: Decimal.format(shares),
  dollars: decimalOrNull(dollars)
})

/** What waits for the end of something. */
export const atRiskOf = (stake: Stake.Stake): Documents.AtRisk => ({
  blocks: stake.blocks.map(stakeDocument),
  inDoubt: stake.inDoubt === undefined ? null : stakeDocument(stake.inDoubt),
  dollars: decimalOrNull(Stake.dollarsAtRisk(stake)),
  deciding: stake.deciding.map(({ at, attemptId, brokerOrderId, fact, shows }) => ({
    fact,
    shows,
    attemptId: idOrNull("attempt", attemptId),
    brokerOrderId: valueOrNull(brokerOrderId),
    at: timeOrNull(at)
  }))
})

/** What makes a document of a break: what stands behind it, and when it is looked at. */
interface Around {
  readonly stakes: Risk.Stakes
  readonly attended: (found: Break.Break) => AttendedCase.AttendedCase | undefined
  readonly at: Instant.Instant
}

const around = (found: ReadonlyArray<Break.Break>) =>
  Effect.all({ stakes: Risk.stakesOf(found), attended: AttendedCases.attendedIn(found), at: now })

/** The documents of breaks, as they stand now. */
const documentsOf = (found: ReadonlyArray<Break.Break>) =>
  Effect.map(around(found), (seen) => found.map((each) => documentOf(each, seen)))

/** Open breaks, the gravest first; of these those with the most dollars at risk, then the oldest. */
const gravestFirst = (found: ReadonlyArray<Break.Break>, { at, stakes }: Around): ReadonlyArray<Break.Break> =>
  found
    .map((each) => {
      const stake = stakes(each)
      const severity = Severity.severityOf(each, stake, at)
      return { each, severity, dollars: Stake.dollarsAtRisk(stake), since: each.openedAt }
    })
    .toSorted((a, b) => Severity.byGravity(a, b) || a.each.id - b.each.id)
    .map(({ each }) => each)

/** The documents of open breaks, the gravest first. */
export const openDocumentsOf = (open: ReadonlyArray<Break.Break>) =>
  Effect.map(around(open), (seen) => gravestFirst(open, seen).map((each) => documentOf(each, seen)))

const candidateDocument = (each: BreakDetails.Candidate): BreakDocument["candidates"][number] => ({
  brokerOrderId: each.brokerOrderId,
  symbol: each.symbol,
  side: each.side,
  quantity: Decimal.format(each.quantity),
  type: valueOrNull(each.type),
  limitPrice: decimalOrNull(each.limitPrice),
  status: each.status,
  enteredAt: timeOrNull(each.enteredAt)
})

/** Both sides of a difference in holdings; none of other kinds. */
const holdingsOf = (details: BreakDetails.BreakDetails): BreakDocument["holdings"] =>
  details._tag === "PositionDiffers" || details._tag === "ForeignPosition"
    ? Record.map(details.holdings, Decimal.format)
    : null

/** The broker's orders that a doubt could be. */
const candidatesOf = (details: BreakDetails.BreakDetails) =>
  details._tag === "Doubt" ? (details.candidates ?? []).map(candidateDocument) : []

const documentOf = (found: Break.Break, { at, attended, stakes }: Around): BreakDocument => ({
  id: Id.format("break", found.id),
  account: found.account,
  symbol: found.symbol === Ticker.UNMAPPED ? null : valueOrNull(found.symbol),
  kind: found.kind,
  subject: found.subject,
  status: found.closedAt === undefined ? "open" : "closed",
  holds: found.holds,
  closes: closesOf(found.kind),
  standing: Severity.standingOf(found, stakes(found), at),
  atRisk: atRiskOf(stakes(found)),
  recommended: found.closedAt === undefined ? recommended.recommendedFor(found, stakes(found)) : null,
  ...attentionOf(attended(found), found.openedAt),
  evidence: Break.evidenceOf(found),
  candidates: candidatesOf(found.details),
  holdings: holdingsOf(found.details),
  reasonCode: valueOrNull(Break.reasonCodeOf(found)),
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
const standings = { open: Severity.severities, closed: ["gone", "resolved"] } as const

/** Rows that may stand so; which of them do, their kind and their words say. */
const mayStand = (text: string | undefined, at: Instant.Instant) =>
  Either.gen(function* () {
    if (text === undefined) return { where: [], keep: undefined }
    const word = yield* wordOf("standing", text, [...standings.open, ...standings.closed])
    const where = yield* isStatus(standings.open.some((each) => each === word) ? "open" : "closed")
    const keep: Keep<Break.Break> = (batch) =>
      Effect.map(Risk.stakesOf(batch), (stakes) =>
        batch.filter((each) => Severity.standingOf(each, stakes(each), at) === word)
      )
    return { where, keep }
  })

/** By when they were opened; open ones also by how grave they are. */
const SEVERITY = "severity"

const isBySeverity = ({ order, sort, standing, status }: BreakFilters): boolean => {
  const isOfOpen = status === "open" || standings.open.some((each) => each === standing)
  return isOfOpen && (sort === SEVERITY || (sort === undefined && order === undefined))
}

/** Closed ones are not grave any longer: where they are listed too, the newest comes first in place of the gravest. */
const asOpened = (filters: BreakFilters): BreakFilters =>
  filters.sort === SEVERITY ? { ...filters, sort: "opened", order: filters.order ?? "newest" } : filters

const conditionsOf = (filters: BreakFilters) =>
  Either.gen(function* () {
    return [
      ...inAnyCase("account", filters.account),
      ...inAnyCase("symbol", filters.symbol),
      ...inAnyCase("subject", filters.subject),
      ...(yield* isWord("kind", filters.kind, Break.breakKinds)),
      ...(yield* isWord("holds", filters.holds, Break.holds)),
      ...(yield* isStatus(filters.status)),
      ...(yield* isWithin("openedAt", filters))
    ]
  })

/**
 * A page of breaks, as they were opened. Open ones come the gravest first where neither an order nor another sort is asked for: all that
 * are open are read for it, on whatever page.
 */
export const list = (
  filters: BreakFilters
): Effect.Effect<ListDocument<BreakDocument>, ListError, TradeRepository.TradeRepository | Clock.Clock> =>
  Effect.gen(function* () {
    const at = yield* now
    const standing = yield* mayStand(filters.standing, at)
    const where = [...standing.where, ...(yield* conditionsOf(filters))]
    if (isBySeverity(filters)) return yield* bySeverity(filters, where)
    const listing = {
      table: Break.BreakTable,
      anyOf: [where],
      keep: standing.keep,
      sorts: { opened: ["openedAt", "id"] }
    }
    const { records, ...page } = yield* collect(listing, asOpened(filters))
    return { items: yield* documentsOf(records), ...page }
  })

/** A page of open breaks by how grave they are; `oldest` turns it round, as the least grave are last else. */
const bySeverity = (filters: BreakFilters, where: Conditions) =>
  Effect.gen(function* () {
    const order = filters.order === undefined ? "newest" : yield* orderOf(filters)
    const limit = yield* limitOf(filters)
    const open = yield* Reads.all(Break.BreakTable, { where: [...where, { column: "closedAt", in: [null] }] })
    const sorted = yield* openDocumentsOf(open)
    const asked = sorted.filter(({ standing }) => filters.standing === undefined || standing === filters.standing)
    const all = order === "newest" ? asked : asked.toReversed()
    const after = filters.cursor === undefined ? 0 : yield* placeAfter(all, order, filters.cursor)
    const items = limit === 0 ? all.slice(after) : all.slice(after, after + limit)
    const last = after + items.length < all.length ? items.at(-1) : undefined
    const nextCursor = last === undefined ? null : encodeCursor(SEVERITY, order, [after + items.length, last.id])
    const count = { kind: "exactly", rows: all.length } as const
    return { items, nextCursor, ...(filters.count === true ? { count } : {}) }
  })

/** Where a page begins: after the last one of the page before it, or where that stood if it is not there any longer. */
const placeAfter = (all: ReadonlyArray<BreakDocument>, order: Order, cursor: string) =>
  Either.map(decodeCursor(SEVERITY, order, ["number", "string"], cursor), ([place = 0, id]) => {
    const at = all.findIndex((each) => each.id === id)
    return at === -1 ? Number(place) - 1 : at + 1
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
    const document = documentOf(found, yield* around([found]))
    const history = yield* historyWith(found)
    return { ...document, notes: notesIn(history), history }
  })

/** What happened to a break; what was done about the case of its order, where it stands in that, is on record of the order. */
const historyWith = (found: Break.Break) =>
  Effect.gen(function* () {
    const id = Id.format("break", found.id)
    const caseId = AttendedCase.ofBreak(found)
    const own = yield* historyOf(found.account, "break", id)
    if (caseId === id) return own
    return [...own, ...(yield* attendedEntries(found.account, caseId))].toSorted((a, b) => a.seq - b.seq)
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
  }).pipe(Effect.flatMap(documentsOf))

/** Shares by symbol: what a break blocks, and what may still be filled of an order in doubt. */
const blocksText = ({ blocks, inDoubt }: Documents.AtRisk): string =>
  [
    ...blocks.map(({ shares, symbol }) => `${shares} ${symbol}`),
    ...(inDoubt === null ? [] : [`${inDoubt.shares} unconfirmed`])
  ].join(", ")

/** What is at risk, in shares and dollars. */
export const atRiskText = (atRisk: Documents.AtRisk): string =>
  `${blocksText(atRisk)}${atRisk.dollars === null ? "" : `, ${dollarsText(atRisk.dollars)}`}`

/** The doubt about an order, where one is open: what it blocks, what speaks for one side, and what to look at first. */
export const doubtAbout = (account: string, orderId: string) =>
  Effect.map(about(account, orderId), (all): Documents.DoneDocument["doubt"] => {
    const doubt = all.find(({ kind, status }) => kind === "Doubt" && status === "open")
    if (doubt === undefined || doubt.recommended === null) return undefined
    return { breakId: doubt.id, atRisk: doubt.atRisk, recommended: doubt.recommended }
  })

const onRecord = {
  ClientOrderIdInUse: "the broker answered that its client order id is in use",
  CandidateNamed: "the broker's answer named an order",
  Acknowledged: "the broker has acknowledged it",
  EndReported: "the broker reported an end or a rejection"
} as const

/** A doubt as people read it before they judge it. */
export const doubtText = ({
  atRisk,
  recommended: { reason }
}: NonNullable<Documents.DoneDocument["doubt"]>): string => {
  const facts = atRisk.deciding.map(({ attemptId, brokerOrderId, fact }) =>
    [
      `On record: ${onRecord[fact]}`,
      ...(attemptId === null ? [] : [`in ${attemptId}`]),
      ...(brokerOrderId === null ? [] : [brokerOrderId])
    ].join(" ")
  )
  return [`At risk: ${atRiskText(atRisk)}.`, ...facts.map((each) => `${each}.`), reason].join("\n")
}

/** What people see of breaks. */
const columns: ReadonlyArray<Columns.TableColumn<BreakDocument>> = [
  Columns.ids("ID", (each) => each.id),
  Columns.minor(Columns.words("ACCOUNT", (each) => each.account)),
  Columns.ids("SYMBOL", (each) => each.symbol),
  Columns.words("KIND", (each) => each.kind),
  Columns.minor(Columns.ids("SUBJECT", (each) => each.subject)),
  Columns.states("SEVERITY", (each) => each.standing),
  Columns.words("BLOCKS", (each) => blocksText(each.atRisk)),
  Columns.minor(Columns.dollars("DOLLARS", (each) => each.atRisk.dollars)),
  Columns.minor(Columns.words("HOLDS", (each) => each.holds)),
  Columns.minor(Columns.words("OWNER", (each) => each.owner)),
  Columns.times("OPENED", (each) => each.openedAt),
  Columns.words("EVIDENCE", (each) => each.evidence)
]

/** Breaks as a table for people. */
export const table = Columns.tableOf<BreakDocument>(columns)

/** A break in a line: `Break B2, critical: Position differs, NVDA`. */
export const heading = ({ id, kind, standing, subject }: BreakDocument): string =>
  `Break ${id}, ${standing}: ${codeWords.breakName({ kind, subject })}`
