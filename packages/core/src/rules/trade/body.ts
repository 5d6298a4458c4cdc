import { Need } from "../../books/Need.ts"
import type { Recorder } from "../../books/Recorder.ts"
import { sha256 } from "../../records/Payload.ts"
import type { AccountName } from "../../records/AccountName.ts"
import type { RawPayload } from "../../records/Report.ts"
import type { TradeInput } from "../../records/Trade.ts"
import type { PayloadId } from "../../values/Id.ts"
import { keep } from "../breaks/evidence.ts"

/** The bytes that trades were read from: a request, a message or a part of a file. They are hashed once, however many trades they have. */
export interface Body {
  readonly raw: RawPayload
  readonly sha256: string
}

/** A body of these bytes. */
export const bodyOf = (raw: RawPayload): Body => ({ raw, sha256: sha256(raw.bytes) })

/** What has to be loaded to know whether a body is kept. */
export const needsOf = (account: AccountName, body: Body | undefined): ReadonlyArray<Need> =>
  body === undefined ? [] : [Need.Body({ account, sha256: body.sha256 })]

/** How a trade names what it was read from. */
interface Named {
  readonly payloadId?: PayloadId | undefined
  readonly payloadFrom?: number | undefined
  readonly payloadTo?: number | undefined
}

/** Keeps the body that a new trade was read from, once an account, whatever came of it before; `bytes` are those of the trade alone. */
export const keepBody = (recorder: Recorder, body: Body | undefined, bytes: TradeInput["bytes"]): Named => {
  if (body === undefined) return {}
  const { account } = recorder
  for (const need of needsOf(account, body)) recorder.need(need)
  const [known] = recorder.books.payloads.find("body", [account, body.sha256])
  const payloadId = known?.id ?? keep(recorder, body.raw, "trades")
  return { payloadId, payloadFrom: bytes?.from, payloadTo: bytes?.to }
}
