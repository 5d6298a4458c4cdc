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
  { keys: texts.ctrlK, does: texts.searchByIdGo },
  { keys: "?", does: texts.shortcutsOfThisPage },
  { keys: texts.gThenLetter, does: texts.goToAPage },
  { keys: texts.shiftH, does: texts.haltOpensItsDialog },
  { keys: "/", does: texts.filterTheListOr },
  { keys: texts.moveKeys, does: texts.inTablesMove, at: TABLE },
  { keys: "← →", does: texts.inTablesMoveWithin, at: TABLE },
  { keys: texts.openKeys, does: texts.inTablesOpenOr, at: TABLE },
  { keys: texts.selectKeys, does: texts.inTablesSelectSelect, at: TABLE },
  { keys: "c", does: texts.inTablesCopyThe, at: TABLE },
  { keys: "f", does: texts.inTablesFreezeOr, at: TABLE },
  { keys: "s", does: texts.sortByTheNext, at: SORTED },
  { keys: "e", does: texts.exportAllRows, at: LIST },
  { keys: "[ ]", does: texts.previousAndNextIn, at: RECORD },
  { keys: ".", does: texts.actionsOfTheRow },
  { keys: "v", does: texts.availableResolutions, at: CASE },
  { keys: "r", does: texts.reconcileNowOpensIts, at: /^\/attention\/./ },
  { keys: texts.jK, does: texts.nextAndPreviousCase, at: /^\/attention\/./ },
  { keys: "a", does: texts.asOfAnotherTime },
  { keys: "z", does: texts.timesInUtcOr },
  { keys: texts.shiftT, does: texts.lightOrDark },
  { keys: texts.esc, does: texts.closeTheOpenLayer }
]

/** The keys of the page at a path. */
export const keysAt = (path: string): ReadonlyArray<Key> => keys.filter(({ at }) => at === undefined || at.test(path))
