import { useMemo } from "react"
import { grouped, padding, shortened } from "../format/figure.ts"
import { ageOf, exchangeTime, shownTime } from "../format/time.ts"
import { CopyId } from "./CopyId.tsx"
import { copyText } from "./copying.ts"
import { useNow, useSettings } from "./settings.ts"

interface FigureProps {
  /** The decimal as it was sent; null where it is not known. */
  readonly of: string | null
  readonly signed?: boolean | undefined
  /** The longest fraction of its column, so that points line up. */
  readonly align?: number | undefined
  readonly money?: boolean | undefined
  /** Why it is not known, where it is not. */
  readonly unknown?: string | undefined
}

/** An exact decimal: grouped, and otherwise as it was sent. */
export const Figure = ({ align, money, of, signed, unknown }: FigureProps) => {
  if (of === null) {
    return (
      <span className="figure faint" title={unknown ?? "not known"}>
        —
      </span>
    )
  }
  const full = grouped(of, signed)
  const withSign = money === true ? full.replace(/^([−+]?)/, "$1$") : full
  const short = shortened(of)
  const pad = align === undefined ? "" : padding(of, align)
  if (short === undefined) {
    return (
      <span className="figure" data-pad={pad === "" ? undefined : pad} data-raw={of}>
        {withSign}
      </span>
    )
  }
  return (
    <button
      type="button"
      className="figure long"
      title={`${withSign} (click to copy)`}
      onClick={() => void copyText(of)}
      aria-label={withSign}
    >
      <span className="short">{short}</span>
      <span className="whole">{withSign}</span>
    </button>
  )
}

/** A moment in the zone that was chosen; UTC and its age on hover. */
export const Time = ({ at }: { readonly at: string | null }) => {
  const { utc } = useSettings()
  const now = useNow()
  // It is told anew every second, in every row: the exchange's time stays what it is.
  const there = useMemo(() => (at === null ? "" : exchangeTime(at)), [at])
  if (at === null) return null
  return (
    <time dateTime={at} title={`${at} · New York ${there} · ${ageOf(at, now)} ago`} className="figure">
      {shownTime(at, now, utc)}
    </time>
  )
}

/** How long ago a moment is; it ticks. */
export const Age = ({ at }: { readonly at: string }) => {
  const now = useNow()
  return (
    <time dateTime={at} title={at} className="figure">
      {ageOf(at, now)}
    </time>
  )
}

/** An id that others gave, or that has no screen of its own. */
export const GivenId = ({ id }: { readonly id: string | null }) =>
  id === null || id === "" ? null : (
    <span className="id mono">
      <Foreign text={id} />
      <CopyId id={id} />
    </span>
  )

const LONGEST = 240

/** Control characters as pictures: `␀`. */
const pictured = (text: string): string =>
  // oxlint-disable-next-line no-control-regex -- these are what must be seen
  text.replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f]/g, (each) =>
    String.fromCodePoint(each === "\u007f" ? 0x2421 : 0x2400 + each.charCodeAt(0))
  )

/** Text of a file or a broker: never more than text, never longer than a paragraph before it is asked for. */
export const Foreign = ({ text }: { readonly text: string | null }) => {
  if (text === null) return null
  const safe = pictured(text)
  if (safe.length <= LONGEST) return <bdi className="foreign">{safe}</bdi>
  return (
    <details className="foreign">
      <summary>
        <bdi>{safe.slice(0, LONGEST)}…</bdi> <span className="link">Show all {safe.length} characters</span>
      </summary>
      <bdi>{safe}</bdi>
    </details>
  )
}
