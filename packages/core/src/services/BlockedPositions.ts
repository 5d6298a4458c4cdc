import { Effect } from "effect"
import type { AccountName } from "../records/AccountName.ts"
import { Need } from "../books/Need.ts"
import { symbolKey } from "../tables/Table.ts"
import { UNMAPPED, type Ticker } from "../records/Ticker.ts"
import type { Recorder } from "../books/Recorder.ts"
import { Ledger } from "../ledger/Ledger.ts"
import { BreakTable, type Break } from "../records/Break.ts"
import { isSame } from "../records/BreakDetails.ts"
import { detailsOf, isSettled, type BlockedPosition } from "../rules/reconciliation/blocked.ts"
import { closeIfOpen, openOrUpdate } from "../rules/breaks/ledgerBreaks.ts"
import { driven } from "./drive.ts"
import * as Reads from "./Reads.ts"
import { reportedMember } from "./Booking.ts"
import { blocked } from "./Risk.ts"

const KIND = "PositionBlocked"

const openBreaks = Reads.all(BreakTable, {
  where: [
    { column: "kind", in: [KIND] },
    { column: "closedAt", in: [null] }
  ]
})

const keyOf = (account: AccountName, symbol: Ticker, subject: string): string =>
  `${symbolKey(account, symbol)} ${subject}`

const keyOfBlocked = ({ by, position: { account, symbol } }: BlockedPosition): string => keyOf(account, symbol, by)

const committed = (account: AccountName, symbol: Ticker, apply: (recorder: Recorder) => void) =>
  Effect.flatMap(Ledger, (ledger) =>
    ledger.submit("report", reportedMember(account, [Need.Position({ account, symbol })], apply))
  )

/** Opens it, or brings its words up to what they are now. */
const shown = (found: BlockedPosition) => {
  const { account, symbol } = found.position
  return committed(account, symbol, (recorder) =>
    openOrUpdate(recorder, { symbol, subject: found.by, details: detailsOf(found) })
  )
}

const closed = ({ account, subject, symbol }: Break) =>
  symbol === undefined
    ? Effect.void
    : committed(account, symbol, (recorder) =>
        closeIfOpen(recorder, symbol, KIND, subject, "it orders again, or has no residual")
      )

/**
 * A position that owes shares and orders none has a break of its own once that has lasted, so that it has an owner, an acknowledgement
 * and notes like any case. It holds nothing, and is gone with its obstacle. One pass, for the accounts that are driven here.
 */
export const watchBlocked = Effect.gen(function* () {
  const now = yield* Effect.flatMap(Ledger, (ledger) => ledger.now)
  const found = yield* blocked(now)
  const open = yield* openBreaks
  if (found.length === 0 && open.length === 0) return
  const own = new Set(
    (yield* driven([...open, ...found.map(({ position }) => position)])).map(({ account }) => account)
  )
  const known = new Map(open.map((each) => [keyOf(each.account, each.symbol ?? UNMAPPED, each.subject), each]))
  const standing = new Set(found.map(keyOfBlocked))
  const news = found.filter((each) => {
    const shownNow = known.get(keyOfBlocked(each))?.details
    const isShown = shownNow !== undefined && isSame(shownNow, detailsOf(each))
    return own.has(each.position.account) && isSettled(each, now) && !isShown
  })
  const over = [...known].flatMap(([key, each]) => (own.has(each.account) && !standing.has(key) ? [each] : []))
  yield* Effect.forEach(news, shown, { discard: true })
  yield* Effect.forEach(over, closed, { discard: true })
})
