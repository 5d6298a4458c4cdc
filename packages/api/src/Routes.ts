import * as HttpApi from "@effect/platform/HttpApi"
import { Option, SchemaAST } from "effect"
import { RoundlotApi } from "./Api.ts"

/** A path of the API, how it is called, and the query parameters that it declares. */
interface Route {
  readonly path: RegExp
  /** The path as the definition writes it. */
  readonly pattern: string
  readonly method: string
  readonly parameters: ReadonlyArray<string>
}

const namesIn = (ast: SchemaAST.AST): ReadonlyArray<string> => {
  const encoded = SchemaAST.encodedAST(ast)
  return SchemaAST.isTypeLiteral(encoded) ? encoded.propertySignatures.map(({ name }) => String(name)) : []
}

const declared = (): ReadonlyArray<Route> => {
  const found: Array<Route> = []
  HttpApi.reflect(RoundlotApi, {
    onGroup: () => undefined,
    onEndpoint: ({ endpoint: { method, path, urlParamsSchema } }) => {
      found.push({
        method,
        pattern: path,
        path: new RegExp(`^${path.replaceAll(/:\w+/g, "[^/]+")}$`),
        parameters: Option.isSome(urlParamsSchema) ? namesIn(urlParamsSchema.value.ast) : []
      })
    }
  })
  return found
}

/** Every one there is. */
export const routes: ReadonlyArray<Route> = declared()

/** Can its escapes be read? */
export const isWellWritten = (path: string): boolean => {
  try {
    decodeURIComponent(path)
    return true
  } catch {
    return false
  }
}

/** A target as a proxy writes it names the host before the path. */
const ORIGIN = /^https?:\/\/[^/?#;]*/i

/** A target as the router divides it: its query begins with the first question mark, hash or semicolon. */
const divided = (url: string): readonly [path: string, query: string] => {
  const target = url.replace(ORIGIN, "")
  const at = target.search(/[?#;]/)
  return at < 0 ? [target, ""] : [target.slice(0, at), target.slice(at + 1)]
}

/** A path as the router takes it: in any case, with doubled or trailing slashes, escaped, up to a semicolon. */
export const routed = (url: string): string => {
  const [path] = divided(url)
  const plain = isWellWritten(path) ? decodeURI(path) : path
  return plain
    .toLowerCase()
    .replaceAll(/\/{2,}/g, "/")
    .replace(/(?<=.)\/$/, "")
}

const ofPast = routes.filter(({ method, parameters }) => method === "GET" && parameters.includes("asOf"))

/** Does a request read the books as of an earlier moment? */
export const isOfPast = ({ method, url }: { readonly method: string; readonly url: string }): boolean => {
  if ((method !== "GET" && method !== "HEAD") || !new URLSearchParams(divided(url)[1]).has("asOf")) return false
  const path = routed(url)
  return ofPast.some((route) => route.path.test(path))
}
