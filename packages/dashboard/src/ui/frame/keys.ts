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
  { keys: "Ctrl K", does: "find anything by any id, go to any page, do what can be done from anywhere" },
  { keys: "?", does: "this list, for the page you are on" },
  { keys: "g then o i p t r f d a b j x s", does: "go to a page of the navigation" },
  { keys: "⇧ H", does: "halt: opens its dialog" },
  { keys: "/", does: "filter what is listed here, or else find" },
  { keys: "j k ↑ ↓ Home End", does: "in tables: move", at: TABLE },
  { keys: "← →", does: "in tables: to what stands in the row", at: TABLE },
  { keys: "Enter, Ctrl Enter", does: "in tables: open, or open in a new tab", at: TABLE },
  { keys: "x, ⇧ J, ⇧ K", does: "in tables: select, select further down or up", at: TABLE },
  { keys: "c", does: "in tables: copy what is selected, or the row, as CSV with every field", at: TABLE },
  { keys: "f", does: "in tables: freeze, go on", at: TABLE },
  { keys: "s", does: "sort by the next column that it can be sorted by", at: SORTED },
  { keys: "e", does: "export all rows", at: LIST },
  { keys: "[ ]", does: "previous and next in the list you came from", at: RECORD },
  { keys: ".", does: "the actions of the row in focus, or of the page" },
  { keys: "v", does: "the verdicts that may be given", at: CASE },
  { keys: "r", does: "compare books and broker now: opens its dialog", at: /^\/attention\/./ },
  { keys: "j k", does: "next and previous case", at: /^\/attention\/./ },
  { keys: "a", does: "as of another moment" },
  { keys: "z", does: "times in UTC or your own zone" },
  { keys: "⇧ T", does: "light or dark" },
  { keys: "Esc", does: "close what is open, one layer at a time" }
]

/** The keys of the page at a path. */
export const keysAt = (path: string): ReadonlyArray<Key> => keys.filter(({ at }) => at === undefined || at.test(path))
