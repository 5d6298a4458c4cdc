import type { Documents } from "@roundlot/api"
import { useDocument } from "../../api/asking.ts"
import { grouped, magnitude, signOf, withCents } from "../../format/figure.ts"
import { signOfNext } from "../../words/signs.ts"
import { SignView } from "../parts/Sign.tsx"
import { texts } from "../../words/text/parts.ts"

const useAccounts = () => useDocument(["accounts"], "/api/v1/accounts")

/** Whether it is still being read from which residuals orders are due. */
export const useIsDuePending = (): boolean => useAccounts().isPending

/** When an order is due, by account: from its threshold, else from its lot, which is then what is ordered. */
const useDue = () => {
  const { data } = useAccounts()
  const known = new Map(
    data?.items.map(({ lot, name, threshold }) => [
      name,
      { from: threshold ?? lot, ordered: threshold === null ? lot : null }
    ])
  )
  return ({ account }: { readonly account: string }) => known.get(account)
}

/** From which residual an order is due, by account. */
export const useDueFrom = (): ((position: { readonly account: string }) => string) => {
  const due = useDue()
  return (position) => due(position)?.from ?? "1"
}

interface NextOrderProps {
  readonly position: Pick<Documents.PositionDocument, "account" | "answer" | "orderInDoubt" | "residual">
}

/** What order comes next, or why there is none. */
export const NextOrder = ({ position }: NextOrderProps) => {
  const { answer, orderInDoubt, residual } = position
  const due = useDue()(position)
  if (answer.code !== "NotDue") return <SignView sign={signOfNext(answer, orderInDoubt)} />
  const sign = signOf(residual)
  if (due === undefined) return null
  if (sign === 0) return <span className="faint">{texts.noResidual}</span>
  const from = grouped(withCents(magnitude(due.from)))
  const ordered = due.ordered === null ? "" : `${grouped(due.ordered)} `
  return (
    <span className="figure">
      {sign > 0 ? texts.buysAtResidual({ ordered, from }) : texts.sellsAtResidual({ ordered, from })}
    </span>
  )
}
