import { texts } from "../../words/text/keys.ts"

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
  { keys: texts.ctrlK, does: texts.search },
  { keys: "?", does: texts.shortcuts },
  { keys: texts.gThenLetter, does: texts.goToAPage },
  { keys: texts.shiftH, does: texts.halt },
  { keys: "/", does: texts.filter },
  { keys: texts.moveKeys, does: texts.move, at: TABLE },
  { keys: texts.moveWithinKeys, does: texts.moveWithin, at: TABLE },
  { keys: texts.openKeys, does: texts.openRow, at: TABLE },
  { keys: texts.selectKeys, does: texts.selectRows, at: TABLE },
  { keys: "c", does: texts.copyRows, at: TABLE },
  { keys: "f", does: texts.freeze, at: TABLE },
  { keys: "s", does: texts.sort, at: SORTED },
  { keys: "e", does: texts.exportAllRows, at: LIST },
  { keys: "[ ]", does: texts.previousAndNext, at: RECORD },
  { keys: ".", does: texts.rowActions },
  { keys: "v", does: texts.availableResolutions, at: CASE },
  { keys: "r", does: texts.reconcile, at: /^\/attention\/./ },
  { keys: texts.jK, does: texts.cases, at: /^\/attention\/./ },
  { keys: "a", does: texts.asOf },
  { keys: "z", does: texts.zone },
  { keys: texts.shiftT, does: texts.lightOrDark },
  { keys: texts.esc, does: texts.closeLayer }
]

/** The keys of the page at a path. */
export const keysAt = (path: string): ReadonlyArray<Key> => keys.filter(({ at }) => at === undefined || at.test(path))
