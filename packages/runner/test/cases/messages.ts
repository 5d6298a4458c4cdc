import { Ticker } from "@roundlot/core"
import type { AccountName } from "@roundlot/core"
import type { Instruction } from "@roundlot/broker-paper"
import type { Fields, Telling } from "./retelling.ts"

/** The symbol of every row. */
export const AAPL = Ticker.Ticker.make("AAPL")

/** So long that it does not end within a row. */
export const LONG_MS = 6_000_000

/** Somebody else's order of two shares. */
export const manual = (there: AccountName.AccountName, differs: object = {}): Instruction.ActInput => ({
  manualOrder: { account: there, symbol: AAPL, side: "buy", quantity: "2", ...differs }
})

/** Under addresses like this one, a text stands as another. */
export const text = (path: RegExp, ...changes: ReadonlyArray<readonly [was: RegExp, is: string]>): Telling => ({
  text: (said, asked) => (path.test(asked) ? changes.reduce((told, [was, is]) => told.replaceAll(was, is), said) : said)
})

/** The messages of TWS that rows tell otherwise, by their numbers, and where their fields stand. */
export const messages = {
  orderStatus: "3",
  openOrder: "5",
  execution: "11",
  openOrdersEnd: "53",
  position: "61",
  completedOrder: "101"
} as const

type Message = keyof typeof messages

const changed = (fields: Fields, changes: ReadonlyArray<readonly [index: number, is: string]>): Fields =>
  changes.reduce((all, [index, is]) => all.with(index < 0 ? all.length + index : index, is), fields)

/** Messages of a kind have other fields; negative indices count from the end. */
export const message = (
  which: { readonly [M in Message]?: ReadonlyArray<readonly [index: number, is: string]> },
  isMeant: (fields: Fields) => boolean = () => true
): Telling => ({
  message: (fields) => {
    const [, changes] = Object.entries(which).find(([name]) => numberOf(name) === fields[0]) ?? []
    return [changes === undefined || !isMeant(fields) ? fields : changed(fields, changes)]
  }
})

const numberOf = (name: string): string | undefined => new Map<string, string>(Object.entries(messages)).get(name)

/** Messages of a kind do not come. */
export const without = (kind: Message, isMeant: (fields: Fields) => boolean = () => true): Telling => ({
  message: (fields) => (fields[0] === messages[kind] && isMeant(fields) ? [] : [fields])
})

/** An id of our make that these books never made. */
export const OF_OTHER_BOOKS = `rl1-${"z".repeat(26)}`

const rowsOf = (said: string): ReadonlyArray<unknown> => {
  const rows: unknown = JSON.parse(said)
  return Array.isArray(rows) ? rows : []
}

/** Listings under such an address have no other order than this one. */
export const onlyOrder = (path: RegExp, id: string): Telling => ({
  text: (said, asked) =>
    path.test(asked) ? JSON.stringify(rowsOf(said).filter((row) => JSON.stringify(row).includes(id))) : said
})

/** A message of TWS whose fields of one value have another one. */
export const fieldsAre = (kind: Message, was: string, is: string): Telling => ({
  message: (fields) => [fields[0] === messages[kind] ? fields.map((field) => (field === was ? is : field)) : fields]
})

/** Is it a message about the order with this durable id? */
export const isAbout =
  (id: string) =>
  (fields: Fields): boolean =>
    fields.includes(id)
