import type { PayloadId } from "../../values/Id.ts"
import { canonicalJson } from "../../events/Entry.ts"
import { sha256, type PayloadDirection } from "../../records/Payload.ts"
import type { Recorder } from "../../books/Recorder.ts"
import type { Interpreted } from "../../records/Interpreted.ts"
import type { RawPayload } from "../../records/Report.ts"

/** Stores the bytes that a report was read from, once in a commit, and gives their id. */
export const keep = (
  recorder: Recorder,
  payload: RawPayload | undefined,
  direction: PayloadDirection = "report"
): PayloadId | undefined => {
  if (payload === undefined) return undefined
  const { bytes, contentType, wire } = payload
  const hash = sha256(bytes)
  const key = JSON.stringify([direction, contentType, hash, wire])
  const known = recorder.kept.get(key)
  if (known !== undefined) return known
  const id = recorder.next("payload")
  recorder.kept.set(key, id)
  recorder.emit(
    {
      _tag: "PayloadStored",
      id,
      direction,
      source: wire?.source,
      method: wire?.method,
      endpoint: wire?.endpoint,
      statusCode: wire?.statusCode,
      headers: wire?.headers === undefined ? undefined : canonicalJson(wire.headers),
      contentType,
      sha256: hash
    },
    bytes
  )
  return id
}

/** Keeps the bytes of a report that causes an entry, and of no other. */
export const evidenced = (
  recorder: Recorder,
  payload: RawPayload | undefined,
  book: (recorder: Recorder) => Interpreted
): Interpreted => {
  let isCause = false
  const interpreted = book({
    ...recorder,
    emit: (event, bytes) => {
      isCause = true
      recorder.emit(event, bytes)
    }
  })
  if (isCause) keep(recorder, payload)
  return interpreted
}
