import { Effect, type Scope } from "effect"

/**
 * What a request takes up until its answer is sent: a call, a stream that has no end, a look at health, what stops something, or a body
 * that has to be read before it is known whose it is.
 */
export const seatKinds = ["call", "stream", "health", "stop", "signed"] as const

/** What a request takes up. */
export type SeatKind = (typeof seatKinds)[number]

/** How many requests may be under way at a time: of one caller, and of all together. */
export interface SeatLimit {
  readonly ofOne: number
  readonly ofAll: number
}

/** The limits of a daemon: whatever a caller holds, others find room, and what halts or cancels has room of its own. */
export const seatLimits: { readonly [K in SeatKind]: SeatLimit } = {
  call: { ofOne: 256, ofAll: 1024 },
  stream: { ofOne: 256, ofAll: 2048 },
  health: { ofOne: 32, ofAll: 256 },
  stop: { ofOne: 32, ofAll: 256 },
  signed: { ofOne: 64, ofAll: 256 }
}

/** Room for requests. */
export interface Seats {
  /** Takes a seat until the scope closes; `false` where the caller, or all together, have as many as they may. */
  readonly take: (caller: string, kind: SeatKind) => Effect.Effect<boolean, never, Scope.Scope>
}

/** Makes room for so many, all of it free. A caller who holds nothing costs nothing. */
export const make = (limits: { readonly [K in SeatKind]: SeatLimit } = seatLimits): Seats => {
  const held = new Map<string, number>()
  const heldBy = (key: string): number => held.get(key) ?? 0
  const add = (key: string, by: number): void => {
    const left = heldBy(key) + by
    if (left === 0) held.delete(key)
    else held.set(key, left)
  }
  return {
    take: (caller, kind) => {
      const keys = [kind, `${kind} ${caller}`] as const
      const [all, own] = keys
      const moved = (by: number) => keys.forEach((key) => add(key, by))
      return Effect.acquireRelease(
        Effect.sync(() => {
          const isRoom = heldBy(all) < limits[kind].ofAll && heldBy(own) < limits[kind].ofOne
          if (isRoom) moved(1)
          return isRoom
        }),
        (isSeated) => Effect.sync(() => (isSeated ? moved(-1) : undefined))
      )
    }
  }
}
