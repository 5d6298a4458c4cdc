import { useEffect, useState } from "react"

/** What a chart is painted from: the newest of what it is given, as often as a chart may change. */
export const usePaced = <A>(newest: A): A => {
  const [painted, setPainted] = useState(newest)
  const [{ end, give }] = useState(() => pace<A>(setPainted))
  useEffect(() => give(newest), [give, newest])
  useEffect(() => end, [end])
  return painted
}

/** A chart is painted twice a second at most, whatever arrives. */
const BETWEEN_MS = 500

/** Hands on what it is given. */
interface Pace<A> {
  readonly give: (newest: A) => void
  /** Nothing is handed on any more. */
  readonly end: () => void
}

/** Hands on the newest of what it is given, at once or as soon as a chart may be painted again. */
export const pace = <A>(hand: (newest: A) => void): Pace<A> => {
  let timer: ReturnType<typeof setTimeout> | undefined
  let handedMs = -BETWEEN_MS
  const end = (): void => clearTimeout(timer)
  return {
    end,
    give: (newest) => {
      end()
      timer = setTimeout(
        () => {
          handedMs = performance.now()
          hand(newest)
        },
        Math.max(0, handedMs + BETWEEN_MS - performance.now())
      )
    }
  }
}
