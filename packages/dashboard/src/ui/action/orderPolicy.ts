import type { Documents } from "@roundlot/api"
import { Effect } from "effect"
import type { Api } from "../../api/client.ts"
import type { Term } from "../../words/glossary.ts"
import { lifeSecondsWords, offsetsWords, sessionWords, timeWords, typeWords } from "../../words/terms.ts"
import type { Action, Done } from "./Action.ts"
import { policyOfferedBy, type Terms } from "../form/terms.ts"
import { texts } from "../../words/text/orderActions.ts"

type Account = Pick<Documents.AccountDocument, "name" | "order" | "supportedOrders">

/** How the orders of an account leave, as the API has it; nothing said is a market order for the day in the regular session. */
export type Policy = Exclude<Documents.AccountDocument["order"], "market">

/** The same as a form has it: empty session and time in force are the usual ones. */
export interface PolicyDraft extends Pick<Terms, "session" | "timeInForce"> {
  readonly type: "market" | "limit"
  /** Basis points, with commas between the steps of a ladder. */
  readonly offsets: string
  readonly life: string
}

/** What holds where nothing is said. */
const USUAL = { session: "regular", timeInForce: "day" } as const

const policyIn = (order: Account["order"]): Policy => (order === "market" ? {} : order)

const offsetsIn = ({ limitOffsetBp }: Policy): ReadonlyArray<number> =>
  limitOffsetBp === undefined ? [] : [limitOffsetBp].flat()

/** Returns what is in force as a form begins with it. */
export const draftOf = ({ order }: Pick<Account, "order">): PolicyDraft => {
  const policy = policyIn(order)
  const { lifeSeconds, session, timeInForce } = policy
  const offsets = offsetsIn(policy)
  return {
    type: offsets.length === 0 ? "market" : "limit",
    offsets: offsets.join(", "),
    life: lifeSeconds === undefined ? "" : String(lifeSeconds),
    session: session === undefined || session === USUAL.session ? "" : session,
    timeInForce: timeInForce === undefined || timeInForce === USUAL.timeInForce ? "" : timeInForce
  }
}

/** Returns what the broker of an account takes of orders that are not made yet, and what was said as far as it takes it. */
export const offeredTo = ({ supportedOrders }: Account, said: PolicyDraft) => {
  const declared = (["market", "limit"] as const).filter((type) =>
    supportedOrders.some(({ types }) => types.includes(type))
  )
  const types = declared.length === 0 ? (["market", "limit"] as const) : declared
  const type = types.find((each) => each === said.type) ?? types[0] ?? "market"
  const ofType = supportedOrders.filter((each) => each.types.includes(type))
  const offered = policyOfferedBy({ order: USUAL, supportedOrders: ofType }, said)
  const limit = type === "limit" ? {} : { offsets: "", life: "" }
  const draft: PolicyDraft = { ...said, ...limit, ...offered.terms, type }
  return {
    ...offered,
    types,
    draft,
    sessions: offered.sessions.filter((each) => each !== USUAL.session),
    times: offered.times.filter((each) => each !== USUAL.timeInForce),
    usual: { session: sessionWords(USUAL.session), timeInForce: timeWords(USUAL.timeInForce) }
  }
}

const wholeIn = (text: string): number | undefined => (/^\d{1,9}$/.test(text.trim()) ? Number(text) : undefined)

/** What of a form is wrong, by its field. */
export type PolicyFaults = { readonly [F in "offsets" | "life"]?: string }

/** Returns what a form asks for, or what is wrong with it; which offsets and lives are possible the daemon decides. */
export const policyOf = ({
  life,
  offsets,
  session,
  timeInForce,
  type
}: PolicyDraft): { readonly policy: Policy; readonly faults: PolicyFaults } => {
  const steps = type === "market" ? [] : offsets.split(",").map(wholeIn)
  const numbers = steps.flatMap((each) => each ?? [])
  const [first, ...further] = numbers
  const seconds = type === "market" ? undefined : wholeIn(life)
  return {
    policy: {
      ...(first === undefined ? {} : { limitOffsetBp: further.length === 0 ? first : numbers }),
      ...(seconds === undefined ? {} : { lifeSeconds: seconds }),
      ...(session === "" ? {} : { session }),
      ...(timeInForce === "" ? {} : { timeInForce })
    },
    faults: {
      ...(numbers.length === steps.length ? {} : { offsets: texts.offsetsHint }),
      ...(type === "limit" && seconds === undefined ? { life: texts.secondsHint } : {})
    }
  }
}

/** Returns how orders leave, a line for each term: the same terms in the same order, so that two can be compared. */
export const linesOf = (order: Account["order"]): ReadonlyArray<readonly [term: Term, words: string]> => {
  const policy = policyIn(order)
  const offsets = offsetsIn(policy)
  return [
    ["orderType", typeWords(offsets.length === 0 ? "market" : "limit")],
    ["offsets", offsets.length === 0 ? "" : offsetsWords(offsets)],
    ["orderLife", policy.lifeSeconds === undefined ? "" : lifeSecondsWords(policy.lifeSeconds)],
    ["session", sessionWords(policy.session ?? USUAL.session)],
    ["timeInForce", timeWords(policy.timeInForce ?? USUAL.timeInForce)]
  ]
}

const wordsOf = (order: Account["order"]): string =>
  linesOf(order)
    .flatMap(([, words]) => (words === "" ? [] : [words]))
    .join(", ")

/** Returns whether two ways for orders to leave are the same. */
export const isSame = (one: Account["order"], other: Account["order"]): boolean => wordsOf(one) === wordsOf(other)

/** Every term is said: the command line leaves what is not said as it was. */
const flagsOf = (policy: Policy): string => {
  const offsets = offsetsIn(policy)
  const limit = offsets.length === 0 ? "none" : offsets.join(",")
  const { session = USUAL.session, timeInForce = USUAL.timeInForce } = policy
  const life = policy.lifeSeconds === undefined ? "" : ` --order-life ${policy.lifeSeconds}`
  return `--limit-offset-bp ${limit}${life} --session ${session} --time-in-force ${timeInForce}`
}

/** What was done, by the entry that says so: settings have no id of a command. */
export const recordedOf = (api: Api, account: string, done: string): Effect.Effect<Done, unknown> =>
  Effect.map(
    api.journal.list({ urlParams: { account, tag: "AccountChanged", order: "newest", limit: 1 } }),
    ({ items: [entry] }) => ({ done, account, commandId: "", effects: null, entry })
  )

/** Sets how orders of an account leave from now on. */
export const setOrderPolicy = ({ name, order: before }: Account, policy: Policy): Action => ({
  verb: texts.changeSettings({ name }),
  will: [texts.settingsChange({ name, after: wordsOf(policy), before: wordsOf(before) }), texts.positionsEvaluated],
  willNot: [texts.sentOrdersStay, texts.ownSettingsStay],
  cli: (reason) => `roundlot accounts add ${name} ${flagsOf(policy)} --reason ${reason}`,
  run: (api, reason, key) =>
    Effect.flatMap(
      api.controls.setOrderPolicy({
        path: { name },
        headers: { "idempotency-key": key },
        payload: { reason, ...policy }
      }),
      ({ order }) => recordedOf(api, name, texts.settingsOf({ name, settings: wordsOf(order) }))
    )
})
