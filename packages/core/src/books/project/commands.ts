import type { Books } from "../Books.ts"
import { encodeAnswer } from "../../records/CommandRecord.ts"
import { must, ownerOf, type Of, type Place } from "./place.ts"

/** A command has its answer, for good. */
export const commandAnswered = (books: Books, { answer, id }: Of<"CommandAnswered">, place: Place): void => {
  if (books.commands.get(id) !== undefined) throw new Error(`command ${id} was answered before`)
  books.commands.put({ id, account: place.account, answer: encodeAnswer(answer), at: place.at, version: place.seq })
}

/** An operation waits for a second person. */
export const approvalRequested = (books: Books, event: Of<"ApprovalRequested">, place: Place): void => {
  const { _tag, actor, ...request } = event
  if (books.approvals.get(event.id) !== undefined) throw new Error(`request R${event.id} was made before`)
  books.approvals.put({
    ...request,
    account: ownerOf(place),
    requestedBy: actor,
    requestedAt: place.at,
    status: "waiting",
    decidedBy: undefined,
    decidedAt: undefined,
    decidedReason: undefined,
    version: place.seq
  })
}

/** A request was approved or rejected, once. */
export const approvalDecided = (
  books: Books,
  { _tag, actor, id, reason }: Of<"ApprovalGranted" | "ApprovalRejected">,
  place: Place
): void => {
  const known = must(books.approvals.get(id), `request R${id}`)
  if (known.status !== "waiting") throw new Error(`request R${id} was decided before`)
  books.approvals.put({
    ...known,
    status: _tag === "ApprovalGranted" ? "approved" : "rejected",
    decidedBy: actor,
    decidedAt: place.at,
    decidedReason: reason,
    version: place.seq
  })
}
