import type { Documents } from "@roundlot/api"
import { orderTypes, policyTimesInForce, pricesOf, type OrderType } from "@roundlot/api/client"
import { instantOf } from "../../format/time.ts"
import { quoted } from "../../words/copies.ts"
import { sessionWords, timeWords } from "../../words/terms.ts"
import { texts } from "../../words/text/forms.ts"

type Account = Pick<Documents.AccountDocument, "order" | "supportedOrders">
type Session = Documents.OrderDetail["session"]

/** The terms of an order as a form has them; an empty session or time in force is what the account says. */
export interface Terms {
  readonly type: OrderType
  readonly limitPrice: string
  readonly stopPrice: string
  readonly timeInForce: string
  /** Until when an order is good whose time in force that is. */
  readonly goodTill: string
  readonly session: Session | ""
}

/** Terms of which nothing is said: at the market. */
export const asAccountSays: Terms = {
  type: "market",
  limitPrice: "",
  stopPrice: "",
  timeInForce: "",
  goodTill: "",
  session: ""
}

/** What is said for orders without settings of their own. */
interface Policy {
  readonly session?: Session | undefined
  readonly timeInForce?: string | undefined
}

/** What is said before the account, the first first: by whom, and what. */
export type Said = ReadonlyArray<readonly [sayer: string, policy: Policy]>

/** What a source says for orders without settings of their own: nothing where the configuration does not name it. */
export const saidBySource = (name: string, sources: ReadonlyArray<Documents.SourceDocument> | undefined): Said => {
  const source = sources?.find((each) => each.name === name)
  if (source === undefined) return []
  const { session, timeInForce } = source
  return [[texts.source({ name }), { session: session ?? undefined, timeInForce: timeInForce ?? undefined }]]
}

/** What an open batch says of its rows' orders that say nothing themselves. */
export const saidByBatch = (batch: Documents.BatchDocument | undefined): Said =>
  batch === undefined
    ? []
    : [
        [
          texts.batch({ batch: batch.id }),
          { session: batch.session ?? undefined, timeInForce: batch.timeInForce ?? undefined }
        ]
      ]

/** The first that says anything of a term, and what it says. */
const firstIn = <A>(all: Said, of: (policy: Policy) => A | undefined, otherwise: A) =>
  all.flatMap(([sayer, policy]) => {
    const value = of(policy)
    return value === undefined ? [] : [{ sayer, value }]
  })[0] ?? { sayer: texts.accountSays, value: otherwise }

/** What holds where a form says nothing: of each term what the first says that says anything, else the account. */
const usualOf = ({ order }: Account, before: Said = []) => {
  const all: Said = [...before, [texts.accountSays, order === "market" ? {} : order]]
  const session = firstIn<Session>(all, (policy) => policy.session, "regular")
  const timeInForce = firstIn<string>(all, (policy) => policy.timeInForce, "day")
  return {
    session: session.value,
    timeInForce: timeInForce.value,
    words: {
      session: texts.setting({ sayer: session.sayer, value: sessionWords(session.value) }),
      timeInForce: texts.setting({ sayer: timeInForce.sayer, value: timeWords(timeInForce.value) })
    }
  } as const
}

type Usual = ReturnType<typeof usualOf>

const distinct = <A>(all: ReadonlyArray<A>): ReadonlyArray<A> => [...new Set(all)]

const lifesIn = (supported: Account["supportedOrders"]): ReadonlyArray<string> =>
  distinct(supported.flatMap(({ timesInForce }) => timesInForce))

/** Keeps what was said of a time in force where it is taken, else takes the account's, else the first that there is. */
const lifeIn = (times: ReadonlyArray<string>, said: string, usual: string): string => {
  if (times.includes(said)) return said
  return times.includes(usual) ? "" : (times[0] ?? "")
}

/** What the broker takes in the session that holds; what was said of it stays where the broker declares any order of it. */
const inSession = ({ supportedOrders }: Account, said: Session | "", usual: Usual) => {
  const sessions = distinct(supportedOrders.map(({ session }) => session))
  const session = sessions.find((each) => each === said) ?? ""
  const held = session === "" ? usual.session : session
  return { sessions, session, supported: supportedOrders.filter((each) => each.session === held) } as const
}

/** What a form offers of a time in force, and what was said of it where that is taken. */
const lifeOffered = (supported: Account["supportedOrders"], said: string, usual: Usual) => {
  const times = lifesIn(supported)
  return {
    times,
    isUsualTaken: times.length === 0 || times.includes(usual.timeInForce),
    timeInForce: lifeIn(times, said, usual.timeInForce)
  }
}

/** May it be said of orders that are not made yet? */
const isStanding = (timeInForce: string): boolean => policyTimesInForce.some((each) => each === timeInForce)

/** Returns which sessions and times in force the broker of an account takes, of any type, and what was said of them where it takes that. */
export const policyOfferedBy = (account: Account, said: Pick<Terms, "session" | "timeInForce">, before?: Said) => {
  const usual = usualOf(account, before)
  const { session, sessions, supported } = inSession(account, said.session, usual)
  const standing = supported.map(({ timesInForce, ...each }) => ({
    ...each,
    timesInForce: timesInForce.filter(isStanding)
  }))
  const { isUsualTaken, timeInForce, times } = lifeOffered(standing, said.timeInForce, usual)
  return { sessions, times, isUsualTaken, usual: usual.words, terms: { session, timeInForce } }
}

/** Returns what the broker of an account takes, each term given the others: what was said stays as far as the broker takes it. */
export const offeredBy = (account: Account, said: Terms, before?: Said) => {
  const usual = usualOf(account, before)
  const { session, sessions, supported } = inSession(account, said.session, usual)
  const declared = orderTypes.filter((type) => supported.some(({ types }) => types.includes(type)))
  const types = declared.length === 0 ? (["market"] as const) : declared
  const type = types.find((each) => each === said.type) ?? types[0] ?? "market"
  const ofType = supported.filter((each) => each.types.includes(type))
  const { isUsualTaken, timeInForce, times } = lifeOffered(ofType, said.timeInForce, usual)
  const prices = pricesOf(type)
  const terms: Terms = {
    type,
    session,
    timeInForce,
    goodTill: timeInForce === "gtd" ? said.goodTill : "",
    limitPrice: prices.limit ? said.limitPrice : "",
    stopPrice: prices.stop ? said.stopPrice : ""
  }
  return { sessions, types, times, isUsualTaken, usual: usual.words, terms }
}

/** A day alone does not say until when on it: the daemon refuses it. */
const isDay = (text: string): boolean => /^\d{4}-\d\d-\d\d$/.test(text)

/**
 * Returns what a request says of an order of its own: what was chosen, and no more, so that what source and account say holds for the
 * rest. A time without a zone is of the zone that is shown.
 */
export const requestedOf = ({ goodTill, limitPrice, session, stopPrice, timeInForce, type }: Terms, utc: boolean) => ({
  type,
  ...(limitPrice === "" ? {} : { limitPrice: limitPrice.trim() }),
  ...(stopPrice === "" ? {} : { stopPrice: stopPrice.trim() }),
  ...(session === "" ? {} : { session }),
  ...(timeInForce === "" ? {} : { timeInForce }),
  ...(goodTill === "" ? {} : { goodTill: isDay(goodTill.trim()) ? goodTill.trim() : instantOf(goodTill.trim(), utc) })
})

/** Returns the same as flags of the command line. */
export const flagsOf = (terms: Terms, utc: boolean): string => {
  const { goodTill, limitPrice, session, stopPrice, timeInForce, type } = requestedOf(terms, utc)
  return [
    ` --type ${type}`,
    limitPrice === undefined ? "" : ` --limit-price ${quoted(limitPrice)}`,
    stopPrice === undefined ? "" : ` --stop-price ${quoted(stopPrice)}`,
    session === undefined ? "" : ` --session ${session}`,
    timeInForce === undefined ? "" : ` --time-in-force ${timeInForce}`,
    goodTill === undefined ? "" : ` --good-till ${quoted(goodTill)}`
  ].join("")
}
