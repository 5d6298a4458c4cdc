import type { Books } from "../Books.ts"
import { encodeAnswer } from "../../records/CommandRecord.ts"
import type { Of, Place } from "./place.ts"

/** A command has its answer, for good. */
export const commandAnswered = (books: Books, { answer, id }: Of<"CommandAnswered">, place: Place): void => {
  if (books.commands.get(id) !== undefined) throw new Error(`command ${id} was answered before`)
  books.commands.put({ id, account: place.account, answer: encodeAnswer(answer), at: place.at, version: place.seq })
}
