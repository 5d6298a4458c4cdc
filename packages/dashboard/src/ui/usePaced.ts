import { useEffect, useRef, useState } from "react"

/** A chart is painted twice a second at most, whatever arrives. */
const BETWEEN_MS = 500

/** What a chart is painted from: the newest of what it is given, as often as a chart may change. */
export const usePaced = <A>(newest: A): A => {
  const [painted, setPainted] = useState(newest)
  const paintedMs = useRef(0)
  useEffect(() => {
    const leftMs = Math.max(0, paintedMs.current + BETWEEN_MS - performance.now())
    const timer = setTimeout(() => {
      paintedMs.current = performance.now()
      setPainted(newest)
    }, leftMs)
    return () => clearTimeout(timer)
  }, [newest])
  return painted
}
