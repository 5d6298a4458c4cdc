import { Need } from "../../books/Need.ts"
import type { Recorder } from "../../books/Recorder.ts"
import { sha256 } from "../../records/Payload.ts"
import type { RawPayload } from "../../records/Report.ts"
import type { PayloadId } from "../../values/Id.ts"
import { keep } from "../breaks/evidence.ts"

/** The bytes that trades were read from: a request, a message or a part of a file. They are hashed once, however many trades they have. */
export interface Body {
  readonly raw: RawPayload
  readonly sha256: string
}

/** A body of these bytes. */
export const bodyOf = (raw: RawPayload): Body => ({ raw, sha256: sha256(raw.bytes) })

/** Keeps the body that a new trade was read from: once an account, whatever came of it before. */
export const keepBody = (recorder: Recorder, body: Body | undefined): PayloadId | undefined => {
  if (body === undefined) return undefined
  const { account } = recorder
  recorder.need(Need.Body({ account, sha256: body.sha256 }))
  const [known] = recorder.books.payloads.find("body", [account, body.sha256])
  return known?.id ?? keep(recorder, body.raw, "trades")
}
