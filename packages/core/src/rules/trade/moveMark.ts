import { Need } from "../../books/Need.ts"
import { joinKey } from "../../tables/Table.ts"
import type { Recorder } from "../../books/Recorder.ts"

/** Notes how far a routine is; the same again writes nothing. */
export const moveMark = (recorder: Recorder, name: string, mark: string): void => {
  const { account, books, world } = recorder
  recorder.need(Need.Mark({ account, name }))
  const known = books.ops_marks.get(joinKey([account, name]))
  if (known?.mark !== mark) books.ops_marks.put({ account, name, mark, at: world.at })
}
