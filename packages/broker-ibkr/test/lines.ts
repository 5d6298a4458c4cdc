import { Effect } from "effect"

/** What a client hears, as lines, and a wait for one that fits, which is then taken where it is asked for. */
export const lines = () => {
  const seen: Array<string> = []
  const waiting = new Set<() => void>()
  const found = <A>(look: () => A | undefined) =>
    Effect.async<A>((resume) => {
      const again = () => {
        const what = look()
        if (what === undefined) return
        waiting.delete(again)
        resume(Effect.succeed(what))
      }
      waiting.add(again)
      again()
    })
  return {
    seen,
    say: (line: string) => {
      seen.push(line)
      for (const look of waiting) look()
    },
    until: (line: string) => Effect.asVoid(found(() => seen.find((each) => each === line))),
    /** The first that begins so; it is gone from `seen` then. */
    next: (beginning: string) =>
      found(() => {
        const at = seen.findIndex((line) => line.startsWith(beginning))
        return at < 0 ? undefined : seen.splice(at, 1).join()
      })
  }
}
