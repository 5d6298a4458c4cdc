import * as HttpApi from "@effect/platform/HttpApi"
import { Context, Option, SchemaAST } from "effect"
import { RoundlotApi } from "./Api.ts"
import { never, ReadsWhole } from "./groups/shared.ts"

/** A path of the API, how it is called, and the query parameters that it declares. */
interface Route {
  readonly path: RegExp
  /** The path as the definition writes it. */
  readonly pattern: string
  readonly method: string
  readonly parameters: ReadonlyArray<string>
  /** Does a read with this query read a whole account, batch or store? */
  readonly readsWhole: (query: URLSearchParams) => boolean
}

const namesIn = (ast: SchemaAST.AST): ReadonlyArray<string> => {
  const encoded = SchemaAST.encodedAST(ast)
  return SchemaAST.isTypeLiteral(encoded) ? encoded.propertySignatures.map(({ name }) => String(name)) : []
}

const declared = (): ReadonlyArray<Route> => {
  const found: Array<Route> = []
  HttpApi.reflect(RoundlotApi, {
    onGroup: () => undefined,
    onEndpoint: ({ endpoint: { annotations, method, path, urlParamsSchema } }) => {
      found.push({
        method,
        pattern: path,
        path: new RegExp(`^${path.replaceAll(/:\w+/g, "[^/]+")}$`),
        parameters: Option.isSome(urlParamsSchema) ? namesIn(urlParamsSchema.value.ast) : [],
        readsWhole: Context.get(annotations, ReadsWhole)
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

const reads = routes.filter(({ method }) => method === "GET")

const ofPast = reads.filter(({ parameters }) => parameters.includes("asOf"))

const ofWhole = reads.filter(({ readsWhole }) => readsWhole !== never)

/** Does a request read the books as of an earlier moment, or the whole of an account, a batch or the store? */
export const isLongRead = ({ method, url }: { readonly method: string; readonly url: string }): boolean => {
  if (method !== "GET" && method !== "HEAD") return false
  const query = new URLSearchParams(divided(url)[1])
  const at = routed(url)
  return query.has("asOf")
    ? ofPast.some(({ path }) => path.test(at))
    : ofWhole.some(({ path, readsWhole }) => path.test(at) && readsWhole(query))
}
