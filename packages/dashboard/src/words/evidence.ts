import type { Documents } from "@roundlot/api"

/** The fields of an event that name bytes by their number. */
const NAMING = ["payloadId", "requestId", "responseId"] as const

/** The ids of the bytes that an entry names: those that something was read from, sent or answered; of an entry about bytes themselves, these. */
export const payloadsIn = ({
  body,
  entity
}: Pick<Documents.EntryDocument, "body" | "entity">): ReadonlyArray<string> => {
  const named = NAMING.flatMap((name) => {
    const number: unknown = typeof body === "object" && body !== null ? Reflect.get(body, name) : undefined
    return typeof number === "number" ? [`P${number}`] : []
  })
  return entity.kind === "payload" ? [entity.id, ...named] : named
}
