import { AccountName } from "@roundlot/core"
import { Books, type load, type Table } from "@roundlot/core/adapter"

/** How long journals are, by their names. */
export type Lengths = ReadonlyMap<string, number>

/** What belongs to a record stands in its journal, and is asked for with it. */
const PARENTS = ["tradeId", "orderId", "counterOrderId"]

/** The journals that say what is remembered, each as long as it was when that was read or written. */
export interface Sources {
  readonly note: (journal: string) => void
  /** Anybody may change it, without a word in a journal that is known. */
  readonly noteAnybody: () => void
  readonly names: () => ReadonlyArray<string>
  readonly read: (lengths: Lengths) => void
  readonly areAsLongIn: (journals: Lengths) => boolean
  readonly clear: () => void
}

/** No sources but the store's own journal, which is about all. */
export const makeSources = (): Sources => {
  const names = new Set<string>([AccountName.STORE])
  const lengths = new Map<string, number>()
  let isAnybodys = false
  return {
    note: (journal) => void names.add(journal),
    noteAnybody: () => (isAnybodys = true),
    names: () => [...names],
    read: (journals) => {
      for (const [journal, length] of journals) lengths.set(journal, length)
    },
    areAsLongIn: (journals) =>
      !isAnybodys && [...names].every((name) => lengths.get(name) === (journals.get(name) ?? 0)),
    clear: () => {
      lengths.clear()
      names.clear()
      names.add(AccountName.STORE)
      isAnybodys = false
    }
  }
}

/** Notes the journals that an answer of the store comes from. */
export const noteFound = (
  { note, noteAnybody }: Sources,
  { keys, lookup, table }: load.LookupRequest,
  rows: ReadonlyArray<Table.EncodedRow>
): void => {
  const columns = Books.tables[table].lookups[lookup]?.columns ?? []
  const owner = table === "accounts" ? "name" : "account"
  const place = columns.indexOf(owner)
  if (place >= 0) for (const key of keys) note(AccountName.journalOf(String(key[place])))
  // What is not there may be made in any journal.
  else if (!columns.some((column) => PARENTS.includes(column)) && rows.length < keys.length) noteAnybody()
  for (const row of rows) {
    const account = row[owner]
    if (typeof account === "string") note(AccountName.journalOf(account))
    else noteAnybody()
  }
}
