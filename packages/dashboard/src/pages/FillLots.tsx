import type { Documents } from "@roundlot/api"
import { useState } from "react"
import { ActionButton } from "../ui/action/ActionButton.tsx"
import { identifyLots, type NamedLot } from "../ui/action/lots.ts"
import { Foreign } from "../ui/parts/Figure.tsx"
import { Panel } from "../ui/parts/Panel.tsx"
import { Shown } from "../ui/record/Record.tsx"
import type { Column } from "../ui/table/Column.ts"
import * as columns from "../ui/table/columns.tsx"
import { Rows } from "../ui/table/TablePanel.tsx"
import { texts } from "../words/text/fillLots.ts"
import { closings, opened } from "./lotColumns.tsx"

type ProfitRow = Documents.ProfitRow

const closed: ReadonlyArray<Column<ProfitRow>> = [
  ...closings.filter(({ term }) => term !== "closedBy" && term !== "lotClosed"),
  columns.node("lotNote", ({ note }) => note)
]

const idOf = ({ openedBy, quantity }: ProfitRow): string => `${openedBy} ${quantity}`

/** Which lots a fill is to close: shares of each that is open when it executes. */
const Identify = ({ of }: { readonly of: Documents.FillLotsDocument }) => {
  const [shares, setShares] = useState<ReadonlyMap<string, string>>(new Map())
  const open: ReadonlyArray<Column<ProfitRow>> = [
    ...opened,
    columns.figure("lotOpen", ({ quantity }) => quantity),
    columns.figure("cost", ({ cost, proceeds, side }) => (side === "short" ? proceeds : cost)),
    columns.node("identifiedShares", ({ openedBy }) =>
      openedBy === null ? null : (
        <input
          aria-label={texts.sharesOf({ id: openedBy })}
          inputMode="decimal"
          value={shares.get(openedBy) ?? ""}
          onChange={({ target }) => setShares(new Map(shares).set(openedBy, target.value))}
          autoComplete="off"
        />
      )
    )
  ]
  const lots = [...shares].flatMap(([openedBy, text]): ReadonlyArray<NamedLot> => {
    const quantity = text.trim()
    return quantity === "" ? [] : [{ openedBy, quantity }]
  })
  const isIdentified = of.closes.some(({ note }) => note !== null) || of.notApplied !== null
  return (
    <Panel title={texts.lotsToClose} note={texts.openWhenItExecutes}>
      <Rows
        label={texts.lotsToClose}
        empty={texts.noOpenLot}
        columns={open}
        rows={of.closable}
        idOf={({ openedBy }) => `${openedBy}`}
        isShort
      />
      <div className="buttons">
        {lots.length === 0 && !isIdentified ? (
          <span className="faint">{texts.typeShares}</span>
        ) : (
          <ActionButton action={identifyLots(of, lots)} />
        )}
      </div>
    </Panel>
  )
}

/** The tax lots that a fill closes, and those that a person may identify for it. */
export const FillLots = ({ id }: { readonly id: string }) => (
  <Shown
    name={["lots of", id]}
    title={texts.taxLots}
    read={(api, past) => api.fills.lots({ path: { id }, urlParams: past })}
  >
    {(lots) => (
      <>
        <Panel title={texts.taxLots} note={texts.byMethod({ method: lots.method })}>
          {lots.notApplied === null ? null : (
            <p className="evidence" role="status">
              {texts.notApplied({ why: <Foreign text={lots.notApplied} /> })}
            </p>
          )}
          <Rows
            label={texts.taxLots}
            empty={texts.closesNone({ shares: lots.opens })}
            columns={closed}
            rows={lots.closes}
            idOf={idOf}
            isShort
          />
        </Panel>
        {lots.closes.length === 0 ? null : <Identify of={lots} />}
      </>
    )}
  </Shown>
)
