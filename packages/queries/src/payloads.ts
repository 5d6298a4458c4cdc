import type { Documents } from "@roundlot/api"
import { Instant, Reads } from "@roundlot/core"
import { Id, type TradeRepository } from "@roundlot/core/adapter"
import { Payload } from "@roundlot/core/ledger"
import { Effect, Either, Option, Schema } from "effect"
import { idOf } from "./criteria.ts"
import { NotFound, type BadFilter } from "./errors.ts"
import { valueOrNull } from "./text.ts"

/** Raw bytes that were sent or answered. `body` is null where they are no text or were not kept. */
export type PayloadDocument = Documents.PayloadDocument

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

/** One payload (`P8`). */
export const show = (
  id: string
): Effect.Effect<PayloadDocument, BadFilter | NotFound | TradeRepository.StoreError, TradeRepository.TradeRepository> =>
  Effect.gen(function* () {
    const number = yield* idOf("payload", "payload", id)
    const found = yield* Reads.first(Payload.PayloadTable, { where: [{ column: "id", in: [number] }] })
    return found === undefined ? yield* new NotFound({ kind: "payload", id, list: "attempts" }) : documentOf(found)
  })
