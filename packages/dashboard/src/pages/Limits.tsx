import type { Documents } from "@roundlot/api"
import { useState } from "react"
import type { Seen } from "../api/records.ts"
import { ActionButton } from "../ui/action/ActionButton.tsx"
import { amountOf, amountWords, isSame, setLimit, type Limit } from "../ui/action/limits.ts"
import { NeedsRole } from "../ui/action/NeedsRole.tsx"
import { useMay } from "../ui/action/useMay.ts"
import { useAsOf } from "../ui/parts/asOf.ts"
import { Choice, Written } from "../ui/parts/Field.tsx"
import { Panel } from "../ui/parts/Panel.tsx"
import * as columns from "../ui/table/columns.tsx"
import type { Column } from "../ui/table/Column.ts"
import { Rows } from "../ui/table/TablePanel.tsx"
import { texts } from "../words/text/limits.ts"

type Account = Seen<Documents.AccountDetail>

/** A limit with what of it is used, and how many positions wait for it. */
interface Row {
  readonly limit: Limit
  readonly used: string
  readonly waiting: number
}

/** The control that refuses what is beyond each limit. */
const controls = {
  orderQuantity: "MaxQuantity",
  orderNotional: "MaxNotional",
  openResidual: "OpenResidual",
  dailyNotional: "DailyNotional"
} as const

const sourceWords = { account: texts.ofAccount, default: texts.ofDefault, lifted: texts.lifted } as const

const shown: ReadonlyArray<Column<Row>> = [
  columns.node("limit", ({ limit }) => texts[limit.limit]),
  columns.node("inForce", ({ limit }) => amountWords(limit)),
  columns.node("limitSource", ({ limit }) => sourceWords[limit.source]),
  columns.node("limitUsed", ({ used }) => used),
  columns.count("waitingForLimit", ({ waiting }) => waiting)
]

const rowsOf = ({ limits, refusals, sent }: Account): ReadonlyArray<Row> =>
  limits.map((limit) => ({
    limit,
    used:
      limit.limit === "dailyNotional" && sent !== null
        ? texts.sentOn({ amount: amountWords({ amount: sent.notional, unit: "dollars" }), date: sent.date })
        : "",
    waiting: refusals.find(({ control }) => control === controls[limit.limit])?.positions ?? 0
  }))

/** One limit is changed at a time: what it was and what it will be is said before. */
const Change = ({ account: { limits, name, version } }: { readonly account: Account }) => {
  const [chosen, choose] = useState<Limit["limit"]>("orderQuantity")
  const [text, write] = useState("")
  const limit = limits.find((each) => each.limit === chosen)
  const amount = amountOf(text)
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
        error={text === "" || amount !== undefined ? undefined : texts.amountHint}
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
          columns={shown}
          rows={rowsOf(account)}
          idOf={({ limit }) => limit.limit}
          isShort
        />
      </Panel>
      {isPast ? null : may ? <Change account={account} /> : <NeedsRole role="operate" />}
    </>
  )
}
