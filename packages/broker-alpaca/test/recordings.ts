import { readFileSync } from "node:fs"
import { join } from "node:path"
import { Schema } from "effect"
import { parse } from "yaml"

/** What was asked for and what came back. */
export interface Recording {
  readonly asked: string
  readonly status: number
  readonly body: string
}

/** A request and its answer as a client of Elixir's keeps them, or a message of the stream. */
const Kept = Schema.parseJson(
  Schema.Array(
    Schema.Union(
      Schema.Struct({
        request: Schema.Struct({ method: Schema.String, url: Schema.String }),
        response: Schema.Struct({ status_code: Schema.Number, body: Schema.String })
      }),
      Schema.Struct({ stream: Schema.Literal("trade_updates", "statuses"), frame: Schema.Unknown }),
      Schema.Struct({ update: Schema.Unknown })
    )
  )
)

const Vcr = Schema.Struct({
  http_interactions: Schema.Array(
    Schema.Struct({
      request: Schema.Struct({ method: Schema.String, uri: Schema.String }),
      response: Schema.Struct({
        status: Schema.Struct({ code: Schema.Number }),
        body: Schema.Struct({ string: Schema.String })
      })
    })
  )
})

const recordingOf = (kept: (typeof Kept.Type)[number]): Recording => {
  if ("update" in kept) return { asked: "STREAM trade_updates", status: 200, body: JSON.stringify(kept.update) }
  if ("frame" in kept) return { asked: `FRAME ${kept.stream}`, status: 200, body: JSON.stringify(kept.frame) }
  const { request, response } = kept
  const asked = `${request.method.toUpperCase()} ${new URL(request.url).pathname}`
  return { asked, status: response.status_code, body: response.body }
}

/** What a file has. */
export const recordingsIn = (file: string): ReadonlyArray<Recording> => {
  const text = readFileSync(file, "utf8")
  if (file.endsWith(".json")) return Schema.decodeUnknownSync(Kept)(text).map(recordingOf)
  return Schema.decodeUnknownSync(Vcr)(parse(text)).http_interactions.map(({ request, response }) => ({
    asked: `${request.method.toUpperCase()} ${new URL(request.uri).pathname}`,
    status: response.status.code,
    body: response.body.string
  }))
}

const PerOrder = Schema.Array(Schema.Struct({ body: Schema.Unknown }))

/** The values of an answer that are read one by one. */
export const valuesIn = ({ body, status }: Recording): ReadonlyArray<unknown> => {
  if (body === "") return []
  const parsed: unknown = JSON.parse(body)
  if (status === 207) return Schema.decodeUnknownSync(PerOrder)(parsed).map((each) => each.body)
  return Array.isArray(parsed) ? parsed : [parsed]
}

/** The recordings of a file that were asked for so. */
export const recordingsOf = (file: string, asked: string | RegExp): ReadonlyArray<Recording> =>
  recordingsIn(join(import.meta.dirname, "recorded", file)).filter((recording) =>
    typeof asked === "string" ? recording.asked === asked : asked.test(recording.asked)
  )

/** Their values. */
export const recorded = (file: string, asked: string): ReadonlyArray<unknown> =>
  recordingsOf(file, asked).flatMap(valuesIn)
