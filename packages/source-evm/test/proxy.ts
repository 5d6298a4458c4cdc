import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import { Effect, Schema, type Scope } from "effect"

const Asked = Schema.Struct({ id: Schema.Unknown, method: Schema.String, params: Schema.Array(Schema.Unknown) })

const Answered = Schema.Struct({ jsonrpc: Schema.String, id: Schema.Unknown, result: Schema.Unknown })

/** What an answer becomes on its way: another result, an error of JSON-RPC, a status of HTTP, or a connection that ends. */
export type Tampered =
  | { readonly result: unknown }
  | { readonly code: number }
  | { readonly status: number }
  | { readonly cut: true }

export type Tamper = (method: string, params: ReadonlyArray<unknown>, result: unknown) => Tampered

export const honest: Tamper = (_method, _params, result) => ({ result })

/** A provider in front of a node. */
export interface Proxy {
  readonly url: string
  /** From now on its answers become this. */
  readonly tamper: (tamper: Tamper) => void
  /** How often each method was asked. */
  readonly asked: Map<string, number>
}

const bodyOf = async (request: IncomingMessage): Promise<string> => {
  let text = ""
  for await (const part of request) text += String(part)
  return text
}

/** A provider that passes on what a node answers, and changes it as it is said. */
export const proxy = (node: string): Effect.Effect<Proxy, never, Scope.Scope> =>
  Effect.gen(function* () {
    let now = honest
    const asked = new Map<string, number>()
    const pass = async (request: IncomingMessage, response: ServerResponse) => {
      const body = await bodyOf(request)
      const { id, method, params } = Schema.decodeUnknownSync(Schema.parseJson(Asked))(body)
      asked.set(method, (asked.get(method) ?? 0) + 1)
      const answer = await fetch(node, { method: "POST", headers: { "content-type": "application/json" }, body })
      const { result } = Schema.decodeUnknownSync(Answered)(await answer.json())
      const tampered = now(method, params, result)
      if ("cut" in tampered) return request.socket.destroy()
      if ("status" in tampered) return response.writeHead(tampered.status).end()
      const said = "code" in tampered ? { error: { code: tampered.code, message: "no" } } : { result: tampered.result }
      return response
        .writeHead(200, { "content-type": "application/json" })
        .end(JSON.stringify({ jsonrpc: "2.0", id, ...said }))
    }
    const server = createServer((request, response) => void pass(request, response).catch(() => response.destroy()))
    yield* Effect.acquireRelease(
      Effect.async<void>((resume) => void server.listen(0, "127.0.0.1", () => resume(Effect.void))),
      () =>
        Effect.async<void>((resume) => {
          server.close(() => resume(Effect.void))
          server.closeAllConnections()
        })
    )
    const address = server.address()
    const port = typeof address === "object" && address !== null ? address.port : 0
    return { url: `http://127.0.0.1:${port}`, tamper: (tamper) => void (now = tamper), asked }
  })
