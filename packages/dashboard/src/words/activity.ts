import type { Documents } from "@roundlot/api"
import { sumOf } from "../format/figure.ts"
import { texts } from "./text/events.ts"
import { textIn, type EventText, eventTextOf } from "./eventText.ts"

type Entry = Documents.EntryDocument

/** A line of what happened: entries that belong together, at the place of the newest. */
export interface Activity {
  readonly newest: Entry
  readonly said: EventText
  /** How many records it is about, where they are several. */
  readonly count: number
}

interface Line {
  readonly entry: Entry
  readonly said: EventText
}

/** By what entries belong together: trades that were taken in of a side of a symbol, an order with its fills; any other stands alone. */
const keyOf = ({ account, body, entity, seq, tag }: Entry): string => {
  if (tag === "TradeAccepted") return ["trades", account, textIn(body, "side"), textIn(body, "symbol")].join(" ")
  return entity.kind === "order" ? `order ${entity.id}` : `${account} ${seq}`
}

const tradesOf = (newest: Line, lines: ReadonlyArray<Line>): Activity => {
  const { body } = newest.entry
  const shares = sumOf(lines.map(({ entry }) => textIn(entry.body, "quantity")))
  const words = texts.takenIn({ side: textIn(body, "side"), quantity: shares, symbol: textIn(body, "symbol") })
  return { newest: newest.entry, said: { ...newest.said, words }, count: lines.length }
}

/** How an order began as far as it was read, its fills, and where it stands. */
const orderOf = (newest: Line, lines: ReadonlyArray<Line>): Activity => {
  const ofOrder = lines.filter(({ entry }) => entry.tag !== "FillRecorded")
  const fills = lines.filter(({ entry }) => entry.tag === "FillRecorded")
  const [last] = ofOrder
  const made = ofOrder.findLast(({ entry }) => entry.tag === "OrderCreated")
  const [fill] = fills
  const filled = fills.length > 1 ? texts.fills({ count: fills.length }) : fill?.said.words
  const words = [made?.said.words, filled, last === made ? undefined : last?.said.words]
  return {
    newest: (last ?? newest).entry,
    said: { ...(last ?? newest).said, words: words.filter((each) => each !== undefined).join("; ") },
    count: 1
  }
}

const activityOf = (newest: Line, lines: ReadonlyArray<Line>): Activity => {
  if (lines.length === 1) return { newest: newest.entry, said: newest.said, count: 1 }
  return newest.entry.tag === "TradeAccepted" ? tradesOf(newest, lines) : orderOf(newest, lines)
}

/** Returns what happened, a line for what belongs together, the newest first, of entries that come so. */
export const activitiesOf = (entries: ReadonlyArray<Entry>): ReadonlyArray<Activity> => {
  const groups = new Map<string, Array<Line>>()
  for (const entry of entries) {
    const said = eventTextOf(entry)
    if (said === undefined) continue
    const key = keyOf(entry)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [{ entry, said }])
    else group.push({ entry, said })
  }
  return [...groups.values()].flatMap((lines) => (lines[0] === undefined ? [] : [activityOf(lines[0], lines)]))
}
