import * as OpenApi from "@effect/platform/OpenApi"
import { createConfig, lintFromString } from "@redocly/openapi-core"
import { Schema } from "effect"
import { describe, expect, it } from "vitest"
import { RoundlotApi } from "../src/Api.ts"
import { asyncApiOf } from "../src/description/asyncApi.ts"
import { openApiOf } from "../src/description/openApi.ts"

const openApi = openApiOf("1.2.3")

const Ref = Schema.Struct({ $ref: Schema.String })

const Operation = Schema.Struct({
  operationId: Schema.String,
  summary: Schema.String,
  description: Schema.String,
  parameters: Schema.optionalWith(Schema.Array(Schema.Unknown), { default: () => [] }),
  responses: Schema.Record({ key: Schema.String, value: Schema.Unknown })
})

const decode = Schema.decodeUnknownSync(Operation)

const operations = Object.values(openApi.paths).flatMap((methods) =>
  Object.values(methods).map((operation) => decode(operation))
)

const isRef = Schema.is(Ref)

/** What a reference of the document means. */
const meant = (value: unknown): unknown => {
  if (!isRef(value)) return value
  const [, , place, name] = value.$ref.split("/")
  return Object.entries(openApi.components).find(([each]) => each === place)?.[1][name ?? ""]
}

const Parameter = Schema.Struct({ name: Schema.String, description: Schema.optional(Schema.String) })

const Refusal = Schema.Struct({
  content: Schema.Struct({ "application/problem+json": Schema.Struct({ schema: Schema.Unknown }) })
})

const Named = Schema.Union(Ref, Schema.Struct({ anyOf: Schema.NonEmptyArray(Ref) }))

describe("the description of the API", () => {
  it("says what it describes, in which version, on which terms and where", () => {
    expect(openApi.info).toMatchObject({ title: "Roundlot", version: "1.2.3", license: { name: "MIT" } })
    expect(openApi.servers).toHaveLength(1)
    expect(operations.length).toBe(
      Object.values(OpenApi.fromApi(RoundlotApi).paths).flatMap((methods) => Object.keys(methods)).length
    )
  })

  it("says of each operation what it is for, and of no two the same", () => {
    const unsaid = operations.filter(({ description, summary }) => description.length < 20 || summary.length < 5)
    expect(unsaid.map(({ operationId }) => operationId)).toEqual([])
    const summaries = operations.map(({ summary }) => summary)
    expect(summaries.filter((each, at) => summaries.indexOf(each) !== at)).toEqual([])
  })

  it("says of each parameter what it is for, in words of ours", () => {
    const parameters = operations.flatMap(({ operationId, parameters }) =>
      parameters.map((each) => ({ operationId, ...Schema.decodeUnknownSync(Parameter)(meant(each)) }))
    )
    expect(parameters.length).toBeGreaterThan(300)
    const unsaid = parameters.filter(({ description = "" }) => !/^[A-Z`].*\.$/.test(description))
    expect(unsaid.map(({ name, operationId }) => `${operationId} ${name}`)).toEqual([])
  })

  it("names the schema of each refusal", () => {
    const unnamed = operations.flatMap(({ operationId, responses }) =>
      Object.entries(responses).flatMap(([status, response]) => {
        const isRefusal = status === "default" || Number(status) >= 400
        if (!isRefusal) return []
        const { content } = Schema.decodeUnknownSync(Refusal)(meant(response))
        return Schema.is(Named)(content["application/problem+json"].schema) ? [] : [`${operationId} ${status}`]
      })
    )
    expect(unnamed).toEqual([])
    expect(operations.filter(({ responses }) => !("default" in responses))).toEqual([])
  })

  it("has no reference that leads nowhere", () => {
    const refs = new Set([...JSON.stringify(openApi).matchAll(/"\$ref":"([^"]+)"/g)].map(([, ref]) => ref ?? ""))
    expect(refs.size).toBeGreaterThan(100)
    expect([...refs].filter(($ref) => meant({ $ref }) === undefined)).toEqual([])
  })

  // Whatever three fields or more have in common is said once already: to share fewer would save less than 1 KB.
  it("is read in one go: at most 190 KB", () => {
    expect(Buffer.byteLength(JSON.stringify(openApi))).toBeLessThanOrEqual(190 * 1024)
  })
})

/** What the rules that redocly recommends find. Nothing is asked of a network: no rule resolves anything elsewhere. */
const findingsOf = async (document: object) => {
  const config = await createConfig({
    extends: ["recommended"],
    rules: {
      // Problems of any call are said once, by `default`.
      "operation-4xx-response": "off",
      // A word of a path is found before a name.
      "no-ambiguous-paths": "off"
    }
  })
  const found = await lintFromString({ source: JSON.stringify(document), config })
  return found.map(
    ({ location, message, ruleId, severity }) => `${severity} ${ruleId} ${location[0]?.pointer}: ${message}`
  )
}

describe("what redocly recommends", () => {
  it("holds for the description of the API", async () => {
    expect(await findingsOf(openApi)).toEqual([])
  })

  it("holds for the description of events", async () => {
    expect(await findingsOf(asyncApiOf("1.2.3"))).toEqual([])
  })
})
