import type { Documents } from "@roundlot/api"
import { useDocument } from "../../api/asking.ts"
import { grouped, magnitude, signOf, withCents } from "../../format/figure.ts"
import { signOfNext } from "../../words/signs.ts"
import { SignView } from "../parts/Sign.tsx"
import { texts } from "../../words/text/parts.ts"

const useAccounts = () => useDocument(["accounts"], "/api/v1/accounts")

/** Whether it is still being read from which residuals orders are due. */
export const useIsDuePending = (): boolean => useAccounts().isPending

/** From which residual an order is due, by account: its threshold, else its lot. */
export const useDueFrom = (): ((position: { readonly account: string }) => string) => {
  const { data } = useAccounts()
  const known = new Map(data?.items.map(({ lot, name, threshold }) => [name, threshold ?? lot]))
  return ({ account }) => known.get(account) ?? "1"
}

interface NextOrderProps {
  readonly position: Pick<Documents.PositionDocument, "account" | "answer" | "orderInDoubt" | "residual">
}

/** What order comes next, or why there is none. */
export const NextOrder = ({ position }: NextOrderProps) => {
  const { answer, orderInDoubt, residual } = position
  const isPending = useIsDuePending()
  const from = grouped(withCents(magnitude(useDueFrom()(position))))
  if (answer.code !== "NotDue") return <SignView sign={signOfNext(answer, orderInDoubt)} />
  const sign = signOf(residual)
  if (sign === 0) return <span className="faint">{texts.noResidual}</span>
  if (isPending) return null
  return <span className="figure">{sign > 0 ? texts.buysAtResidual({ from }) : texts.sellsAtResidual({ from })}</span>
}
