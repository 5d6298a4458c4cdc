import { Need } from "../books/Need.ts"
import { format, type BreakId } from "../identity/Id.ts"
import { unstorable } from "../identity/unstorable.ts"
import type { Recorder } from "../journal/Recorder.ts"
import type { Severity } from "../reconciliation/severities.ts"
import type { CommandAnswer } from "./commands.ts"

const done = (what: string): CommandAnswer => ({ _tag: "Done", what })
const refused = (why: string): CommandAnswer => ({ _tag: "Refused", why })

/** What a person does about an open break that changes no figure. */
export type Attention =
  | { readonly _tag: "AcknowledgeBreak"; readonly breakId: BreakId; readonly severity: Severity }
  | { readonly _tag: "AssignBreak"; readonly breakId: BreakId; readonly owner: string }
  | { readonly _tag: "NoteBreak"; readonly breakId: BreakId }

/** Acknowledges an open break at the severity that was seen, gives it an owner, or puts a note on record: by whom and why, the entry's cause says. */
export const attend = (recorder: Recorder, asked: Attention, reason: string): CommandAnswer => {
  const id = asked.breakId
  recorder.need(Need.BreakById({ id }))
  const found = recorder.books.breaks.get(id)
  const name = format("break", id)
  if (found === undefined) return refused(`there is no break ${name}`)
  if (found.closedAt !== undefined) return refused(`${name} is closed already: ${found.closedWhy ?? ""}`)
  const { actor } = recorder.cause
  switch (asked._tag) {
    case "AcknowledgeBreak":
      recorder.emit({ _tag: "BreakAttended", id, acknowledged: asked.severity, actor })
      return done(`${name} is acknowledged as ${asked.severity}`)
    case "AssignBreak": {
      const problem = unstorable(asked.owner)
      if (problem !== undefined) return refused(`its owner ${problem}`)
      recorder.emit({ _tag: "BreakAttended", id, owner: asked.owner, actor })
      return done(`${name} is ${asked.owner}'s`)
    }
    case "NoteBreak":
      recorder.emit({ _tag: "BreakAttended", id, note: reason, actor })
      return done(`the note on ${name} is on record`)
  }
}
