import { Effect } from "effect"
import { connect, createServer, type Socket } from "node:net"
import { frame, reader } from "../src/wire/frames.ts"

/** What stands between a client and TWS: which messages of TWS go no further, and what it says to an order by itself. */
export interface Liar {
  readonly port: number
  /** How many connections were made. */
  connections: number
  hides: (fields: ReadonlyArray<string>) => boolean
  saysTo: (orderId: string) => ReadonlyArray<ReadonlyArray<string | number>>
  /** Says this to every client. */
  say: (...all: ReadonlyArray<ReadonlyArray<string | number>>) => void
}

const PLACE_ORDER = "3"
const NUL = "\u0000"

const tell = (to: Socket, ...all: ReadonlyArray<ReadonlyArray<string | number>>): void => {
  if (!to.destroyed && all.length > 0) to.write(Buffer.concat(all.map(frame)))
}

const seat = (liar: Liar, ours: Socket, theirs: Socket): void => {
  const [sent, heard] = [reader(), reader()]
  let isGreeted = false
  ours.on("data", (bytes) => {
    theirs.write(bytes)
    for (const [kind, orderId = ""] of sent.push(bytes)) if (kind === PLACE_ORDER) tell(ours, ...liar.saysTo(orderId))
  })
  theirs.on("data", (bytes) => {
    const all = heard.push(bytes)
    const greeting = heard.opened()
    if (!isGreeted && greeting !== undefined) tell(ours, greeting.split(NUL).slice(0, -1))
    isGreeted ||= greeting !== undefined
    tell(ours, ...all.filter((fields) => !liar.hides(fields)))
  })
  for (const [from, to] of [
    [ours, theirs],
    [theirs, ours]
  ] as const) {
    from.on("error", () => undefined)
    from.on("close", () => to.destroy())
  }
}

/** Stands in front of a TWS that listens at `port`; it hides nothing at first. */
export const make = (port: number) =>
  Effect.gen(function* () {
    const [open, seats] = [new Set<Socket>(), new Set<Socket>()]
    const server = createServer((ours) => {
      const theirs = connect({ host: "127.0.0.1", port })
      liar.connections += 1
      open.add(ours).add(theirs)
      seats.add(ours)
      seat(liar, ours, theirs)
    })
    yield* Effect.acquireRelease(
      Effect.async<void>((resume) => void server.listen(0, "127.0.0.1", () => resume(Effect.void))),
      () =>
        Effect.sync(() => {
          for (const each of open) each.destroy()
          server.close()
        })
    )
    const address = server.address()
    const at = address !== null && typeof address === "object" ? address.port : 0
    const liar: Liar = {
      port: at,
      connections: 0,
      hides: () => false,
      saysTo: () => [],
      say: (...all) => seats.forEach((each) => tell(each, ...all))
    }
    return liar
  })
