import type { Effect } from "effect"
import type { ReactNode } from "react"
import { Link, useLocation } from "wouter"
import { useAsk } from "../../api/asking.ts"
import type { Api } from "../../api/client.ts"
import type { Past } from "../../api/records.ts"
import { eventWords } from "../../words/events.ts"
import { pathOfWhy } from "../../words/paths.ts"
import { signOfState } from "../../words/signs.ts"
import { momentOf, useAsOf } from "../parts/asOf.ts"
import { CopyId } from "../parts/CopyId.tsx"
import { GivenId, Said } from "../parts/Figure.tsx"
import { Asked } from "../parts/Panel.tsx"
import { placeOf, siblingOf } from "../parts/siblings.ts"
import { StateSign } from "../parts/Sign.tsx"
import { texts } from "../../words/text/parts.ts"

/** The id of a record, which leads to its screen. */
export const RecordLink = ({ id, to }: { readonly id: string; readonly to: string }) => (
  <span className="id">
    <Link href={to} className="mono">
      {id}
    </Link>
    <CopyId id={id} />
  </span>
)

/** Leads from a price, or whatever a record shows, to causes. */
export const WhyLink = ({ of }: { readonly of: string }) => (
  <Link href={pathOfWhy(of)} className="button quiet small" aria-label={texts.whyOf({ of })}>
    {texts.why}
  </Link>
)

/** Which row of the list it came from a record is, and the ways to its neighbours. */
const PlaceInList = () => {
  const [path] = useLocation()
  const found = placeOf(path)
  if (found === undefined) return null
  const [previous, next] = [siblingOf(path, -1), siblingOf(path, 1)]
  return (
    <span className="place">
      {previous === undefined ? null : <Link href={previous}>{texts.previous}</Link>}
      <span className="figure">{texts.placeInList(found)}</span>
      {next === undefined ? null : <Link href={next}>{texts.next}</Link>}
    </span>
  )
}

/** Where a record belongs: the list of its kind, and its id. */
export const Crumb = ({ id, name, to }: { readonly id: string; readonly name: string; readonly to: string }) => (
  <>
    <Link href={to}>{name}</Link> · <GivenId id={id} />
    <PlaceInList />
  </>
)

interface ShownProps<A> {
  /** What kind of record, and which: what is read is kept by it. */
  readonly name: ReadonlyArray<string>
  /** What the page is called while it has nothing else to show; a part of a page has none. */
  readonly title?: string
  /** `past` names the moment that is looked at, where it is not now. */
  readonly read: (api: Api, past: Past) => Effect.Effect<A, unknown>
  readonly children: (found: A) => ReactNode
}

/** The screen of a record: it is read, and again whenever something happened. */
export const Shown = <A,>({ children, name, read, title }: ShownProps<A>) => {
  const asOf = useAsOf()
  return (
    <Asked query={useAsk([...name, asOf], (api) => read(api, momentOf(asOf)))} title={title}>
      {children}
    </Asked>
  )
}

interface BreakBannerProps {
  readonly found: { readonly id: string; readonly kind: string; readonly evidence: string; readonly standing: string }
}

/** Says that a record is in a break, and leads to it. */
export const BreakBanner = ({ found: { evidence, id, kind, standing } }: BreakBannerProps) => (
  <div className={`banner tone-${signOfState("break", standing).tone}`} role="status">
    <StateSign family="break" state={standing} />
    <span>
      <Link href={`/attention/${id}`}>{eventWords(kind)}</Link>: <Said text={evidence} />
    </span>
  </div>
)
