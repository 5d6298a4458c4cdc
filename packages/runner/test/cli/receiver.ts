import { createHmac } from "node:crypto"
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import { onTestFinished } from "vitest"

/** What was posted. */
export interface Posted {
  readonly path: string
  readonly signature: string
  readonly traceparent: string
  readonly body: string
}

/** What a desk commits is of later than the daemon's clock says: that raises an alert too, which is nothing to these tests. */
export const CLOCKS = /Clock ?ahead/i

const bodyOf = async (request: IncomingMessage): Promise<string> => {
  let text = ""
  for await (const chunk of request) text += String(chunk)
  return text
}

/** A receiver of webhooks on this machine, for as long as the test runs; it refuses the first `refusals` calls. */
export const receiver = async (refusals = 0) => {
  const heard: Array<Posted> = []
  const watchers = new Set<() => void>()
  let left = refusals
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await bodyOf(request)
    const refuses = left-- > 0
    if (!refuses && !CLOCKS.test(body))
      heard.push({
        path: request.url ?? "",
        body,
        signature: String(request.headers["roundlot-signature"]),
        traceparent: String(request.headers["traceparent"])
      })
    response.writeHead(refuses ? 500 : 200).end()
    for (const watcher of watchers) watcher()
  }
  const server = createServer((request, response) => void answer(request, response))
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve))
  onTestFinished(() => new Promise<void>((resolve) => void server.close(() => resolve())))
  const address = server.address()
  const port = typeof address === "object" && address !== null ? address.port : 0
  /** Waits until a fact about what was heard is there. */
  const until = (holds: () => boolean): Promise<void> =>
    new Promise((resolve) => {
      const look = () => {
        if (holds()) resolve()
      }
      watchers.add(look)
      look()
    })
  const origin = `http://127.0.0.1:${port}`
  return {
    origin,
    url: `${origin}/hook?token=planted-in-the-address`,
    heard,
    until,
    /** Waits until so many were heard. */
    hears: (count: number) => until(() => heard.length >= count)
  }
}

/** Is a body signed with the secret, with its time? */
export const isSigned = ({ body, signature }: Posted, secret: string): boolean => {
  const [, seconds = "", mac = ""] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(signature) ?? []
  return mac === createHmac("sha256", secret).update(`${seconds}.${body}`).digest("hex")
}
