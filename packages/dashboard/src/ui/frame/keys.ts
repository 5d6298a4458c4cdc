/** A key, or several, and what they do. */
export interface Key {
  readonly keys: string
  readonly does: string
  /** On which pages they do it; on all where nothing is said. */
  readonly at?: RegExp
}

const LIST = /^\/(?:attention|positions|trades|orders|fills|decisions|attempts|batches|journal)$/
const SORTED = /^\/(?:attention|trades|orders|fills|decisions|attempts|batches|journal)$/
const TABLE = /^\/(?!$|settings|sign-in)/
const RECORD = /^\/(?:attention|positions|trades|orders|fills|decisions|attempts|batches|journal)\/./
const CASE = /^\/(?:attention|orders)\/[A-Z]\d+$/

/** Every key of the pages. */
export const keys: ReadonlyArray<Key> = [
  { keys: "Ctrl K", does: "search by id, go to a page, run a command" },
  { keys: "?", does: "shortcuts of this page" },
  { keys: "g then o i p l t r f d a b j x s", does: "go to a page" },
  { keys: "⇧ H", does: "halt: opens its dialog" },
  { keys: "/", does: "filter the list, or search" },
  { keys: "j k ↑ ↓ Home End", does: "in tables: move", at: TABLE },
  { keys: "← →", does: "in tables: move within the row", at: TABLE },
  { keys: "Enter, Ctrl Enter", does: "in tables: open, or open in a new tab", at: TABLE },
  { keys: "x, ⇧ J, ⇧ K", does: "in tables: select, select further down or up", at: TABLE },
  { keys: "c", does: "in tables: copy the selection, or the row, as CSV with all fields", at: TABLE },
  { keys: "f", does: "in tables: freeze or resume", at: TABLE },
  { keys: "s", does: "sort by the next column", at: SORTED },
  { keys: "e", does: "export all rows", at: LIST },
  { keys: "[ ]", does: "previous and next in the list", at: RECORD },
  { keys: ".", does: "actions of the row or the page" },
  { keys: "v", does: "available resolutions", at: CASE },
  { keys: "r", does: "reconcile now: opens its dialog", at: /^\/attention\/./ },
  { keys: "j k", does: "next and previous case", at: /^\/attention\/./ },
  { keys: "a", does: "as of another time" },
  { keys: "z", does: "times in UTC or your own zone" },
  { keys: "⇧ T", does: "light or dark" },
  { keys: "Esc", does: "close the open layer" }
]

/** The keys of the page at a path. */
export const keysAt = (path: string): ReadonlyArray<Key> => keys.filter(({ at }) => at === undefined || at.test(path))
