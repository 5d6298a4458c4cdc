import { daemonOn } from "./daemon.ts"
import { filledIn } from "./fill.ts"
import { type Asked, atMost, type Figure, inFolder, median, noted, quantile } from "./measuring.ts"

/** Milliseconds that one answer took. */
const answered = async (port: number, path: string): Promise<number> => {
  const begun = performance.now()
  const response = await fetch(`http://127.0.0.1:${port}${path}`)
  await response.text()
  if (!response.ok) throw new Error(`${path} was answered with ${response.status}`)
  return performance.now() - begun
}

/** One read of the past, and how long each look at health took meanwhile. */
const beside = async (port: number, path: string) => {
  const looks: Array<number> = []
  const over = new AbortController()
  const looking = (async () => {
    while (!over.signal.aborted) looks.push(await answered(port, "/health"))
  })()
  const took = await answered(port, path)
  over.abort()
  await looking
  return { took, longest: quantile(looks, 1) }
}

/** How long a read of an account's whole past keeps the daemon's thread from others, of the time that the read takes. */
export const measure = (asked: Asked): Promise<ReadonlyArray<Figure>> =>
  inFolder(asked, async (folder) => {
    const trades = asked.trades ?? (asked.quick ? 5_000 : 20_000)
    const served = await daemonOn(await filledIn(folder, { ...asked, trades }))
    const now = encodeURIComponent(new Date().toISOString())
    const rounds = []
    // The first has the process begin.
    await answered(served.port, "/api/v1/journal/head?asOf=1")
    for (let round = 0; round < (asked.rounds ?? 3); round++)
      rounds.push(await beside(served.port, `/api/v1/orders?limit=1&asOf=${now}`))
    await served.end()
    const took = median(rounds.map((round) => round.took))
    const longest = median(rounds.map((round) => round.longest))
    return [
      atMost(`as of now, ${trades.toLocaleString("en")} trades: another call waits, of the read`, longest / took, 0.05),
      noted("the longest wait, and the read", `${longest.toFixed(0)} ms, ${(took / 1000).toFixed(1)} s`)
    ]
  })
