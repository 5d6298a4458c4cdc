import { useEffect, useState } from "react"
import * as live from "../live/live.ts"

const ANNOUNCE_MS = 10_000

let waiting: ReadonlyArray<string> = []

/** Has something said, with what else is due, to those who cannot see it. */
export const announce = (text: string): void => {
  waiting = [...waiting, text]
}

const counted = (count: number, one: string, many: string): ReadonlyArray<string> =>
  count === 0 ? [] : [`${count} ${count === 1 ? one : many}.`]

/** Says in words, every ten seconds at most, what came in. */
export const Announcer = () => {
  const [text, setText] = useState("")
  useEffect(() => {
    let fills = 0
    let breaks = 0
    const stop = live.listen((told) => {
      if (told.kind !== "commit") return
      for (const { kind, tag } of told.commit.changes) {
        if (kind === "fill") fills++
        if (kind === "break" && /open/i.test(tag)) breaks++
      }
    })
    const timer = setInterval(() => {
      const said = [
        ...counted(fills, "new fill", "new fills"),
        ...counted(breaks, "case opened", "cases opened"),
        ...waiting
      ]
      if (said.length > 0) setText(said.join(" "))
      fills = 0
      breaks = 0
      waiting = []
    }, ANNOUNCE_MS)
    return () => {
      stop()
      clearInterval(timer)
    }
  }, [])
  return (
    <div className="hidden" role="status" aria-live="polite">
      {text}
    </div>
  )
}
