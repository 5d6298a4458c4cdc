import { Id, Instant, Payload } from "@roundlot/core"
import { Either, Option, Schema } from "effect"
import { valueOrNull } from "./text.ts"

/** Raw bytes that were sent or answered. `body` is null where they are no text or were not kept. */
export interface PayloadDocument {
  readonly id: string
  readonly direction: Payload.PayloadDirection
  readonly source: string | null
  readonly method: string | null
  readonly endpoint: string | null
  readonly statusCode: number | null
  readonly headers: { readonly [name: string]: string }
  readonly contentType: string
  readonly sha256: string
  readonly body: string | null
  readonly capturedAt: string
}

const Headers = Schema.parseJson(Schema.Record({ key: Schema.String, value: Schema.String }))
const headersIn = Schema.decodeUnknownOption(Headers)

const TEXTUAL = /^text\/|[/+](?:json|xml|x-www-form-urlencoded|x-ndjson)\b/i

const bodyOf = ({ bytes, contentType, sha256 }: Payload.Payload): string | null => {
  // Bytes that retention dropped leave their hash behind, and are not an empty text.
  const isKept = bytes.length > 0 || sha256 === Payload.sha256("")
  if (!isKept || !TEXTUAL.test(contentType)) return null
  const text = Either.try(() => new TextDecoder("utf-8", { fatal: true }).decode(bytes))
  return Either.getOrNull(text)
}

/** The document of a payload. */
export const documentOf = (payload: Payload.Payload): PayloadDocument => ({
  id: Id.format("payload", payload.id),
  direction: payload.direction,
  source: valueOrNull(payload.source),
  method: valueOrNull(payload.method),
  endpoint: valueOrNull(payload.endpoint),
  statusCode: valueOrNull(payload.statusCode),
  headers: Option.getOrElse(headersIn(payload.headers), () => ({})),
  contentType: payload.contentType,
  sha256: payload.sha256,
  body: bodyOf(payload),
  capturedAt: Instant.format(payload.createdAt)
})
