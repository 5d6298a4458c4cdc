import * as HttpApi from "@effect/platform/HttpApi"
import * as HttpRouter from "@effect/platform/HttpRouter"
import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import { Effect, Layer, Option, SchemaAST } from "effect"
import { RoundlotApi } from "./Api.ts"
import { KnownParameters } from "./Parameters.ts"
import { failures } from "./Problem.ts"

const namesIn = (ast: SchemaAST.AST): ReadonlyArray<string> => {
  const encoded = SchemaAST.encodedAST(ast)
  return SchemaAST.isTypeLiteral(encoded) ? encoded.propertySignatures.map(({ name }) => String(name)) : []
}

const keyOf = ({ method, path }: { readonly method: string; readonly path: string }): string => `${method} ${path}`

/** The query parameters of every route of the definition. */
const declaredIn = (): ReadonlyMap<string, ReadonlyArray<string>> => {
  const declared = new Map<string, ReadonlyArray<string>>()
  HttpApi.reflect(RoundlotApi, {
    onGroup: () => undefined,
    onEndpoint: ({ endpoint }) => {
      const { urlParamsSchema } = endpoint
      declared.set(keyOf(endpoint), Option.isSome(urlParamsSchema) ? namesIn(urlParamsSchema.value.ast) : [])
    }
  })
  return declared
}

const declared = declaredIn()

const refusalOf = (unknown: ReadonlyArray<string>, known: ReadonlyArray<string>) => {
  const knows = known.length === 0 ? "it takes no parameters" : `it knows ${known.join(", ")}`
  const verb = unknown.length === 1 ? "is" : "are"
  return failures.badRequest(`${unknown.join(", ")} ${verb} not known by this route: ${knows}`, unknown[0])
}

const check = Effect.gen(function* () {
  const { route } = yield* HttpRouter.RouteContext
  const given = yield* HttpServerRequest.ParsedSearchParams
  const known = declared.get(keyOf(route)) ?? []
  const unknown = Object.keys(given).filter((name) => !known.includes(name))
  if (unknown.length > 0) return yield* Effect.fail(refusalOf(unknown, known))
})

/** Holds every request's query against what the definition declares for its route. */
export const layer: Layer.Layer<KnownParameters> = Layer.succeed(KnownParameters, check)
