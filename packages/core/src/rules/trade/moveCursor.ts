import { Need } from "../../books/Need.ts"
import { joinKey } from "../../tables/Table.ts"
import type { Recorder } from "../../books/Recorder.ts"

/** Notes how far a source was read; the same again writes nothing. */
export const moveCursor = (recorder: Recorder, source: string, cursor: string): void => {
  const { account, books } = recorder
  recorder.need(Need.Cursor({ account, source }))
  const known = books.cursors.get(joinKey([account, source]))
  if (known?.cursor !== cursor) recorder.emit({ _tag: "CursorMoved", source, cursor })
}
