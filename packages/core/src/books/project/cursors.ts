import type { Books } from "../Books.ts"
import type { Of, Place } from "./place.ts"

/** A source was read until here. */
export const cursorMoved = (books: Books, { cursor, source }: Of<"CursorMoved">, place: Place): void =>
  books.cursors.put({ account: place.account, source, cursor, at: place.at, version: place.seq })
