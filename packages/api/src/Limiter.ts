import { Recent } from "@roundlot/core/adapter"
import { Clock, Effect } from "effect"

/** How many calls pass: so many at once, and so many a second in the long run. */
export interface Rate {
  readonly burst: number
  readonly perSecond: number
}

/** Lets so many calls pass. */
export interface Limiter {
  /** Takes a call from what is left; `false` where nothing is. */
  readonly take: Effect.Effect<boolean>
  /** Is something left? Nothing is taken. */
  readonly isOpen: Effect.Effect<boolean>
}

/** A limiter that is full. */
export const make = ({ burst, perSecond }: Rate): Limiter => {
  let left = burst
  let since: number | undefined
  const filled = Effect.map(Clock.currentTimeMillis, (now) => {
    left = Math.min(burst, left + ((now - (since ?? now)) / 1000) * perSecond)
    since = now
    return left >= 1
  })
  return {
    isOpen: filled,
    take: Effect.map(filled, (isOpen) => {
      if (isOpen) left -= 1
      return isOpen
    })
  }
}

/** A limiter for each caller; whoever has not called for long is forgotten, and begins anew. */
export const perCaller = (rate: Rate): ((caller: string) => Limiter) => {
  const limiters = Recent.make<Limiter>()
  return (caller) => {
    const limiter = limiters.get(caller) ?? make(rate)
    limiters.set(caller, limiter)
    return limiter
  }
}
