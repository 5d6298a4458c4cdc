import * as HttpRouter from "@effect/platform/HttpRouter"
import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import { Effect, Layer } from "effect"
import { KnownParameters } from "./Parameters.ts"
import { failures } from "./Problem.ts"
import { routes } from "./Routes.ts"

const keyOf = (method: string, path: string): string => `${method} ${path}`

/** The query parameters of every route of the definition. */
const declared = new Map(routes.map(({ method, parameters, pattern }) => [keyOf(method, pattern), parameters]))

const refusalOf = (unknown: ReadonlyArray<string>, known: ReadonlyArray<string>) => {
  const knows = known.length === 0 ? "it takes no parameters" : `it knows ${known.join(", ")}`
  const verb = unknown.length === 1 ? "is" : "are"
  return failures.badRequest(`${unknown.join(", ")} ${verb} not known by this route: ${knows}`, unknown[0])
}

const check = Effect.gen(function* () {
  const { route } = yield* HttpRouter.RouteContext
  const given = yield* HttpServerRequest.ParsedSearchParams
  const known = declared.get(keyOf(route.method, route.path)) ?? []
  const unknown = Object.keys(given).filter((name) => !known.includes(name))
  if (unknown.length > 0) return yield* Effect.fail(refusalOf(unknown, known))
})

/** Holds every request's query against what the definition declares for its route. */
export const layer: Layer.Layer<KnownParameters> = Layer.succeed(KnownParameters, check)
