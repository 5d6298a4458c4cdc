import type { Documents } from "@roundlot/api"
import { Clock, Instant, Reads } from "@roundlot/core"
import { Id, type TradeRepository } from "@roundlot/core/adapter"
import { Approval } from "@roundlot/core/ledger"
import { approvalStandings } from "@roundlot/core/vocabulary"
import { Effect } from "effect"
import { idOf, inAnyCase, wordOf } from "./criteria.ts"
import { NotFound, type BadFilter } from "./errors.ts"
import { collect, type ListDocument, type ListError, type ListOptions } from "./listing.ts"
import * as Columns from "./table.ts"
import { timeOrNull, valueOrNull } from "./text.ts"

type Document = Documents.ApprovalDocument

/** Which requests; one that waits past its time has expired. */
export interface ApprovalFilters extends ListOptions {
  readonly account?: string | undefined
  readonly status?: string | undefined
}

/** The document of a request at a moment. */
export const documentOf = (approval: Approval.Approval, now: Instant.Instant): Document => ({
  id: Id.format("approval", approval.id),
  account: approval.account,
  operation: approval.operation,
  status: Approval.standingOf(approval, now),
  preview: approval.preview,
  basis: approval.basis,
  contents: approval.contents,
  reason: approval.reason,
  requestedBy: approval.requestedBy,
  requestedAt: Instant.format(approval.requestedAt),
  approveBy: Instant.format(approval.approveBy),
  decidedBy: valueOrNull(approval.decidedBy),
  decidedAt: timeOrNull(approval.decidedAt),
  decidedReason: valueOrNull(approval.decidedReason),
  commandId: approval.commandId
})

/** A request in short. */
export const shortOf = ({ approveBy, id, status }: Document): Documents.ApprovalInShort => ({ id, status, approveBy })

const clock = Effect.flatMap(Clock.Clock, ({ now }) => now)

/** The rows of a standing: what waits and what has expired differ in their deadline. */
const conditionsOf = (status: Document["status"], now: Instant.Instant): ReadonlyArray<TradeRepository.Filter> => {
  if (status === "waiting")
    return [
      { column: "status", in: ["waiting"] },
      { column: "approveBy", atLeast: Number(now) + 1 }
    ]
  if (status === "expired")
    return [
      { column: "status", in: ["waiting"] },
      { column: "approveBy", below: Number(now) + 1 }
    ]
  return [{ column: "status", in: [status] }]
}

/** A page of requests for a second person. */
export const list = ({
  account,
  status,
  ...options
}: ApprovalFilters): Effect.Effect<ListDocument<Document>, ListError, TradeRepository.TradeRepository | Clock.Clock> =>
  Effect.gen(function* () {
    const now = yield* clock
    const wanted = status === undefined ? undefined : yield* wordOf("status", status, approvalStandings)
    const own = wanted === undefined ? [] : conditionsOf(wanted, now)
    const anyOf = [[...inAnyCase("account", account), ...own]]
    const { records, ...page } = yield* collect({ table: Approval.ApprovalTable, anyOf }, options)
    return { items: records.map((each) => documentOf(each, now)), ...page }
  })

type Reading<A, E> = Effect.Effect<A, E | TradeRepository.StoreError, TradeRepository.TradeRepository | Clock.Clock>

/** The request of an id, as it is kept. */
export const find = (text: string): Reading<Approval.Approval, BadFilter | NotFound> =>
  Effect.gen(function* () {
    const id = yield* idOf("request", "approval", text)
    const found = yield* Reads.first(Approval.ApprovalTable, { where: [{ column: "id", in: [id] }] })
    return found ?? (yield* new NotFound({ kind: "request", id: text, list: "approvals" }))
  })

/** A request for a second person. */
export const show = (text: string): Reading<Document, BadFilter | NotFound> =>
  Effect.zipWith(find(text), clock, documentOf)

/** What people see of requests. */
export const table = Columns.tableOf<Document>([
  Columns.ids("ID", (each) => each.id),
  Columns.minor(Columns.words("ACCOUNT", (each) => each.account)),
  Columns.states("STATUS", (each) => each.status),
  Columns.words("OPERATION", (each) => each.operation),
  Columns.words("WOULD DO", (each) => each.preview),
  Columns.words("REQUESTED BY", (each) => each.requestedBy),
  Columns.words("REASON", (each) => each.reason),
  Columns.times("APPROVE BY", (each) => each.approveBy),
  Columns.minor(Columns.words("DECIDED BY", (each) => each.decidedBy))
])
