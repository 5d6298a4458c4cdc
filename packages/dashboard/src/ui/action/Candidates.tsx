import type { Documents } from "@roundlot/api"
import type { ReactNode } from "react"
import type { Seen } from "../../api/records.ts"
import { negated, signOf, sumOf } from "../../format/figure.ts"
import { shownSpan } from "../../format/time.ts"
import { glossary, type Term } from "../../words/glossary.ts"
import { signOfState } from "../../words/signs.ts"
import { markPlaced } from "./orders.ts"
import { ActionButton } from "./ActionButton.tsx"
import { Figure, Foreign, GivenId } from "../parts/Figure.tsx"
import { Explained, Head } from "../parts/Help.tsx"
import { Panel } from "../parts/Panel.tsx"
import { SignIcon } from "../parts/Sign.tsx"
import { texts } from "../../words/text/actions.ts"

type Order = Seen<Documents.OrderDetail>
type Candidate = Documents.BreakDocument["candidates"][number]

/** The broker's orders that an order in doubt may be, as they were last listed. */
export const candidatesOf = ({ breaks }: Order): ReadonlyArray<Candidate> =>
  breaks.filter(({ kind, status }) => kind === "Doubt" && status === "open").flatMap(({ candidates }) => candidates)

const isSame = (one: string, other: string): boolean => signOf(sumOf([one, negated(other)])) === 0

/** What of a candidate is compared with our order: what it has there, and whether it is the same. */
interface Mark {
  readonly term: Term
  readonly there: string
  readonly same: boolean
}

const marksOf = (order: Order, { limitPrice, quantity, side, symbol, type }: Candidate): ReadonlyArray<Mark> => [
  { term: "symbol", there: symbol, same: symbol === order.symbol },
  { term: "side", there: side, same: side === order.side },
  { term: "quantity", there: quantity, same: isSame(quantity, order.quantity) },
  ...(type === null ? [] : [{ term: "orderType", there: type.replace("_", " "), same: type === order.type } as const]),
  ...(limitPrice === null
    ? []
    : [
        {
          term: "limitPrice",
          there: limitPrice,
          same: order.limitPrice !== null && isSame(limitPrice, order.limitPrice)
        } as const
      ])
]

const enteredIn = ({ sentAt }: Order, { enteredAt }: Candidate): string | undefined => {
  if (enteredAt === null || sentAt === null) return undefined
  const ms = Date.parse(enteredAt) - Date.parse(sentAt)
  const span = shownSpan(Math.abs(ms))
  return ms < 0 ? texts.enteredBefore({ span }) : texts.enteredAfter({ span })
}

const compared = (same: boolean) => signOfState("compared", same ? "same" : "differs")

const MarkShown = ({ of: { same, term, there } }: { readonly of: Mark }) => (
  <li className={same ? undefined : "differs"}>
    <SignIcon sign={compared(same)} />
    <span className="hidden">{compared(same).word}: </span>
    <Explained help={glossary[term].help}>{glossary[term].head}</Explained>{" "}
    {/^[\d.]+$/.test(there) ? <Figure of={there} /> : <Foreign text={there} />}
  </li>
)

/** One of the broker's orders, with what of it is as in ours and what is not. */
const Card = ({
  candidate,
  children,
  order
}: {
  readonly order: Order
  readonly candidate: Candidate
  readonly children: ReactNode
}) => {
  const entered = enteredIn(order, candidate)
  return (
    <li>
      <p>
        <strong>
          <GivenId id={candidate.brokerOrderId} />
        </strong>{" "}
        <span className="faint">
          <Foreign text={candidate.status} />
          {entered === undefined ? null : `, ${entered}`}
        </span>
      </p>
      <ul className="marks">
        {marksOf(order, candidate).map((mark) => (
          <MarkShown key={mark.term} of={mark} />
        ))}
      </ul>
      {children}
    </li>
  )
}

/** The broker's orders that an order in doubt may be, each to be chosen; absent where none is listed. */
export const Candidates = ({ order }: { readonly order: Order }) => {
  const candidates = order.status === "in_doubt" ? candidatesOf(order) : []
  if (candidates.length === 0) return null
  return (
    <Panel title={<Head term="candidates" />} note={texts.asListed}>
      <ul className="candidates" aria-label={texts.brokerOrders}>
        {candidates.map((candidate) => (
          <Card key={candidate.brokerOrderId} order={order} candidate={candidate}>
            <ActionButton
              action={markPlaced(order, candidate.brokerOrderId)}
              label={texts.itIs({ brokerOrderId: candidate.brokerOrderId })}
              className="button small"
            />
          </Card>
        ))}
      </ul>
    </Panel>
  )
}
