import type { Documents } from "@roundlot/api"
import { grouped, magnitude, shareOf, sumOf, negated, signOf } from "../../format/figure.ts"
import { usePaced } from "./usePaced.ts"
import { texts } from "../../words/text/charts.ts"

type Fill = Documents.FillDocument
type Band = Documents.PriceBandDocument

const sources: Readonly<Record<Band["from"], string>> = {
  limit: texts.itsLimit,
  market: texts.marketBeforeFill,
  trades: texts.priceOfTrades,
  fill: texts.itsLastFill
}

/** The band takes the middle of the line; what is outside stands beside it, at most at its end. */
const EDGE = 12.5
const MIDDLE = 50

/** For pixels only: where a price stands on the line, in hundredths of it. */
const placeOf = (price: string, { highest, reference }: Band): number => {
  const distance = sumOf([price, negated(reference)])
  const width = sumOf([highest, negated(reference)])
  // Up to twice the band's width from the middle: one further out is at the end.
  const share = 2 * shareOf(distance, sumOf([width, width]))
  return Math.min(99, Math.max(1, MIDDLE + share * (MIDDLE - EDGE)))
}

/** For pixels only: the largest fill is drawn largest. */
const sizeOf = (quantity: string, most: string): number => 6 + 8 * Math.sqrt(Math.max(0, shareOf(quantity, most)))

const isPriced = (fill: Fill): fill is Fill & { readonly price: string } =>
  fill.price !== null && signOf(fill.quantity) !== 0

/** The prices of an order's fills against what it should have got. A fill was judged when it was booked: its flag is what was found. */
export const PriceBand = ({ band, fills }: { readonly band: Band; readonly fills: ReadonlyArray<Fill> }) => {
  const priced = usePaced(fills).filter(isPriced)
  const outside = priced.filter((fill) => fill.canonical && fill.band === "outside").length
  const most = priced.map(({ quantity }) => magnitude(quantity)).reduce((a, b) => (shareOf(a, b) < 1 ? b : a), "0")
  const found = priced.length === 0 ? texts.noPricedFill : outside === 0 ? texts.allInside : texts.outside({ outside })
  const around = texts.bandAround({ bp: grouped(String(band.bandBp)), reference: grouped(band.reference) })
  return (
    <div className="price-band">
      <p>
        <span>{texts.bandTitle({ around, sources: sources[band.from] })}</span>
        <span className={outside === 0 ? undefined : "tone-warn"}>{found}</span>
      </p>
      <div className="line" role="img" aria-label={texts.bandSummary({ around, found })}>
        <span className="inside" />
        <span className="reference" />
        {priced.map((fill) => {
          const size = sizeOf(magnitude(fill.quantity), most)
          const state = !fill.canonical ? "dot superseded" : fill.band === "outside" ? "dot outside" : "dot"
          return (
            <span
              key={fill.id}
              className={state}
              style={{ left: `${placeOf(fill.price, band)}%`, width: size, height: size }}
              title={texts.fillAt({ fill: fill.id, quantity: grouped(fill.quantity), price: grouped(fill.price) })}
            />
          )
        })}
      </div>
      <p className="figure faint ends">
        <span>{grouped(band.lowest)}</span>
        <span>{grouped(band.reference)}</span>
        <span>{grouped(band.highest)}</span>
      </p>
    </div>
  )
}
