import type { Documents } from "@roundlot/api"
import { policyTimesInForce, type BatchMode } from "@roundlot/api/client"
import { sessionWords, timeWords } from "../../words/terms.ts"
import { texts } from "../../words/text/forms.ts"
import { TERMS, type Separator } from "./batchFile.ts"
import { policyOfferedBy, saidBySource, type Terms } from "./terms.ts"

/** A file of trades and all that its form says of it. */
export interface Wish {
  readonly csv: string
  readonly fileName: string
  readonly name: string
  readonly separator: Separator
  readonly decimal: "point" | "comma"
  readonly dates: "iso" | "dmy" | "mdy"
  readonly zone: string
  readonly columns: Readonly<Record<string, string>>
  readonly account: string
  /** Empty until somebody has chosen. */
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

/** A form in which nothing was chosen. */
export const blank: Wish = {
  csv: "",
  fileName: "",
  name: "",
  separator: ",",
  decimal: "point",
  dates: "iso",
  zone: "",
  columns: {},
  account: "",
  mode: "",
  session: "",
  timeInForce: "",
  strict: false,
  template: ""
}

/** How far somebody is. */
export interface Begun {
  readonly wish: Wish
  readonly step: number
  /** The same wish is never submitted twice, also by who reloads the page meanwhile. */
  readonly key: string
}

/** What was begun stays through a reload of the page. */
export const kept = (): Begun => {
  const begun = { wish: blank, step: 0, key: crypto.randomUUID() }
  try {
    const { wish, ...rest } = JSON.parse(sessionStorage.getItem(KEPT) ?? "{}")
    return { ...begun, ...rest, wish: { ...blank, ...wish } }
  } catch {
    return begun
  }
}

/** Keeps what was begun. */
export const keep = (begun: Begun): void => {
  try {
    sessionStorage.setItem(KEPT, JSON.stringify(begun))
  } catch {
    // Too large to be kept: it stays in the page.
  }
}

/** Keeps nothing any more of what was begun. */
export const forget = (): void => sessionStorage.removeItem(KEPT)

const isTerm = (field: string): boolean => TERMS.some((each) => each === field)

/** The file's own names of columns; of how a row is ordered also that it does not say it, whatever else the file has. */
const columnsGiven = ({ columns, mode }: Wish): Readonly<Record<string, string>> => {
  const named = Object.entries(columns).filter(([field, column]) => !isTerm(field) && column !== "" && column !== field)
  const terms = mode === "execute" ? TERMS.map((field) => [field, columns[field] ?? ""] as const) : []
  return Object.fromEntries([...named, ...terms])
}

/** What is said of orders: of rows that are executed alone. */
const policyOf = ({ mode, session, timeInForce }: Wish) => {
  const life = policyTimesInForce.find((each) => each === timeInForce)
  if (mode !== "execute") return {}
  return { ...(session === "" ? {} : { session }), ...(life === undefined ? {} : { timeInForce: life }) }
}

/** Returns what a form says that the next file of the kind can be submitted by too. */
export const termsOf = (wish: Wish): Documents.TemplateTerms => {
  const { account, dates, decimal, mode, separator, zone } = wish
  const given = columnsGiven(wish)
  return {
    ...(mode === "" ? {} : { mode }),
    separator,
    decimal,
    dates,
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

/** Returns which orders of rows the broker of the chosen account takes; `undefined` where rows are not executed, or no account is chosen. */
export const policyOffered = (wish: Wish, { accounts, sources, templates }: Known) => {
  if (wish.mode !== "execute") return undefined
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
  const isUnknown = there.mode !== "execute" || known.accounts === undefined
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
