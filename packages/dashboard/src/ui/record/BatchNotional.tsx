import type { Documents } from "@roundlot/api"
import { Figure } from "../parts/Figure.tsx"
import { texts } from "../../words/text/batches.ts"

interface BatchNotionalProps {
  readonly batch: Pick<Documents.BatchDocument, "notional" | "unpricedTrades">
}

/** What the rows of a batch came to as they were submitted, and how many gave no price. */
export const BatchNotional = ({ batch: { notional, unpricedTrades } }: BatchNotionalProps) => {
  if (notional === null) return texts.withoutPrice({ count: unpricedTrades })
  const sum = <Figure of={notional} money />
  return unpricedTrades === 0 ? sum : texts.notionalAndWithoutPrice({ notional: sum, count: unpricedTrades })
}

/** The same in the width of a column: that a price is missing is a mark, and its tooltip says of how many rows. */
export const BatchNotionalCell = ({ batch: { notional, unpricedTrades } }: BatchNotionalProps) => {
  const unknown = texts.withoutPrice({ count: unpricedTrades })
  if (notional === null || unpricedTrades === 0) return <Figure of={notional} money unknown={unknown} />
  return <span title={unknown}>{texts.notionalInPart({ notional: <Figure of={notional} money /> })}</span>
}
