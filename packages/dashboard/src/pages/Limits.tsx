import type { Documents } from "@roundlot/api"
import { Fragment, useState } from "react"
import { Link } from "wouter"
import type { Seen } from "../api/records.ts"
import { shareOf, signOf } from "../format/figure.ts"
import { ActionButton } from "../ui/action/ActionButton.tsx"
import { amountOf, amountWords, isSame, isWhole, setLimit, type Limit } from "../ui/action/limits.ts"
import { NeedsRole, useMay } from "../ui/action/Role.tsx"
import { useAsOf } from "../ui/parts/asOf.ts"
import { Choice, Written } from "../ui/parts/Field.tsx"
import { Panel } from "../ui/parts/Panel.tsx"
import * as columns from "../ui/table/columns.tsx"
import type { Column } from "../ui/table/Column.ts"
import { Rows } from "../ui/table/TablePanel.tsx"
import { pathOfPosition } from "../words/paths.ts"
import { texts } from "../words/text/limits.ts"
import { ALL } from "../words/usual.ts"

type Account = Seen<Documents.AccountDetail>

type Use = Documents.LimitUse

/** A limit with what of it is used; the broker's figure is no limit of the account. */
interface Row {
  readonly limit: Limit | undefined
  readonly use: Use
}

const sourceWords = { account: texts.ofAccount, default: texts.ofDefault, lifted: texts.lifted } as const

const usedWords = {
  orderQuantity: texts.largestToday,
  orderNotional: texts.largestToday,
  openResidual: texts.largestNow,
  dailyNotional: texts.sentToday,
  openOrders: texts.liveNow,
  position: texts.largestNow,
  grossPosition: texts.nowIs,
  netPosition: texts.nowIs,
  ordersPerMinute: texts.inLastMinute,
  rejectionsInARow: texts.rejectedInARow,
  collarBp: texts.largestToday,
  buyingPower: texts.largestNow
} as const

const reasonWords = {
  tooManyOrders: texts.tooManyOrders,
  tooManyPositions: texts.tooManyPositions,
  noLimit: texts.notSet,
  noPrice: texts.noPrice,
  perOrder: texts.perOrder,
  atBroker: texts.atBroker
} as const

/** How near a limit is, in words; its share where both are in the same unit. */
const usedOf = ({ limit, use: { limit: name, notCounted, unit, used } }: Row): string => {
  if (used === null) return texts.notCounted({ reason: reasonWords[notCounted ?? "perOrder"] })
  const words = usedWords[name]({ amount: amountWords({ amount: used, unit }) })
  const most = limit?.unit === unit ? limit.amount : null
  return most === null || signOf(most) === 0
    ? words
    : texts.ofLimit({ used: words, percent: Math.round(shareOf(used, most) * 100) })
}

const askedFor = (account: string, asked: Readonly<Record<string, string>>): string =>
  new URLSearchParams({ account, ...asked }).toString()

/** What a limit refused today: each count leads to the list of those. */
const Refused = ({ account, of: { control, refused } }: { readonly account: string; readonly of: Use }) => {
  if (refused === null) return texts.notCounted({ reason: texts.tooManyOrders })
  const { decisions, orders, positions, since } = refused
  const cases = { kind: "PositionBlocked", subject: control, status: ALL }
  const lists = [
    [orders, "/orders", { code: control, since }, texts.orders],
    [decisions, "/decisions", { code: control, since }, texts.decisions],
    [positions, "/attention", cases, texts.positions]
  ] as const
  const known = lists.filter(([count]) => count > 0)
  if (known.length === 0) return "0"
  return known.map(([count, list, asked, words], at) => (
    <Fragment key={list}>
      {at === 0 ? null : " "}
      <Link href={`${list}?${askedFor(account, asked)}`}>{words({ count })}</Link>
    </Fragment>
  ))
}

/** The newest refusal of the day: what it was, and what it asked for. */
const Last = ({ account, of: { last, unit } }: { readonly account: string; readonly of: Use }) => {
  if (last === null) return null
  const { decisionId, notional, orderId, quantity, symbol } = last
  const asked = unit === "dollars" ? notional : quantity
  const amount = asked === null ? "" : amountWords({ amount: asked, unit: unit === "dollars" ? unit : "shares" })
  const id = orderId ?? decisionId
  const to = id === null ? pathOfPosition({ account, symbol }) : `/${orderId === null ? "decisions" : "orders"}/${id}`
  return <Link href={to}>{[id ?? "", symbol, amount].filter((each) => each !== "").join(" ")}</Link>
}

const columnsOf = (account: string): ReadonlyArray<Column<Row>> => [
  columns.node("limit", ({ use }) => texts[use.limit]),
  columns.node("inForce", ({ limit }) => (limit === undefined ? texts.brokersFigure : amountWords(limit))),
  columns.node("limitSource", ({ limit }) => (limit === undefined ? texts.broker : sourceWords[limit.source])),
  columns.node("limitUsed", usedOf),
  columns.node("waitingForLimit", ({ use: { waiting } }) =>
    waiting === null ? texts.notCounted({ reason: texts.tooManyPositions }) : waiting
  ),
  columns.node("refusedToday", ({ use }) => <Refused account={account} of={use} />),
  columns.node("lastRefusal", ({ use }) => <Last account={account} of={use} />),
  columns.time("refusedAt", ({ use: { last } }) => last?.at ?? null)
]

const rowsOf = ({ limits, use }: Account): ReadonlyArray<Row> =>
  use.map((each) => ({ limit: limits.find(({ limit }) => limit === each.limit), use: each }))

/** One limit is changed at a time: what it was and what it will be is said before. */
const Change = ({ account: { limits, name, version } }: { readonly account: Account }) => {
  const [chosen, choose] = useState<Limit["limit"]>("orderQuantity")
  const [text, write] = useState("")
  const limit = limits.find((each) => each.limit === chosen)
  const amount = amountOf(chosen, text)
  const isInForce = limit !== undefined && amount !== undefined && isSame(limit, amount)
  return (
    <form className="panel form" aria-label={texts.changeALimit} onSubmit={(event) => event.preventDefault()}>
      <Choice
        term="limit"
        label={texts.limit}
        value={chosen}
        options={limits.map((each) => [each.limit, texts[each.limit]] as const)}
        onChoose={choose}
      />
      <Written
        term="newLimit"
        label={texts.amount}
        value={text}
        onWrite={write}
        error={text === "" || amount !== undefined ? undefined : isWhole(chosen) ? texts.wholeHint : texts.amountHint}
      />
      <div className="buttons">
        {limit === undefined || amount === undefined || isInForce ? (
          <span role="status">{isInForce ? texts.isInForce : texts.enterAmount}</span>
        ) : (
          <ActionButton
            action={setLimit(name, limit, amount, version)}
            label={texts.change}
            className="button primary"
          />
        )}
      </div>
    </form>
  )
}

/** The limits of an account: what is in force, what of it is used, and where an operator changes it. */
export const Limits = ({ account }: { readonly account: Account }) => {
  const may = useMay("operate")
  const isPast = useAsOf() !== ""
  return (
    <>
      <Panel title={texts.limits} note={texts.limitsNote}>
        <Rows
          label={texts.limits}
          empty=""
          columns={columnsOf(account.name)}
          rows={rowsOf(account)}
          idOf={({ use }) => use.limit}
          isShort
        />
      </Panel>
      {isPast ? null : may ? <Change account={account} /> : <NeedsRole role="operate" />}
    </>
  )
}
