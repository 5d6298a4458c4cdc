import { Effect } from "effect"
import type { Cell } from "../tables/Column.ts"
import { Need } from "../books/Need.ts"
import type { PayloadId } from "../values/Id.ts"
import { PayloadTable, type Payload } from "../records/Payload.ts"
import { Ledger, type LedgerError } from "../ledger/Ledger.ts"
import type { Member } from "../ledger/plan.ts"
import { AttemptTable } from "../records/Attempt.ts"
import { OrderTable } from "../records/Order.ts"
import { isLive, orderStatuses } from "../records/OrderState.ts"
import { Clock } from "../ports/Clock.ts"
import type { Page, TradeRepository } from "../ports/TradeRepository.ts"
import * as Instant from "../values/Instant.ts"
import * as Reads from "./Reads.ts"

/** Which payloads lose their bytes, and who says so. */
export interface Policy {
  /** How old a payload must be, in milliseconds. */
  readonly olderThanMs: number
  readonly actor: string
  /** Only counts. */
  readonly isPlan: boolean
}

/** What a run of retention came to, or would come to. */
export interface Dropped {
  readonly payloads: number
  readonly bytes: number
  /** Old enough, and kept: their orders have not ended. */
  readonly kept: number
}

/** How many payloads are read and dropped at a time. */
const AT_ONCE = 200
/** Of a mebibyte each, at most, what is read and what is planned are in memory together. */
const PAYLOADS_AT_ONCE = 25

/** The payloads of orders that have not ended: of those somebody may still want to know what was said. */
const inUse = Effect.gen(function* () {
  const used = new Set<PayloadId>()
  const orders = yield* Reads.all(OrderTable, {
    where: [{ column: "status", in: orderStatuses.filter((status) => isLive(status)) }]
  })
  for (let from = 0; from < orders.length; from += AT_ONCE) {
    const some = orders.slice(from, from + AT_ONCE).map(({ id }) => id)
    for (const attempt of yield* Reads.all(AttemptTable, { where: [{ column: "orderId", in: some }] })) {
      used.add(attempt.requestPayloadId)
      if (attempt.responsePayloadId !== undefined) used.add(attempt.responsePayloadId)
    }
  }
  return used
})

const dropping = ({ account, id }: Payload, actor: string): Member<boolean> => ({
  account,
  cause: { kind: "command", actor, reason: "retention" },
  needs: [Need.PayloadById({ id })],
  apply: ({ books, emit }) => {
    const isThere = (books.payloads.get(id)?.bytes.length ?? 0) > 0
    if (isThere) emit({ _tag: "PayloadArchived", id })
    return isThere
  }
})

/**
 * Drops the bytes of old requests and answers. Their hashes stay, in the books and in the journal, which says that the bytes are
 * gone; an audit counts them. What belongs to an order that has not ended is kept.
 */
export const run = ({
  actor,
  isPlan,
  olderThanMs
}: Policy): Effect.Effect<Dropped, LedgerError, Ledger | TradeRepository | Clock> =>
  Effect.gen(function* () {
    const ledger = yield* Ledger
    const used = yield* inUse
    const before = Instant.addMillis(yield* (yield* Clock).now, -olderThanMs)
    const dropped = { payloads: 0, bytes: 0, kept: 0 }
    let after: ReadonlyArray<Cell> | undefined
    do {
      const where = [{ column: "createdAt", below: Number(before) }]
      const page: Page<Payload> = yield* Reads.page(PayloadTable, { where, after, limit: PAYLOADS_AT_ONCE })
      const old = page.items.filter(({ bytes }) => bytes.length > 0)
      const free = old.filter(({ id }) => !used.has(id))
      if (!isPlan)
        yield* ledger.submitAll(
          "command",
          free.map((payload) => dropping(payload, actor))
        )
      dropped.payloads += free.length
      dropped.bytes += free.reduce((sum, { bytes }) => sum + bytes.length, 0)
      dropped.kept += old.length - free.length
      after = page.next
    } while (after !== undefined)
    return dropped
  })
