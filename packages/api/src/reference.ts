import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as OpenApi from "@effect/platform/OpenApi"
import { Effect, type Layer } from "effect"
import { Reading } from "./Access.ts"
import { RoundlotApi } from "./Api.ts"
import { PROBLEM_JSON } from "./Problem.ts"

/** The description of the API, made of the definition. */
const describe = (): OpenApi.OpenAPISpec => OpenApi.fromApi(RoundlotApi)

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** The platform's own answer to what it cannot decode, which `guards` tells as a problem. */
const isDecodeError = (schema: unknown): boolean =>
  isRecord(schema) && String(schema["$ref"]).endsWith("/HttpApiDecodeError")

/** Every refusal is a problem document, whichever of the declared ones it is. */
const asProblem = ([status, answer]: readonly [string, unknown]): readonly [string, unknown] => {
  if (Number(status) < FIRST_REFUSAL || !isRecord(answer) || !isRecord(answer["content"])) return [status, answer]
  const [content] = Object.values(answer["content"])
  return [status, { ...answer, content: { [PROBLEM_JSON]: content } }]
}

const FIRST_REFUSAL = 400

const asServed = (key: string, value: unknown): unknown => {
  // Names of schemas that are no places: what has one twice is read by no strict client.
  if (key === "$id") return undefined
  if (key === "anyOf" && Array.isArray(value)) return value.filter((each) => !isDecodeError(each))
  return key === "responses" && isRecord(value) ? Object.fromEntries(Object.entries(value).map(asProblem)) : value
}

/** What programs read (OpenAPI 3.1). */
const textOf = (openApi: OpenApi.OpenAPISpec): string => JSON.stringify(openApi, asServed)

const escape = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;")

const STYLE =
  "body{font:15px/1.5 system-ui;margin:2rem auto;max-width:60rem;padding:0 1rem}code,pre{font:13px ui-monospace;overflow-wrap:anywhere}pre,.wide{overflow:auto}pre{background:#8881;padding:.6rem}h2{border-bottom:1px solid #8886;margin-top:2.5rem}table{border-collapse:collapse}td,th{text-align:left;padding:.1rem .8rem .1rem 0;vertical-align:top}:root{color-scheme:light dark}"

const tableOf = (heads: ReadonlyArray<string>, rows: ReadonlyArray<string>): string =>
  `<div class="wide" tabindex="0"><table><tr>${heads.map((head) => `<th>${head}</th>`).join("")}</tr>${rows.join("")}</table></div>`

const parametersOf = (operation: OpenApi.OpenAPISpecOperation): string => {
  if (operation.parameters.length === 0) return ""
  const rows = operation.parameters.map(
    ({ in: place, name, required }) =>
      `<tr><td><code>${escape(name)}</code></td><td>${escape(place)}</td><td>${required ? "required" : ""}</td></tr>`
  )
  return tableOf(["parameter", "in", "needed"], rows)
}

const schemaLink = (schema: unknown): string => {
  const text = JSON.stringify(schema)
  const found = [...text.matchAll(/#\/components\/schemas\/([\w.]+)/g)].flatMap(([, name]) => name ?? [])
  const links = [...new Set(found)].map((name) => `<a href="#${escape(name)}">${escape(name)}</a>`)
  return links.length === 0 ? `<code>${escape(text)}</code>` : links.join(", ")
}

const answersOf = (operation: OpenApi.OpenAPISpecOperation): string => {
  const rows = Object.entries(operation.responses).map(([status, { content, description }]) => {
    const shown = Object.entries(content ?? {}).map(([type, media]) => `${escape(type)} ${schemaLink(media)}`)
    return `<tr><td>${escape(status)}</td><td>${escape(description)}</td><td>${shown.join("<br>")}</td></tr>`
  })
  return tableOf(["status", "meaning", "document"], rows)
}

const operationOf = (path: string, method: string, operation: OpenApi.OpenAPISpecOperation): string => {
  const body = operation.requestBody === undefined ? "" : `<p>Body: ${schemaLink(operation.requestBody.content)}</p>`
  return `<h3><code>${method.toUpperCase()} ${escape(path)}</code></h3>${parametersOf(operation)}${body}${answersOf(operation)}`
}

const methods = ["get", "post", "put", "delete"] as const

/** The same for people: one page without a script. */
const pageOf = (openApi: OpenApi.OpenAPISpec): string => {
  const paths = Object.entries(openApi.paths).flatMap(([path, item]) =>
    methods.flatMap((method) => {
      const operation = item[method]
      return operation === undefined ? [] : [operationOf(path, method, operation)]
    })
  )
  const schemas = Object.entries(openApi.components.schemas).map(
    ([name, schema]) =>
      `<h3 id="${escape(name)}">${escape(name)}</h3><pre tabindex="0">${escape(JSON.stringify(schema, null, 2))}</pre>`
  )
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Roundlot API</title><style>${STYLE}</style><main><h1>Roundlot API</h1><p>For programs: <a href="/openapi.json">/openapi.json</a>. The guides are at <a href="/docs">/docs</a>.</p><h2>Routes</h2>${paths.join("")}<h2>Documents</h2>${schemas.join("")}</main></html>`
}

/** `/openapi.json` and `/docs/api`. */
export const layer: Layer.Layer<never, never, Reading> = HttpApiBuilder.Router.use((router) =>
  Effect.gen(function* () {
    const reading = yield* Reading
    const openApi = describe()
    const text = textOf(openApi)
    yield* router.get(
      "/openapi.json",
      Effect.as(reading, HttpServerResponse.text(text, { contentType: "application/json" }))
    )
    yield* router.get(
      "/docs/api",
      Effect.map(reading, () => HttpServerResponse.html(pageOf(openApi)))
    )
  })
)
