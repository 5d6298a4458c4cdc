import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import { Effect, type Layer } from "effect"
import { Reading } from "./Access.ts"
import { asyncApiOf } from "./description/asyncApi.ts"
import { openApiOf, type OpenApiDocument } from "./description/openApi.ts"
import { isRecord, type Json } from "./description/schemas.ts"
import { Process } from "./EventLoop.ts"

const escape = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;")

const STYLE =
  "body{font:15px/1.5 system-ui;margin:2rem auto;max-width:60rem;padding:0 1rem}code,pre{font:13px ui-monospace;overflow-wrap:anywhere}pre,.wide{overflow:auto}pre{background:#8881;padding:.6rem}h2{border-bottom:1px solid #8886;margin-top:2.5rem}table{border-collapse:collapse}td,th{text-align:left;padding:.1rem .8rem .1rem 0;vertical-align:top}:root{color-scheme:light dark}"

const tableOf = (heads: ReadonlyArray<string>, rows: ReadonlyArray<string>): string =>
  `<div class="wide" tabindex="0"><table><tr>${heads.map((head) => `<th>${head}</th>`).join("")}</tr>${rows.join("")}</table></div>`

/** What a reference means; whatever is none means itself. */
const meant = (value: unknown, openApi: OpenApiDocument): Json => {
  if (!isRecord(value)) return {}
  const [, place, name] = /^#\/components\/(\w+)\/(.+)$/.exec(String(value["$ref"])) ?? []
  const found = Object.entries(openApi.components).find(([each]) => each === place)?.[1][name ?? ""]
  return isRecord(found) ? found : value
}

const entries = (value: unknown): ReadonlyArray<[string, unknown]> => (isRecord(value) ? Object.entries(value) : [])

const textOf = (value: unknown): string => (typeof value === "string" ? escape(value) : "")

const parametersOf = ({ parameters }: Json, openApi: OpenApiDocument): string => {
  if (!Array.isArray(parameters) || parameters.length === 0) return ""
  const rows = parameters.map((each) => {
    const { description, in: place, name, required } = meant(each, openApi)
    const needed = required === true ? "required" : ""
    return `<tr><td><code>${textOf(name)}</code></td><td>${textOf(place)}</td><td>${needed}</td><td>${textOf(description)}</td></tr>`
  })
  return tableOf(["parameter", "in", "needed", "meaning"], rows)
}

const schemaLink = (schema: unknown): string => {
  const text = JSON.stringify(schema)
  const found = [...text.matchAll(/#\/components\/schemas\/([\w.]+)/g)].flatMap(([, name]) => name ?? [])
  const links = [...new Set(found)].map((name) => `<a href="#${escape(name)}">${escape(name)}</a>`)
  return links.length === 0 ? `<code>${escape(text)}</code>` : links.join(", ")
}

const answersOf = ({ responses }: Json, openApi: OpenApiDocument): string => {
  const rows = entries(responses).map(([status, each]) => {
    const { content, description } = meant(each, openApi)
    const shown = entries(content).map(([type, media]) => `${escape(type)} ${schemaLink(media)}`)
    return `<tr><td>${escape(status)}</td><td>${textOf(description)}</td><td>${shown.join("<br>")}</td></tr>`
  })
  return tableOf(["status", "meaning", "document"], rows)
}

const operationOf = (path: string, method: string, operation: Json, openApi: OpenApiDocument): string => {
  const { content } = meant(operation["requestBody"], openApi)
  const body = content === undefined ? "" : `<p>Body: ${schemaLink(content)}</p>`
  const said = `<p>${textOf(operation["summary"])}. ${textOf(operation["description"])}</p>`
  return `<h3><code>${method.toUpperCase()} ${escape(path)}</code></h3>${said}${parametersOf(operation, openApi)}${body}${answersOf(operation, openApi)}`
}

/** The same for people: one page without a script. */
const pageOf = (openApi: OpenApiDocument): string => {
  const paths = Object.entries(openApi.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => operationOf(path, method, operation, openApi))
  )
  const schemas = Object.entries(openApi.components.schemas).map(
    ([name, schema]) =>
      `<h3 id="${escape(name)}">${escape(name)}</h3><pre tabindex="0">${escape(JSON.stringify(schema, null, 2))}</pre>`
  )
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Roundlot API</title><style>${STYLE}</style><main><h1>Roundlot API</h1><p>For programs: <a href="/openapi.json">/openapi.json</a>, its events <a href="/asyncapi.json">/asyncapi.json</a>. The guides are at <a href="/docs">/docs</a>.</p><h2>Routes</h2>${paths.join("")}<h2>Documents</h2>${schemas.join("")}</main></html>`
}

/** `/openapi.json`, `/asyncapi.json` and `/docs/api`. */
export const layer: Layer.Layer<never, never, Reading | Process> = HttpApiBuilder.Router.use((router) =>
  Effect.gen(function* () {
    const reading = yield* Reading
    const { version } = yield* Process
    const openApi = openApiOf(version)
    const served = (document: object) =>
      Effect.as(reading, HttpServerResponse.text(JSON.stringify(document), { contentType: "application/json" }))
    yield* router.get("/openapi.json", served(openApi))
    yield* router.get("/asyncapi.json", served(asyncApiOf(version)))
    yield* router.get(
      "/docs/api",
      Effect.map(reading, () => HttpServerResponse.html(pageOf(openApi)))
    )
  })
)
