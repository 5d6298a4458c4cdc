import type { AccountName } from "../records/AccountName.ts"
import { DURATION_MS, Fenced, LeaseHeld, type Fence, type HeldLease, type Holder } from "../ports/Lease.ts"
import { make as makeEnding, type LeaseEnding } from "../ports/leaseEnding.ts"
import * as Instant from "../values/Instant.ts"

/** The leases of a store in memory; times are milliseconds. Synchronous, and throwing what `Leases` says. */
export interface MemoryLeases {
  /** The number of a new session. */
  readonly open: (holder: Holder) => number
  /** Ends a session; what becomes of its leases `LeaseEnding` says. */
  readonly close: (session: number) => void
  readonly drives: (session: number, account: AccountName) => void
  readonly fails: (session: number) => void
  readonly take: (session: number, account: AccountName, nowMs: number) => number
  readonly renew: (session: number, nowMs: number) => void
  readonly held: (nowMs: number) => ReadonlyArray<HeldLease>
  /** Throws `Fenced` where one of them is not the newest. */
  readonly check: (fences: ReadonlyArray<Fence>) => void
  /** The same tokens; whoever held them is gone. */
  readonly copy: () => MemoryLeases
}

interface Row {
  readonly token: number
  /** `undefined`: released. */
  readonly session: number | undefined
  readonly takenMs: number
  readonly renewedMs: number
}

const instantOf = (ms: number): Instant.Instant => Instant.make(BigInt(Math.floor(ms * 1000)))

/** No lease was ever taken. */
export const make = (): MemoryLeases => keeping(new Map(), 0)

const keeping = (rows: Map<AccountName, Row>, opened: number): MemoryLeases => {
  const sessions = new Map<number, Holder>()
  const endings = new Map<number, LeaseEnding>()
  const gone = new Set<number>()
  let sessionsOpened = opened
  const heldBy = (row: Row | undefined, nowMs: number): Holder | undefined => {
    if (row?.session === undefined || gone.has(row.session)) return undefined
    if (Math.abs(nowMs - row.renewedMs) >= DURATION_MS) return undefined
    return sessions.get(row.session)
  }
  const own = (session: number) => [...rows].filter(([, row]) => row.session === session)
  const taken = new Map<number, Array<Fence>>()

  const check = (fences: ReadonlyArray<Fence>) => {
    for (const { account, token } of fences) {
      if (rows.get(account)?.token !== token) throw new Fenced({ account, token })
    }
  }

  return {
    open: (holder) => {
      sessionsOpened += 1
      sessions.set(sessionsOpened, holder)
      endings.set(sessionsOpened, makeEnding())
      return sessionsOpened
    },
    close: (session) => {
      const released = endings.get(session)?.released() ?? []
      for (const [account, row] of own(session))
        if (released.includes(account)) rows.set(account, { ...row, session: undefined })
      gone.add(session)
    },
    drives: (session, account) => endings.get(session)?.drives(account),
    fails: (session) => endings.get(session)?.fails(),
    take: (session, account, nowMs) => {
      const row = rows.get(account)
      if (row?.session === session) return row.token
      const holder = heldBy(row, nowMs)
      if (row !== undefined && holder !== undefined) {
        throw new LeaseHeld({ account, ...holder, sinceMs: nowMs - row.takenMs })
      }
      const token = (row?.token ?? 0) + 1
      rows.set(account, { token, session, takenMs: nowMs, renewedMs: nowMs })
      endings.get(session)?.took(account, row?.session !== undefined)
      taken.set(session, [...(taken.get(session) ?? []), { account, token }])
      return token
    },
    renew: (session, nowMs) => {
      check(taken.get(session) ?? [])
      for (const [account, row] of own(session)) rows.set(account, { ...row, renewedMs: nowMs })
    },
    held: (nowMs) =>
      [...rows]
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .flatMap(([account, row]) => {
          const holder = row.session === undefined ? undefined : sessions.get(row.session)
          if (holder === undefined) return []
          const [takenAt, renewedAt] = [instantOf(row.takenMs), instantOf(row.renewedMs)]
          return [
            { account, token: row.token, ...holder, takenAt, renewedAt, isLive: heldBy(row, nowMs) !== undefined }
          ]
        }),
    check,
    copy: () => keeping(new Map([...rows].map(([account, row]) => [account, { ...row }])), sessionsOpened)
  }
}
