import { shown } from "@roundlot/api/text"
import { Screen, table } from "@roundlot/queries"
import { isFields, type Fields } from "./Fields.ts"
import { wrapped } from "./wrapped.ts"

/** Something that happened to a record: an entry about it, or a status that it had. */
export interface Moment extends Fields {
  readonly at: string
}

/** Is it a list of what happened, oldest first? */
export const isTimeline = (rows: ReadonlyArray<Fields>): rows is ReadonlyArray<Moment> =>
  rows.length > 0 && rows.every(({ at, status, tag }) => typeof at === "string" && typeof (tag ?? status) === "string")

/** `OrderCreated` as people read it: `Order created`. */
const eventWords = (tag: string): string =>
  tag.replaceAll(/[A-Z]/g, (letter, at: number) => (at === 0 ? letter : ` ${letter.toLowerCase()}`))

const words = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)

const scalar = (value: unknown): string | undefined =>
  typeof value === "string" || typeof value === "number" ? shown(String(value)) : undefined

/** What only programs look for: ids of other records, codes of details, and times beside that of the entry. */
const IS_REFERENCE = /^(id|uid|deed|details|inQueue)$|(Id|Ids|At|Hash|Base)$/

const MOST_SAID = 5

/** `status submitted → filled, filled 0 → 3` of an event that says how it was before. */
const changed = (before: Fields, after: Fields): ReadonlyArray<string> =>
  Object.entries(after).flatMap(([name, value]) => {
    const [was, is] = [scalar(before[name]), scalar(value)]
    return is === undefined || was === is ? [] : [`${words(name)} ${was ?? "-"} → ${is}`]
  })

const saidBy = (body: Fields): ReadonlyArray<string> => {
  const { after, before, reason } = body
  if (isFields(before) && isFields(after)) {
    const why = scalar(reason)
    return [...changed(before, after), ...(why === undefined ? [] : [why])]
  }
  return Object.entries(body)
    .filter(([name]) => !IS_REFERENCE.test(name))
    .flatMap(([name, value]) => (scalar(value) === undefined ? [] : [`${words(name)} ${scalar(value)}`]))
    .slice(0, MOST_SAID)
}

const causeText = (cause: unknown): string => {
  if (!isFields(cause)) return ""
  const [actor, reason] = [scalar(cause["actor"]), scalar(cause["reason"])]
  return [actor === undefined ? "" : `by ${actor}`, reason ?? ""].filter((each) => each !== "").join(": ")
}

const nameOf = ({ status, tag }: Moment): string =>
  typeof tag === "string" ? eventWords(tag) : typeof status === "string" ? status : ""

const ofOne = (moment: Moment): string => {
  const { body, cause } = moment
  const said = isFields(body) ? saidBy(body).join(", ") : ""
  const by = causeText(cause)
  return `${nameOf(moment)}${said === "" ? "" : `: ${said}`}${by === "" ? "" : ` (${by})`}`
}

const MOST_ALIKE = 3

/** So many of the same kind, one after the other, are one line. */
const grouped = (moments: ReadonlyArray<Moment>): ReadonlyArray<ReadonlyArray<Moment>> => {
  const groups: Array<Array<Moment>> = []
  for (const moment of moments) {
    const last = groups.at(-1)
    const isAlike = moment["tag"] !== undefined && last?.[0]?.["tag"] === moment["tag"]
    if (last !== undefined && isAlike) last.push(moment)
    else groups.push([moment])
  }
  return groups
}

/** What happened, a line each, oldest first: when, what, and who brought it about. Many alike are one line with their number. */
export const format = (moments: ReadonlyArray<Moment>, screen: Screen.Screen): ReadonlyArray<string> =>
  grouped(moments).flatMap((alike) => {
    const [first] = alike
    if (first === undefined) return []
    const lineOf = (moment: Moment, text: string) => {
      const at = table.momentOf(moment.at)
      const said = Screen.paint(screen, Screen.toneOf(nameOf(moment)), wrapped(text, at.length + 2, screen))
      return `${Screen.paint(screen, "idle", at)}  ${said}`
    }
    return alike.length > MOST_ALIKE
      ? [lineOf(first, `${nameOf(first)}, ${alike.length} times (${causeText(first["cause"])})`)]
      : alike.map((each) => lineOf(each, ofOne(each)))
  })
