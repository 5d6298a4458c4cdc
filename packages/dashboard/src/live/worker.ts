import { connect } from "./connection.ts"
import type { Told } from "./messages.ts"

/** The pages of this browser: all are told from one connection. */
const ports = new Set<MessagePort>()
let last: Told | undefined

const FOLD_MS = 100
let folded: Array<Told> = []
let timer: ReturnType<typeof setTimeout> | undefined

const post = (): void => {
  timer = undefined
  for (const port of ports) port.postMessage(folded)
  folded = []
}

// Pages are told ten times a second at most, of all that happened meanwhile.
const connection = connect((told) => {
  if (told.kind !== "commit") last = told
  // One heartbeat says as much as many.
  if (told.kind === "heard" && folded.at(-1)?.kind === "heard") folded.pop()
  folded.push(told)
  timer ??= setTimeout(post, FOLD_MS)
})

/** A page is told from now on, and how the stream stands. */
const join = (port: MessagePort): void => {
  ports.add(port)
  if (last !== undefined) port.postMessage([last])
}

addEventListener("connect", (event) => {
  const port = event instanceof MessageEvent ? event.ports[0] : undefined
  if (port === undefined) return
  port.addEventListener("message", ({ data }) => {
    if (data === "again") connection.again()
    else if (data === "bye") ports.delete(port)
    else if (data === "back") join(port)
  })
  port.start()
  join(port)
})
