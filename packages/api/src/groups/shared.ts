import * as HttpApiEndpoint from "@effect/platform/HttpApiEndpoint"
import * as HttpApiGroup from "@effect/platform/HttpApiGroup"
import * as OpenApi from "@effect/platform/OpenApi"
import { Context, Schema } from "effect"
import { Operating } from "../Access.ts"
import * as Documents from "../documents/index.ts"
import { KnownParameters } from "../Parameters.ts"
import { problems } from "../Problem.ts"
import { flag, needed, only, whole, word } from "./filters.ts"

/** Does a read with this query read a whole account, batch or store? None does where an endpoint says nothing. */
export class ReadsWhole extends Context.Reference<ReadsWhole>()("@roundlot/api/ReadsWhole", {
  defaultValue: (): ((query: URLSearchParams) => boolean) => never
}) {}

/** It does not. */
export const never = (): boolean => false

/** It does, whatever is asked for. */
export const always = (): boolean => true

/** It does where no page is asked for. */
export const unpaged = (query: URLSearchParams): boolean => [...query.keys()].every((name) => name === "asOf")

/** A text in a body that may be left away. */
export const text = Schema.optional(Schema.String)

/** Which part of a list. */
export const page = {
  limit: whole("Maximum number of records per page.", 1, 1000),
  cursor: word("The `nextCursor` of the previous page; valid for the same list, filters and sort."),
  order: word("Sort order: `oldest` (default) or `newest` first."),
  count: flag("Count all matching records.")
}

/** How a list of trades or orders is sorted, and so which of its rows are the first. */
export const sorted = { order: page.order, sort: word("Sort by `date` (default) or `status`.") }

/** From when, inclusive, until when, exclusive. */
export const period = {
  since: word("Start, inclusive: a date, or an ISO 8601 time with a zone."),
  until: word("End, exclusive: a date, or an ISO 8601 time with a zone.")
}

/** Whether an act without a body is only asked what it would come to. */
export const dryRunning = Schema.Struct({
  dryRun: flag("Dry run: return what would change, write nothing.")
}).annotations({
  parseOptions: { onExcessProperty: "error" }
})

const closed = <Fields extends Schema.Struct.Fields>(fields: Fields) =>
  Schema.Struct(fields).annotations({ parseOptions: { onExcessProperty: "error" } })

/** Parameters of a query; one that is not among them is refused by name. */
export const query = closed

/** Rows are judged one by one, and a bad one is named by its place. */
const ROWS: ReadonlySet<string> = new Set(["rows", "csv"])

/** The first text with a zero byte, which not every database takes. */
const zeroIn = (value: unknown, path: ReadonlyArray<PropertyKey>): ReadonlyArray<PropertyKey> | undefined => {
  if (typeof value === "string") return value.includes("\u0000") ? path : undefined
  if (typeof value !== "object" || value === null) return undefined
  for (const [key, each] of Object.entries(value)) {
    if (path.length === 0 && ROWS.has(key)) continue
    const found = zeroIn(each, [...path, Array.isArray(value) ? Number(key) : key])
    if (found !== undefined) return found
  }
  return undefined
}

/** What is said in a body, every text of which any store takes. */
export const said = <A, I, R>(schema: Schema.Schema<A, I, R>) =>
  schema.pipe(
    Schema.filter((value) => {
      const path = zeroIn(value, [])
      return path === undefined || { path, message: "a text has no zero byte" }
    })
  )

/** A body; a field that is not among its own is refused by name. */
export const body = <Fields extends Schema.Struct.Fields>(fields: Fields) => said(closed(fields))

/** Which part of a list, from when until when, and of which account. */
export const narrowed = { ...page, ...period, account: only.account }

/** The id of a record in a path. */
export const byId = Schema.Struct({
  id: needed("The record's id: a letter for its kind and a number, such as `O5`.")
})

/** The symbol in a path. */
export const bySymbol = Schema.Struct({
  symbol: needed("The symbol as the account trades it, such as `AAPL`.")
})

/** A name in a path. */
export const byName = Schema.Struct({
  name: needed("The name of the account, template or token.")
})

const KEY = /^[\x21-\x7e]{1,128}$/

const key = Schema.optional(
  Schema.String.pipe(
    Schema.pattern(KEY, {
      message: () => "write 1 to 128 visible ASCII characters",
      jsonSchema: {
        type: "string",
        pattern: KEY.source,
        description: "Idempotency key: a repeated call returns the first result."
      }
    })
  )
)

/** The id that makes an unsafe call happen once: the same again is answered with what it did. */
export const idempotent = Schema.Struct({ "idempotency-key": key })

/** The same of an act on one record, which may name the version that is meant. */
export const versioned = Schema.Struct({
  "if-match": word("The `ETag` of the record as read: if it has changed since, the call fails with 412."),
  "idempotency-key": key
})

/** What most acts say: why. */
const because = body({ reason: Documents.command.reason })

/** A group of routes that only look. */
export const looking = <const Name extends string>(name: Name, description: string) =>
  HttpApiGroup.make(name)
    .annotate(OpenApi.Description, description)
    .middleware(KnownParameters)
    .addError(problems.BadRequest)
    .addError(problems.NotFound)
    .addError(problems.Fault)
    .addError(problems.Unavailable)

/** A group with routes that act. */
export const acting = <const Name extends string>(name: Name, description: string) =>
  looking(name, description)
    .addError(problems.Conflict)
    .addError(problems.Stale)
    .addError(problems.KeyReused)
    .addError(problems.TooLarge)

/** Looks a list up, as far as its parameters ask for it. */
export const list = <Parameters extends Schema.Schema.Any, Page extends Schema.Schema.Any>(
  path: HttpApiEndpoint.PathSegment,
  parameters: Parameters & HttpApiEndpoint.HttpApiEndpoint.ValidateUrlParams<Parameters>,
  pages: Page
) => HttpApiEndpoint.get("list", path).setUrlParams(parameters).addSuccess(pages)

/** The moment that is looked at: a position of the feed or a time; now where nothing is said. */
export const moment = {
  asOf: word("State of the books as of a feed position or an ISO 8601 time with a zone.")
}

/** Looks up what is known of the record of an id, or a part of it. */
export const look = <const Name extends string, Document extends Schema.Schema.Any>(
  name: Name,
  path: HttpApiEndpoint.PathSegment,
  document: Document
) => HttpApiEndpoint.get(name, path).setPath(byId).addSuccess(document)

/** Acts on the record of an id, once for each key, where it is of the version that is meant. */
export const actOn = <const Name extends string>(name: Name, path: HttpApiEndpoint.PathSegment) =>
  HttpApiEndpoint.post(name, path).setPath(byId).setHeaders(versioned)

/** What an operator orders of background work, and why. */
export const onJob = <const Name extends string, Document extends Schema.Schema.Any>(
  name: Name,
  path: HttpApiEndpoint.PathSegment,
  line: string,
  document: Document
) =>
  HttpApiEndpoint.post(name, path)
    .setPath(byId)
    .setHeaders(idempotent)
    .setPayload(because)
    .addSuccess(document)
    .middleware(Operating)
    .pipe(asTyped(`${line} --reason {reason}`))

/** The field of an operation's description that says how the same is typed on the command line. */
const CLI = "x-roundlot-cli"

/** Says how a route's act is typed on the command line; `{name}` is what its path or body names so. */
export const asTyped =
  (line: string) =>
  <Endpoint extends { readonly annotate: (tag: typeof OpenApi.Override, fields: Record<string, unknown>) => Endpoint }>(
    endpoint: Endpoint
  ): Endpoint =>
    endpoint.annotate(OpenApi.Override, { [CLI]: line })

/** Says what an operation is for: in a line, and what comes of it. */
export const says =
  (summary: string, description: string) =>
  <Endpoint extends { readonly annotateContext: (context: Context.Context<never>) => Endpoint }>(
    endpoint: Endpoint
  ): Endpoint =>
    endpoint.annotateContext(OpenApi.annotations({ summary, description }))
