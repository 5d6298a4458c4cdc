import type { Documents } from "@roundlot/api"
import { dollarsText, grouped } from "@roundlot/api/text"
import { codeWords } from "@roundlot/core/ledger"
import type { Screen } from "./Screen.ts"
import * as Columns from "./table.ts"

type Limit = Documents.AccountDocument["limits"][number]

type Use = Documents.LimitUse

/** A limit with what of it is used; the broker's figure is no limit of the account. */
interface Row {
  readonly limit: Limit | undefined
  readonly use: Use
}

const unitWords: { readonly [U in Limit["unit"]]: string } = {
  shares: "shares",
  dollars: "dollars",
  orders: "orders",
  basisPoints: "basis points"
}

/** The amount of a limit, or of what is used of it, as people read it. */
export const amountText = ({ amount, unit }: Pick<Limit, "amount" | "unit">): string =>
  amount === null ? "no limit" : `${amount} ${unitWords[unit]}`

/** An amount in a table: digits in groups, dollars by their sign. */
const shownAmount = (of: Pick<Limit, "amount" | "unit">): string => {
  if (of.amount === null) return amountText(of)
  return of.unit === "dollars" ? dollarsText(of.amount) : amountText({ ...of, amount: grouped(of.amount) })
}

const uncountedWords: { readonly [N in NonNullable<Use["notCounted"]>]: string } = {
  tooManyOrders: "too many orders today",
  tooManyPositions: "too many positions",
  noLimit: "no limit is set",
  noPrice: "a live order or a holding has no known price",
  perOrder: "each order against its own price",
  atBroker: "the broker reports it"
}

const usedText = ({ unit, used }: Use): string | null => (used === null ? null : shownAmount({ amount: used, unit }))

/** Why it is not known what is used of a limit. */
const uncountedText = ({ notCounted, used }: Use): string | null =>
  used === null ? uncountedWords[notCounted ?? "perOrder"] : null

const counted = (count: number, one: string): ReadonlyArray<string> =>
  count === 0 ? [] : [`${count} ${one}${count === 1 ? "" : "s"}`]

const refusedText = ({ refused }: Use): string => {
  if (refused === null) return "not counted"
  const { decisions, orders, positions } = refused
  const counts = [...counted(orders, "order"), ...counted(decisions, "decision"), ...counted(positions, "position")]
  return counts.length === 0 ? "0" : counts.join(", ")
}

/** The newest refusal: what it was, and what it asked for, in the unit of the limit where that is known. */
const lastText = ({ last, unit }: Use): string | null => {
  if (last === null) return null
  const asked = unit === "dollars" ? last.notional : last.quantity
  const amount = asked === null ? [] : [shownAmount({ amount: asked, unit: unit === "dollars" ? unit : "shares" })]
  return [...[last.orderId ?? last.decisionId ?? []].flat(), last.symbol, ...amount].join(" ")
}

const columns: ReadonlyArray<Columns.TableColumn<Row>> = [
  Columns.ids("LIMIT", ({ use }) => codeWords.limitHead(use.limit)),
  Columns.ids("IN FORCE", ({ limit }) => (limit === undefined ? "the broker's figure" : shownAmount(limit))),
  Columns.ids("USED", ({ use }) => usedText(use)),
  Columns.words("REFUSED TODAY", ({ use }) => refusedText(use)),
  Columns.minor(Columns.numbers("WAITING", ({ use: { waiting } }) => (waiting === null ? null : String(waiting)))),
  Columns.minor(Columns.words("LAST REFUSAL", ({ use }) => lastText(use))),
  Columns.minor(Columns.times("REFUSED", ({ use: { last } }) => last?.at ?? null)),
  Columns.minor(Columns.words("SOURCE", ({ limit }) => limit?.source ?? "broker")),
  Columns.minor(Columns.words("NOT COUNTED", ({ use }) => uncountedText(use)))
]

/** The limits of an account with what of each is used, what it refused today and what came last, as a table for people. */
export const table = ({ limits, use }: Pick<Documents.AccountDetail, "limits" | "use">, screen?: Screen): string =>
  Columns.render(
    columns,
    use.map((each) => ({ limit: limits.find(({ limit }) => limit === each.limit), use: each })),
    screen
  )
