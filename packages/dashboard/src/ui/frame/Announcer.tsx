import { useEffect, useRef, useState } from "react"
import { useOverview } from "../../api/overview.ts"
import * as live from "../../live/live.ts"
import { texts } from "../../words/text/frame.ts"

const ANNOUNCE_MS = 10_000

let waiting: ReadonlyArray<string> = []

/** Has something said, with what else is due, to those who cannot see it. */
export const announce = (text: string): void => {
  waiting = [...waiting, text]
}

/** How many cases of breaks have come since they were first seen. */
const useOpened = () => {
  const { data } = useOverview()
  const known = useRef<ReadonlySet<string>>(undefined)
  const opened = useRef(0)
  useEffect(() => {
    if (data === undefined) return
    const { current } = known
    const isNew = (ids: ReadonlyArray<string>) => !ids.some((id) => current?.has(id))
    if (current !== undefined) opened.current += data.breakCases.filter(isNew).length
    known.current = new Set(data.breakCases.flat())
  }, [data])
  return opened
}

/** Says in words, every ten seconds at most, what came in. */
export const Announcer = () => {
  const [text, setText] = useState("")
  const opened = useOpened()
  useEffect(() => {
    let fills = 0
    const stop = live.listen((told) => {
      if (told.kind !== "commit") return
      for (const { kind } of told.commit.changes) if (kind === "fill") fills++
    })
    const timer = setInterval(() => {
      const said = [
        ...(fills === 0 ? [] : [texts.newFills({ count: fills })]),
        ...(opened.current === 0 ? [] : [texts.casesOpened({ count: opened.current })]),
        ...waiting
      ]
      if (said.length > 0) setText(said.join(" "))
      fills = 0
      opened.current = 0
      waiting = []
    }, ANNOUNCE_MS)
    return () => {
      stop()
      clearInterval(timer)
    }
  }, [opened])
  return (
    <div className="hidden" role="status" aria-live="polite">
      {text}
    </div>
  )
}
