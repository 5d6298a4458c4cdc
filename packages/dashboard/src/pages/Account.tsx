import type { Documents } from "@roundlot/api"
import { useState } from "react"
import { Link } from "wouter"
import { useAsk } from "../api/asking.ts"
import { accountOf, type Seen } from "../api/records.ts"
import { ActionButton } from "../ui/action/ActionButton.tsx"
import { useAsOf } from "../ui/parts/asOf.ts"
import { BothSides } from "../ui/record/BothSides.tsx"
import * as columns from "../ui/table/columns.tsx"
import type { Column } from "../ui/table/Column.ts"
import { Facts } from "../ui/parts/Facts.tsx"
import { Choice, Written } from "../ui/parts/Field.tsx"
import { NeedsRole, useMay } from "../ui/action/Role.tsx"
import {
  draftOf,
  isSame,
  linesOf,
  offeredTo,
  policyOf,
  setOrderPolicy,
  type Policy,
  type PolicyDraft,
  type PolicyFaults
} from "../ui/action/orderPolicy.ts"
import { PolicyFields } from "../ui/form/OrderTerms.tsx"
import { Asked, Panel } from "../ui/parts/Panel.tsx"
import { Shown } from "../ui/record/Record.tsx"
import { PageHead } from "../ui/parts/PageHead.tsx"
import { StateSign } from "../ui/parts/Sign.tsx"
import { Rows } from "../ui/table/TablePanel.tsx"
import { allocationWords, sessionWords, timeWords, typeWords } from "../words/terms.ts"
import { texts as approvals } from "../words/text/approvals.ts"
import { texts } from "../words/text/operations.ts"
import { Limits } from "./Limits.tsx"

type Account = Seen<Documents.AccountDetail>

interface LimitProps {
  readonly draft: PolicyDraft
  readonly faults: PolicyFaults
  readonly onChange: (next: Partial<PolicyDraft>) => void
}

/** How far beyond the reference price limit orders are, step by step, and how long each works. */
const LimitFields = ({ draft, faults, onChange }: LimitProps) => (
  <>
    <Written
      term="offsets"
      label={texts.offsetsInBasisPoints}
      value={draft.offsets}
      onWrite={(offsets) => onChange({ offsets })}
      error={draft.offsets === "" ? undefined : faults.offsets}
      required
    />
    <Written
      term="orderLife"
      label={texts.cancelAfterInSeconds}
      value={draft.life}
      onWrite={(life) => onChange({ life })}
      error={draft.life === "" ? undefined : faults.life}
      inputMode="decimal"
      required
    />
  </>
)

interface ComparedProps {
  readonly before: Account["order"]
  readonly after: Policy
}

/** What is in force beside what would be, line by line. */
const Compared = ({ after, before }: ComparedProps) => {
  const then = new Map(linesOf(after))
  const lines = linesOf(before).map(([term, ours]) => {
    const theirs = then.get(term) ?? ""
    return { term, ours: ours === "" ? "—" : ours, theirs: theirs === "" ? "—" : theirs, differs: ours !== theirs }
  })
  return <BothSides title={texts.beforeAndAfter} heads={["inForce", "afterChange"]} lines={lines} />
}

/** How orders of the account leave from now on: what its broker takes, with what changes by it. */
const PolicyForm = ({ account }: { readonly account: Account }) => {
  const [said, setSaid] = useState(() => draftOf(account))
  const { draft, types, ...offered } = offeredTo(account, said)
  const { faults, policy } = policyOf(draft)
  const isWhole = Object.keys(faults).length === 0
  const isChange = isWhole && !isSame(account.order, policy)
  const change = (next: Partial<PolicyDraft>): void => setSaid({ ...draft, ...next })
  return (
    <>
      <form className="panel form" aria-label={texts.orderSettings} onSubmit={(event) => event.preventDefault()}>
        <Choice
          term="orderType"
          label={texts.type}
          value={draft.type}
          options={types.map((each) => [each, typeWords(each)] as const)}
          onChoose={(type) => change({ type })}
        />
        {draft.type === "limit" ? <LimitFields draft={draft} faults={faults} onChange={change} /> : null}
        <PolicyFields offered={offered} onChange={change} errorOf={() => undefined} />
        <div className="buttons">
          {isChange ? (
            <ActionButton
              action={setOrderPolicy(account, policy)}
              label={texts.changeOrderSettings}
              className="button primary"
            />
          ) : (
            <span role="status">{isWhole ? texts.settingsInForce : texts.enterSettings}</span>
          )}
        </div>
      </form>
      {isChange ? <Compared before={account.order} after={policy} /> : null}
    </>
  )
}

/** The form for those who may, now. */
const Change = ({ account }: { readonly account: Account }) => {
  const may = useMay("operate")
  const isPast = useAsOf() !== ""
  if (isPast) return null
  return may ? <PolicyForm account={account} /> : <NeedsRole role="operate" />
}

const sources: ReadonlyArray<Column<Documents.SourceDocument>> = [
  columns.foreign("source", ({ name }) => name),
  columns.node("session", ({ session }) => (session === null ? texts.accountSetting : sessionWords(session))),
  columns.node("timeInForce", ({ timeInForce }) =>
    timeInForce === null ? texts.accountSetting : timeWords(timeInForce)
  )
]

/** What the configuration says of the sources whose trades are this account's, or any's. */
const Sources = ({ of }: { readonly of: string }) => (
  <Panel title={texts.sources} note={texts.sourcesNote}>
    <Asked query={useAsk(["sources"], (api) => api.trades.sources())}>
      {({ items }) => (
        <Rows
          label={texts.sources}
          empty={texts.noSources}
          columns={sources}
          rows={items.filter(({ account }) => account === null || account === of)}
          idOf={({ name }) => name}
          isShort
        />
      )}
    </Asked>
  </Panel>
)

const Detail = ({ account }: { readonly account: Account }) => (
  <>
    <PageHead
      note={texts.accountOfBroker({ operations: <Link href="/ops">{texts.operations}</Link>, broker: account.broker })}
    >
      {account.name} <StateSign family="trading" state={account.tradingState} />
    </PageHead>
    <Panel title={texts.orderSettings} note={texts.settingsNote}>
      <Facts
        facts={[
          ...linesOf(account.order),
          ["cutOffs", account.cutOffs?.join(", ") ?? texts.atOnce],
          ["restrictedHours", account.restrictedHours?.join(", ") ?? texts.noHours],
          ["allocationPolicy", allocationWords(account.allocation)],
          ...(account.allocationKey === null ? [] : [["allocationKey", account.allocationKey.join(", ")] as const]),
          [
            "fourEyes",
            account.fourEyes.length === 0 ? null : account.fourEyes.map((operation) => approvals[operation]).join(", ")
          ],
          ["approvalMinutes", account.fourEyes.length === 0 ? null : String(account.approvalMinutes)]
        ]}
      />
    </Panel>
    <Change account={account} />
    <Limits account={account} />
    <Sources of={account.name} />
  </>
)

/** An account: how its orders leave and what limits them, and where an operator changes that. */
export const AccountPage = ({ name }: { readonly name: string }) => (
  <Shown name={["account", name]} title={texts.account} read={(api, past) => accountOf(name, past)(api)}>
    {(account) => <Detail key={account.name} account={account} />}
  </Shown>
)
