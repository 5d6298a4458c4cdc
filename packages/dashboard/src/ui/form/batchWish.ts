import type { Documents } from "@roundlot/api"
import { policyTimesInForce, type BatchMode } from "@roundlot/api/client"
import { sessionWords, timeWords } from "../../words/terms.ts"
import { texts } from "../../words/text/forms.ts"
import { FIELDS, guessed, namesIn, OPTIONAL, type Separator, separatorIn, TERMS } from "./batchFile.ts"
import { policyOfferedBy, saidBySource, type Terms } from "./terms.ts"

/** A file of trades and all that its form says of it. */
export interface Wish {
  readonly csv: string
  readonly fileName: string
  readonly name: string
  readonly separator: Separator
  /** How it is written; empty: as its values say. */
  readonly decimal: "point" | "comma" | ""
  readonly dates: "iso" | "dmy" | "mdy" | ""
  readonly zone: string
  readonly columns: Readonly<Record<string, string>>
  readonly account: string
  /** Empty: the daemon's default, where it has one. */
  readonly mode: BatchMode | ""
  /** How orders of rows are sent, where a row says nothing; empty where nothing is said here either. */
  readonly session: Terms["session"]
  readonly timeInForce: string
  /** All of its rows or none. */
  readonly strict: boolean
  /** The template whose terms hold where none are said here. */
  readonly template: string
}

/** Where what was begun is kept through a reload of the page. */
const KEPT = "roundlot.batch"

/** The step of the check in the address; the first step has none. */
export const CHECK = "check"

/** A form in which nothing was chosen. */
export const blank: Wish = {
  csv: "",
  fileName: "",
  name: "",
  separator: ",",
  decimal: "",
  dates: "",
  zone: "",
  columns: {},
  account: "",
  mode: "",
  session: "",
  timeInForce: "",
  strict: false,
  template: ""
}

/** A form that was begun. */
export interface Begun {
  readonly wish: Wish
  /** The same wish is never submitted twice, also by who reloads the page meanwhile. */
  readonly key: string
}

/** Returns a form for a file, with what the file says of itself. */
export const withFile = (wish: Wish, csv: string, fileName: string): Wish => {
  const separator = separatorIn(csv)
  const name = wish.name === "" ? fileName.replace(/\.\w+$/, "") : wish.name
  return { ...wish, csv, fileName, separator, name, columns: guessed(namesIn(csv, separator)) }
}

let begun: Begun | undefined

/** Returns what was begun: it stays while other pages are shown, and through a reload. */
export const kept = (): Begun => {
  if (begun !== undefined) return begun
  const fresh = { wish: blank, key: crypto.randomUUID() }
  try {
    const { key = fresh.key, wish } = JSON.parse(sessionStorage.getItem(KEPT) ?? "{}")
    return { key, wish: { ...blank, ...wish } }
  } catch {
    return fresh
  }
}

/** Keeps what was begun. */
export const keep = (now: Begun): void => {
  begun = now
  try {
    sessionStorage.setItem(KEPT, JSON.stringify(now))
  } catch {
    // Too large to be kept through a reload.
    sessionStorage.removeItem(KEPT)
  }
}

/** Keeps nothing any more of what was begun. */
export const forget = (): void => {
  begun = undefined
  sessionStorage.removeItem(KEPT)
}

/** Says nothing of how a file is checked: what its batch is called, and whether it is taken whole. */
const UNCHECKED: ReadonlySet<string> = new Set(["name", "strict"])

/** Would both forms be checked to the same result? */
export const isCheckedAlike = (one: Wish, other: Wish): boolean => {
  const before = new Map<string, unknown>(Object.entries(one))
  return Object.entries(other).every(([name, value]) => UNCHECKED.has(name) || before.get(name) === value)
}

/** Returns what a form lacks before its file can be checked: fields without a column, and an account of several. */
export const lacking = ({ account, columns }: Wish, { accounts = [] }: Known): ReadonlyArray<string> => [
  ...FIELDS.filter((field) => !OPTIONAL.has(field) && (columns[field] ?? "") === ""),
  ...(accounts.length > 1 && account === "" ? ["account"] : [])
]

const isTerm = (field: string): boolean => TERMS.some((each) => each === field)

/** The file's own names of columns; of how a row is ordered also that it does not say it, whatever else the file has. */
const columnsGiven = ({ columns, mode }: Wish): Readonly<Record<string, string>> => {
  const named = Object.entries(columns).filter(([field, column]) => !isTerm(field) && column !== "" && column !== field)
  const terms = mode !== "accumulate" ? TERMS.map((field) => [field, columns[field] ?? ""] as const) : []
  return Object.fromEntries([...named, ...terms])
}

/** What is said of orders: of rows that do not accumulate. */
const policyOf = ({ mode, session, timeInForce }: Wish) => {
  const life = policyTimesInForce.find((each) => each === timeInForce)
  if (mode === "accumulate") return {}
  return { ...(session === "" ? {} : { session }), ...(life === undefined ? {} : { timeInForce: life }) }
}

/** Returns what a form says that the next file of the kind can be submitted by too. */
export const termsOf = (wish: Wish): Documents.TemplateTerms => {
  const { account, dates, decimal, mode, separator, zone } = wish
  const given = columnsGiven(wish)
  return {
    ...(mode === "" ? {} : { mode }),
    separator,
    ...(decimal === "" ? {} : { decimal }),
    ...(dates === "" ? {} : { dates }),
    ...policyOf(wish),
    ...(zone.trim() === "" ? {} : { zone: zone.trim() }),
    ...(account === "" ? {} : { account }),
    ...(Object.keys(given).length === 0 ? {} : { columns: given })
  }
}

/** Returns the submission of a file as its form says. */
export const requestOf = (wish: Wish): Documents.BatchRequest => {
  const { csv, fileName, name, strict, template } = wish
  return {
    ...termsOf(wish),
    name: name.trim(),
    csv,
    ...(strict ? { strict } : {}),
    ...(template === "" ? {} : { template }),
    ...(fileName === "" ? {} : { fileName })
  }
}

/** Returns the form as a template fills it in. */
export const withTemplate = (wish: Wish, template: string, terms: Documents.TemplateTerms | undefined): Wish => {
  const { account, columns, dates, decimal, mode, separator, session, timeInForce, zone } = terms ?? {}
  return {
    ...wish,
    template,
    columns: { ...wish.columns, ...columns },
    ...(session === undefined ? {} : { session }),
    ...(timeInForce === undefined ? {} : { timeInForce }),
    ...(account === undefined ? {} : { account }),
    ...(dates === undefined ? {} : { dates }),
    ...(zone === undefined ? {} : { zone }),
    ...(decimal === undefined ? {} : { decimal }),
    ...(mode === undefined ? {} : { mode }),
    ...(separator === undefined ? {} : { separator })
  }
}

/** What a form is filled in by; `undefined` until it is read. */
export interface Known {
  readonly accounts: ReadonlyArray<Pick<Documents.AccountDocument, "name" | "order" | "supportedOrders">> | undefined
  readonly templates: ReadonlyArray<Documents.TemplateDocument> | undefined
  readonly sources?: ReadonlyArray<Documents.SourceDocument> | undefined
}

/** What rows of a form are of, where a template names no source. */
const SOURCE = "batch"

/** Returns which orders of rows the broker of the chosen account takes; `undefined` where rows accumulate, or no account is chosen. */
export const policyOffered = (wish: Wish, { accounts, sources, templates }: Known) => {
  if (wish.mode === "accumulate") return undefined
  const account = accounts?.find(({ name }, _, { length }) => name === wish.account || length === 1)
  const template = templates?.find(({ name }) => name === wish.template)
  const terms = template === undefined ? [] : [[texts.templateSays, template.terms] as const]
  const before = [...terms, ...saidBySource(template?.terms.source ?? SOURCE, sources)]
  return account === undefined ? undefined : policyOfferedBy(account, wish, before)
}

/** Returns the form without what cannot be: a template that was removed meanwhile, or terms of orders that the broker does not take. */
export const settled = (wish: Wish, known: Known): Wish => {
  const isGone = known.templates?.every(({ name }) => name !== wish.template) === true
  const there = isGone ? { ...wish, template: "" } : wish
  const isUnknown = there.mode === "accumulate" || known.accounts === undefined
  return isUnknown ? there : { ...there, ...(policyOffered(there, known)?.terms ?? { session: "", timeInForce: "" }) }
}

/** What the form says of orders, in words: empty where it says nothing. What it leaves open, rows, template, source and account say. */
export const policyWords = (wish: Wish): string => {
  const { session, timeInForce } = policyOf(wish)
  const said = [
    timeInForce === undefined ? [] : [timeWords(timeInForce)],
    session === undefined ? [] : [sessionWords(session)]
  ].flat()
  return said.join(", ")
}
