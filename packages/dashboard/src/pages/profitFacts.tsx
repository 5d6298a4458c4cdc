import type { Documents } from "@roundlot/api"
import type { Fact } from "../ui/parts/Facts.tsx"
import { Figure, Moment } from "../ui/parts/Figure.tsx"
import { missingWords } from "../words/profit.ts"
import { texts } from "../words/text/profit.ts"

/** What a symbol cost, is worth and came to, by a method of closing lots. */
export const profitFacts = (of: Documents.ProfitRow, method: string): ReadonlyArray<Fact> => {
  const isDollar = of.currency === "USD"
  return [
    ["lotMethod", method],
    ["held", <Figure of={of.quantity} signed />],
    ["averageCost", of.averageCost === null ? null : <Figure of={of.averageCost} money={isDollar} isAbout />],
    [
      "marketPrice",
      of.price === null ? (
        texts.notKnown
      ) : (
        <>{texts.priceAt({ price: <Figure of={of.price} money={isDollar} />, at: <Moment at={of.priceAt} /> })}</>
      )
    ],
    ["marketValue", <Figure of={of.marketValue} money={isDollar} />],
    ["unrealised", <Figure of={of.unrealised} money={isDollar} signed />],
    ["realised", <Figure of={of.profit} money={isDollar} signed />],
    ["fees", <Figure of={of.fees} money={isDollar} />],
    ["turnover", <Figure of={of.turnover} money={isDollar} />],
    ["missing", missingWords(of)]
  ]
}
