import type { Documents } from "@roundlot/api"
import { ProblemError } from "../../api/problem.ts"
import { sumOf } from "../../format/figure.ts"
import { codeWords } from "../../words/events.ts"
import { rowsIn } from "../../words/rows.ts"
import type { Action, Rehearsed } from "./Action.ts"
import { AtRisk, RecommendedVerdict } from "./AtRisk.tsx"
import { Figure, Said } from "../parts/Figure.tsx"
import { Problem } from "../parts/Panel.tsx"
import { texts } from "../../words/text/actions.ts"

type Ordered = Documents.EffectsDocument["orders"][number]

/** What several orders come to that would be sent at once; those without a known price are counted. */
const Together = ({ orders }: { readonly orders: ReadonlyArray<Ordered> }) => {
  const known = orders.flatMap(({ notional }) => notional ?? [])
  if (orders.length < 2 || known.length === 0) return null
  const unpriced = orders.length - known.length
  const said = { count: orders.length, notional: <Figure of={sumOf(known)} money /> }
  return (
    <li>{unpriced === 0 ? texts.ordersAtOnceAbout(said) : texts.ordersAtOnceSomeUnpriced({ ...said, unpriced })}</li>
  )
}

/** What becomes of rows of a batch, of which shares, and what those come to. */
const Fared = ({ of: { rows, shares, what } }: { readonly of: Documents.BatchRowsDocument }) => (
  <li>
    {rowsIn(rows)} <Said text={what} />
    {shares.map(({ notional, quantity, side, symbol }, at) => (
      <span key={`${symbol} ${side}`}>
        {at === 0 ? ": " : "; "}
        {notional === null ? (
          <>
            {side} <Figure of={quantity} /> {symbol}
          </>
        ) : (
          texts.sharesAbout({
            side,
            quantity: <Figure of={quantity} />,
            symbol,
            notional: <Figure of={notional} money />
          })
        )}
      </span>
    ))}
  </li>
)

const limitedWords = {
  released: texts.positionsReleased,
  held: texts.positionsHeld,
  waiting: texts.positionsWaiting
} as const

const GROUPS = ["released", "held", "waiting"] as const

/** The positions that other limits would release, hold or leave waiting, by the control that holds them. */
const Limited = ({ of }: { readonly of: NonNullable<Rehearsed["limited"]> }) => {
  const groups = GROUPS.flatMap((group) => of[group].map((each) => ({ group, ...each })))
  if (groups.length === 0) return <li>{texts.noPositionMoves}</li>
  return groups.map(({ control, group, notional, positions, symbols, unpriced }) => {
    const more = positions - symbols.length
    const named = more > 0 ? [...symbols, texts.more({ more })] : symbols
    return (
      <li key={`${group} ${control}`}>
        {limitedWords[group]({
          count: positions,
          control: codeWords(control),
          notional: <Figure of={notional} money />,
          symbols: named.join(", ")
        })}
        {unpriced === 0 ? null : texts.ofThemUnpriced({ unpriced })}
      </li>
    )
  })
}

/** So many orders are named; of the others it is said how many they are. */
const MOST_NAMED = 8

const orderWords = ({ account, id, quantity, side, symbol }: Documents.OrderInShort): string =>
  texts.orderInShort({ id, side, quantity, symbol, account })

/** The unconfirmed orders in the scope of a trading state; nothing where there are none. */
const InDoubt = ({ of }: { readonly of: ReadonlyArray<Documents.OrderInShort> }) => {
  if (of.length === 0) return null
  const more = of.length - MOST_NAMED
  const named = [...of.slice(0, MOST_NAMED).map(orderWords), ...(more > 0 ? [texts.more({ more })] : [])]
  return <li>{texts.unconfirmedInScope({ count: of.length, orders: named.join(", ") })}</li>
}

/** What an action would come to as the books stand, and the orders that would follow at once. */
const Rehearsal = ({ adds, of }: { readonly of: Rehearsed; readonly adds: Action["adds"] }) => {
  const said = adds?.(of)
  return (
    <>
      <h3>{texts.impact}</h3>
      <ul aria-label={texts.impact}>
        <li>
          <Said text={of.done} />
        </li>
        {said === undefined ? null : (
          <li>
            <Said text={said} />
          </li>
        )}
        {of.limited === undefined ? null : <Limited of={of.limited} />}
        <InDoubt of={of.inDoubt ?? []} />
        {of.rows?.map((each) => (
          <Fared key={each.fate} of={each} />
        ))}
        {of.effects?.orders.map(({ account, notional, quantity, side, symbol }) => (
          <li key={`${account} ${symbol}`}>
            {notional === null
              ? texts.thenOrdered({ side, quantity: <Figure of={quantity} />, symbol, account })
              : texts.thenOrderedAbout({
                  side,
                  quantity: <Figure of={quantity} />,
                  symbol,
                  account,
                  notional: <Figure of={notional} money />
                })}
          </li>
        ))}
        <Together orders={of.effects?.orders ?? []} />
        {of.effects?.orders.length === 0 ? <li>{texts.noOrdersNow}</li> : null}
      </ul>
      {of.doubt === undefined ? null : (
        <>
          <AtRisk of={of.doubt.atRisk} />
          <RecommendedVerdict of={of.doubt.recommended} />
        </>
      )}
    </>
  )
}

/** The rules refuse what was rehearsed: they would refuse it then too. */
const isRefused = (error: Error): boolean => error instanceof ProblemError && error.status === 409

interface ForeseenProps {
  readonly answer: { readonly data: Rehearsed | undefined; readonly error: Error | null; readonly isFetched: boolean }
  readonly of: Action
  /** Is its failure shown? That of the command goes before it. */
  readonly isShown: boolean
}

/** The answer of the dry run, that it is waited for, or that there is none. */
export const Foreseen = ({ answer: { data, error, isFetched }, isShown, of }: ForeseenProps) => {
  if (data !== undefined) return <Rehearsal of={data} adds={of.adds} />
  if (!isFetched) {
    return <p className="faint">{of.isStop === true ? texts.loadingImpactOfStop : texts.loadingImpact}</p>
  }
  return error === null || !isShown ? null : (
    <>
      <Problem error={error} isOfAction />
      {isRefused(error) ? null : <p className="faint">{texts.impactUnknown}</p>}
    </>
  )
}
