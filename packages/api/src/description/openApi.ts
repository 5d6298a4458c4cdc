import * as HttpApi from "@effect/platform/HttpApi"
import * as OpenApi from "@effect/platform/OpenApi"
import { Operating, Reading, SIGNATURE, Signed, Trading } from "../Access.ts"
import { RoundlotApi } from "../Api.ts"
import { REPLAYED } from "../Idempotency.ts"
import { PROBLEM_JSON } from "../Problem.ts"
import {
  extended,
  isRecord,
  type Json,
  nameIn,
  neededBy,
  nullableScalars,
  open,
  refTo,
  rewritten,
  simplified
} from "./schemas.ts"

/** The description of the API, made of its definition (OpenAPI 3.1). */
export interface OpenApiDocument {
  readonly openapi: string
  readonly info: Json
  readonly servers: ReadonlyArray<Json>
  readonly security: ReadonlyArray<Json>
  readonly tags: ReadonlyArray<Json>
  readonly paths: Readonly<Record<string, Readonly<Record<string, Json>>>>
  readonly components: Readonly<
    Record<"schemas" | "responses" | "parameters" | "requestBodies" | "headers" | "securitySchemes", Json>
  >
}

type Operation = OpenApi.OpenAPISpecOperation

// Who may call

const roles = new Map<unknown, string>([
  [Reading, "read"],
  [Trading, "trade"],
  [Operating, "operate"],
  [Signed, "signature"]
])

/** The role, or the signature, that each operation needs; none where everybody may call it. */
const rolesIn = (): ReadonlyMap<string, string> => {
  const needed = new Map<string, string>()
  HttpApi.reflect(RoundlotApi, {
    onGroup: () => undefined,
    onEndpoint: ({ endpoint, middleware }) => {
      for (const each of middleware) {
        const role = roles.get(each)
        if (role !== undefined) needed.set(`${endpoint.method} ${endpoint.path}`, role)
      }
    }
  })
  return needed
}

const securitySchemes = {
  token: {
    type: "http",
    scheme: "bearer",
    description: "A token from `roundlot tokens create`; browsers use a session."
  },
  signature: { type: "apiKey", in: "header", name: SIGNATURE, description: "The signature of a source." }
} as const

const securityOf = (role: string): ReadonlyArray<Json> => [role === "signature" ? { signature: [] } : { token: [role] }]

/** The role of most operations, said once. */
const USUAL_ROLE = "read"

const securityFor = (role: string | undefined): { readonly security?: ReadonlyArray<Json> } =>
  role === USUAL_ROLE ? {} : { security: role === undefined ? [] : securityOf(role) }

// Refusals

const FIRST_REFUSAL = 400

/** Problems of any call: said once, as what an operation answers by default. */
const ofAnyCall = [
  "BadRequest",
  "Unauthorized",
  "Forbidden",
  "NotFound",
  "Conflict",
  "Stale",
  "TooLarge",
  "KeyReused",
  "Fault",
  "Unavailable"
] as const

const refusal = {
  description: "Problems of any call",
  content: { [PROBLEM_JSON]: { schema: { anyOf: [...ofAnyCall, "Problem"].map(refTo) } } }
}

const isOfAnyCall = (name: string): boolean => ofAnyCall.some((each) => each === name)

const responseTo = (name: string): Json => ({ $ref: `#/components/responses/${name}` })

const schemaOf = ({ content }: OpenApi.OpenApiSpecResponse): Json => {
  const [media] = Object.values(content ?? {})
  return rewrittenRecord(media?.schema)
}

/** Refusals of an operation by their names, each with what it says. */
const refusalsOf = (operation: Operation): Json => {
  const refusals = Object.entries(operation.responses).flatMap(([status, response]): ReadonlyArray<[string, Json]> => {
    const name = nameIn(schemaOf(response))
    if (Number(status) < FIRST_REFUSAL) return []
    if (name === undefined) return [[status, { ...response }]]
    return isOfAnyCall(name) ? [] : [[status, responseTo(name)]]
  })
  return { ...Object.fromEntries(refusals), default: responseTo("Error") }
}

/** All refusals that operations have for their own, by their names. */
const refusalsIn = (paths: OpenApi.OpenAPISpecPaths): Json =>
  Object.fromEntries(
    operationsIn(paths).flatMap(({ responses }) =>
      Object.entries(responses).flatMap(([status, response]) => {
        const schema = schemaOf(response)
        const name = nameIn(schema)
        if (Number(status) < FIRST_REFUSAL || name === undefined || isOfAnyCall(name)) return []
        return [[name, { description: name, content: { [PROBLEM_JSON]: { schema } } }] as const]
      })
    )
  )

const rewrittenRecord = (schema: unknown): Json => {
  const found = rewritten(schema, simplified)
  return isRecord(found) ? found : {}
}

const headers = {
  Replayed: {
    description: "`true` if the response repeats the first one of this key.",
    schema: { const: "true" }
  }
} as const

/** An answer; where the call may be one again, that it may say so. */
const answered = (operation: Operation, { content }: OpenApi.OpenApiSpecResponse): Json => {
  const isOnce = operation.parameters.some(({ name }) => name === "idempotency-key")
  const response = { description: "OK", ...(content === undefined ? {} : { content }) }
  if (!isOnce) return response
  return { ...response, headers: { [REPLAYED]: { $ref: "#/components/headers/Replayed" } } }
}

const answersIn = (operation: Operation): ReadonlyArray<readonly [status: string, response: Json]> =>
  Object.entries(operation.responses).flatMap(([status, response]) =>
    Number(status) < FIRST_REFUSAL ? [[status, rewrittenRecord(answered(operation, response))] as const] : []
  )

const mediaOf = ({ content }: Json): Json | undefined => {
  const [media] = isRecord(content) ? Object.values(content) : []
  return isRecord(media) ? media : undefined
}

/** Answers that several operations give, by the names of their documents. */
const sharedAnswers = (paths: OpenApi.OpenAPISpecPaths): Shared => {
  const all = operationsIn(paths).flatMap((operation) => answersIn(operation).map(([, response]) => response))
  return named("responses", all, (response) => nameIn(mediaOf(response)?.["schema"]))
}

const answersOf = (operation: Operation, shared: Shared): Json =>
  Object.fromEntries(answersIn(operation).map(([status, response]) => [status, byName(response, shared)]))

// What several have

/** What several operations have: by its name, and the name by its text. */
interface Shared {
  readonly place: "responses" | "parameters" | "requestBodies"
  readonly found: Json
  readonly names: ReadonlyMap<string, string>
}

/** What is there more than once, by a name; where what has the same name differs, the first has it. */
const named = (
  place: Shared["place"],
  all: ReadonlyArray<Json>,
  nameOf: (each: Json) => string | undefined
): Shared => {
  const seen = new Set<string>()
  const found = new Map<string, Json>()
  const names = new Map<string, string>()
  for (const each of all) {
    const text = JSON.stringify(each)
    const name = nameOf(each)
    if (seen.has(text) && name !== undefined && !found.has(name)) {
      found.set(name, each)
      names.set(text, name)
    }
    seen.add(text)
  }
  return { place, found: Object.fromEntries(found), names }
}

/** The same by reference where it has a name. */
const byName = (each: Json, { names, place }: Shared): Json => {
  const name = names.get(JSON.stringify(each))
  return name === undefined ? each : { $ref: `#/components/${place}/${name}` }
}

// Parameters

/** A parameter says what it is for beside its schema, once. */
const parameterOf = ({ description, in: place, name, required, schema }: OpenApi.OpenAPISpecParameter): Json => {
  const { description: _, ...plain } = rewrittenRecord(schema)
  return { name, in: place, ...(required ? { required } : {}), description, schema: plain }
}

/** Parameters that several operations have, by their names; one of a path says so where another has its name. */
const sharedParameters = (paths: OpenApi.OpenAPISpecPaths): Shared => {
  const all = operationsIn(paths).flatMap(({ parameters }) => parameters.map(parameterOf))
  const others = new Set(all.filter((each) => each["in"] !== "path").map((each) => each["name"]))
  return named("parameters", all, (each) => {
    const name = String(each["name"])
    return each["in"] === "path" && others.has(name) ? `${name}InPath` : name.replace("idempotency-", "")
  })
}

const operationsIn = (paths: OpenApi.OpenAPISpecPaths): ReadonlyArray<Operation> =>
  Object.values(paths).flatMap((path) => Object.values(path))

const parametersOf = (operation: Operation, shared: Shared): ReadonlyArray<Json> =>
  operation.parameters.map((each) => byName(parameterOf(each), shared))

/** Bodies that several operations are given, by the names of their documents. */
const sharedBodies = (paths: OpenApi.OpenAPISpecPaths): Shared =>
  named(
    "requestBodies",
    operationsIn(paths).flatMap(({ requestBody }) => (requestBody === undefined ? [] : [rewrittenRecord(requestBody)])),
    (each) => nameIn(mediaOf(each)?.["schema"])
  )

// The whole

const DESCRIPTION = `HTTP API of a Roundlot daemon: submit trades, control orders at brokers, read the books.

- Amounts are exact decimals as strings: shares, dollars, dollars per share. Times are ISO 8601 in UTC.
- Lists are \`{ items, nextCursor }\`: send \`nextCursor\` as \`cursor\` until it is null.
- Every error is a problem document (RFC 9457): programs use \`_tag\` or \`type\`, people read \`detail\`, and \`field\` names the part of the request. Errors of any call are in its \`default\`: 400 invalid request, 404 record not found, 409 not allowed in the current state, 412 record changed, 429 too many requests (\`Retry-After\`).
- An \`Idempotency-Key\` makes a call take effect once; a repeated response has \`Idempotency-Replayed: true\`. Without a key a repeated call takes effect again.
- Calls need a token of the role that an operation names, or of a later one: \`read\` < \`propose\` < \`trade\` < \`operate\`. A daemon started with \`--open\` needs none. Sources sign their deliveries.
- Changes as they happen: \`/asyncapi.json\`.`

/** Answers may say more in a later version; what is asked with may not. */
const schemasOf = (spec: OpenApi.OpenAPISpec): Json => {
  const simple = { ...rewrittenRecord(spec.components.schemas), ...nullableScalars }
  const asked = neededBy(
    operationsIn(spec.paths).map(({ requestBody }) => requestBody),
    simple
  )
  const opened = Object.fromEntries(
    Object.entries(simple).map(([name, schema]) => [name, asked.has(name) ? schema : rewritten(schema, open)])
  )
  return extended(opened)
}

/** The description of the API of a version, made of its definition. */
export const openApiOf = (version: string): OpenApiDocument => {
  const spec = OpenApi.fromApi(RoundlotApi)
  const needed = rolesIn()
  const shared = sharedParameters(spec.paths)
  const answers = sharedAnswers(spec.paths)
  const bodies = sharedBodies(spec.paths)
  const operationOf = (path: string, method: string, operation: Operation): Json => {
    const { parameters: _, requestBody, responses: _responses, security: _security, ...rest } = operation
    const route = `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ":$1")}`
    return {
      ...rest,
      ...securityFor(needed.get(route)),
      ...(operation.parameters.length === 0 ? {} : { parameters: parametersOf(operation, shared) }),
      ...(requestBody === undefined ? {} : { requestBody: byName(rewrittenRecord(requestBody), bodies) }),
      responses: { ...answersOf(operation, answers), ...refusalsOf(operation) }
    }
  }
  const paths = Object.fromEntries(
    Object.entries(spec.paths).map(([path, methods]) => [
      path,
      Object.fromEntries(Object.entries(methods).map(([method, each]) => [method, operationOf(path, method, each)]))
    ])
  )
  const schemas = schemasOf(spec)
  const responses = { ...answers.found, ...refusalsIn(spec.paths), Error: refusal }
  const used = neededBy([paths, responses, bodies.found], schemas)
  return {
    openapi: spec.openapi,
    info: { title: "Roundlot", version, description: DESCRIPTION, license: { name: "MIT", identifier: "MIT" } },
    servers: [{ url: "/" }],
    security: securityOf(USUAL_ROLE),
    tags: spec.tags.map((tag) => ({ ...tag })),
    paths,
    components: {
      schemas: Object.fromEntries(Object.entries(schemas).filter(([name]) => used.has(name))),
      responses,
      parameters: shared.found,
      requestBodies: bodies.found,
      headers,
      securitySchemes
    }
  }
}
