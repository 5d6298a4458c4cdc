import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { Clock } from "@roundlot/core"
import { assert, it } from "@effect/vitest"
import { Effect, Layer, Redacted } from "effect"
import { createServer, type RequestListener } from "node:http"
import { SignedPost } from "@roundlot/daemon"

const listening = (answer: RequestListener) =>
  Effect.map(
    Effect.acquireRelease(
      Effect.async<ReturnType<typeof createServer>>((resume) => {
        const server = createServer(answer)
        server.listen(0, "127.0.0.1", () => resume(Effect.succeed(server)))
      }),
      (server) => Effect.sync(() => server.close())
    ),
    (server) => {
      const address = server.address()
      return typeof address === "object" && address !== null ? address.port : 0
    }
  )

it.scopedLive("a receiver that sends posts on to an address inside (SSRF) has none of them sent there", () =>
  Effect.gen(function* () {
    const inside: Array<string> = []
    const secret = yield* listening((request, response) => {
      inside.push(request.url ?? "")
      response.end()
    })
    const asked: Array<string> = []
    const receiver = yield* listening((request, response) => {
      asked.push(request.url ?? "")
      response.writeHead(Number(request.url?.slice(1)), { location: `http://127.0.0.1:${secret}/admin` }).end()
    })
    for (const status of [301, 302, 303, 307, 308]) {
      const url = Redacted.make(`http://127.0.0.1:${receiver}/${status}`)
      const failed = yield* Effect.flip(
        SignedPost.post({ name: "books", url, secret: Redacted.make("s") }, { events: [] })
      )
      assert.strictEqual(failed.detail, `books: it answered ${status}`)
    }
    assert.deepStrictEqual([asked.length, inside], [5, []])
  }).pipe(Effect.provide(Layer.merge(NodeHttpClient.layerUndici, Clock.layerAlwaysOpen)))
)
