import { useEffect, useState } from "react"
import { pace } from "./pacing.ts"

/** What a chart is painted from: the newest of what it is given, as often as a chart may change. */
export const usePaced = <A>(newest: A): A => {
  const [painted, setPainted] = useState(newest)
  const [{ end, give }] = useState(() => pace<A>(setPainted))
  useEffect(() => give(newest), [give, newest])
  useEffect(() => end, [end])
  return painted
}
