import { Schema } from "effect"
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"
import openapiTS, { astToString } from "openapi-typescript"
import ts from "typescript"
import { expect, it, onTestFinished } from "vitest"
import { desk, program, running } from "./roundlot.ts"
import { WALKED } from "./walked.ts"

/** What a program does that knows the description alone. Where the types let something wrong pass, `@ts-expect-error` says so. */
const WALK = `
import createClient from "openapi-fetch"
import type { paths } from "./roundlot.ts"

export const walk = async (baseUrl: string) => {
  const client = createClient<paths>({ baseUrl })

  // @ts-expect-error: there is no such route
  void (() => client.GET("/api/v1/ordrs"))
  // @ts-expect-error: a trade has a symbol
  void (() => client.POST("/api/v1/trades", { body: { side: "buy", quantity: "1" } }))

  const submit = () =>
    client.POST("/api/v1/trades", {
      params: { header: { "idempotency-key": "walk-1" } },
      body: { symbol: "AAPL", side: "buy", quantity: "2.5", price: "200" }
    })
  const { data: submitted } = await submit()
  const tradeId = submitted?.items[0]?.id ?? ""
  const again = await submit()

  const hedged = async (): Promise<string> => {
    const { data } = await client.GET("/api/v1/positions/{symbol}", { params: { path: { symbol: "AAPL" } } })
    return data?.hedged === "2" ? data.residual : hedged()
  }
  const residual = await hedged()

  const { data: trade } = await client.GET("/api/v1/trades/{id}", { params: { path: { id: tradeId } } })
  const orderId = trade?.orderIds[0] ?? ""
  const { data: order } = await client.GET("/api/v1/orders/{id}", { params: { path: { id: orderId } } })
  const { data: open } = await client.GET("/api/v1/orders", { params: { query: { phase: "open", count: true } } })

  const { error: missing } = await client.GET("/api/v1/orders/{id}", { params: { path: { id: "O999" } } })
  const { error: refused } = await client.POST("/api/v1/orders/{id}/cancel", {
    params: { path: { id: orderId } },
    body: { reason: "too late" }
  })
  return {
    trade: { sent: submitted?.items[0]?.outcome, replayed: again.response.headers.get("Idempotency-Replayed") },
    same: again.data?.items[0]?.id === tradeId,
    residual,
    order: { status: order?.status, fills: order?.fills.map(({ quantity }) => quantity) },
    open: open?.count?.rows,
    refusals: [missing, refused].map((each) => (each !== undefined && "_tag" in each ? each._tag : undefined))
  }
}
`

const here = fileURLToPath(new URL("../..", import.meta.url))

/** A folder with a client made of a description; its packages are those of this one. */
const clientOf = async (description: string) => {
  const folder = mkdtempSync(join(tmpdir(), "roundlot-client-"))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  symlinkSync(join(here, "node_modules"), join(folder, "node_modules"))
  writeFileSync(join(folder, "package.json"), '{"type":"module"}')
  writeFileSync(join(folder, "roundlot.ts"), astToString(await openapiTS(description)))
  writeFileSync(join(folder, "walk.ts"), WALK)
  return folder
}

/** What the compiler says of a folder's walk, which it compiles beside. */
const compiled = (folder: string): ReadonlyArray<string> => {
  const client = ts.createProgram([join(folder, "walk.ts")], {
    strict: true,
    skipLibCheck: true,
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.NodeNext,
    lib: ["lib.es2022.d.ts", "lib.dom.d.ts", "lib.dom.iterable.d.ts"],
    types: [],
    rewriteRelativeImportExtensions: true,
    outDir: folder
  })
  client.emit()
  return ts
    .getPreEmitDiagnostics(client)
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n").slice(0, 500))
}

const Walk = Schema.Struct({
  walk: Schema.declare((value): value is (url: string) => Promise<unknown> => typeof value === "function")
})

it("a client that is made of the description walks from a trade over its position to its order, at a running daemon", async () => {
  const place = desk()
  const config = place.file("roundlot.json", JSON.stringify({ accounts: { paper: { broker: "paper" } } }))
  const daemon = running(program("main", ["start", "--port", "0", "--open", "--config", config, ...place.place]))
  onTestFinished(async () => {
    daemon.signal("SIGTERM")
    await daemon.ended
  })
  await daemon.says(/Running/)
  const [url = ""] = /http:\/\/127\.0\.0\.1:\d+/.exec(daemon.said()) ?? []
  const folder = await clientOf(await (await fetch(`${url}/openapi.json`)).text())
  expect(compiled(folder)).toEqual([])
  const { walk } = Schema.decodeUnknownSync(Walk)(await import(pathToFileURL(join(folder, "walk.js")).href))
  expect(await walk(url)).toEqual(WALKED)
})
