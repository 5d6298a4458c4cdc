import { connect } from "./connection.ts"
import type { Told } from "./messages.ts"

/** The pages of this browser: all are told from one connection. */
const ports = new Set<MessagePort>()
let last: Told | undefined

const connection = connect((told) => {
  if (told.kind !== "commit") last = told
  for (const port of ports) port.postMessage(told)
})

addEventListener("connect", (event) => {
  const port = event instanceof MessageEvent ? event.ports[0] : undefined
  if (port === undefined) return
  ports.add(port)
  port.addEventListener("message", ({ data }) => {
    if (data === "again") connection.again()
    else if (data === "bye") ports.delete(port)
  })
  port.start()
  if (last !== undefined) port.postMessage(last)
})
