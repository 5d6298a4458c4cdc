import { useMemo } from "react"
import { asAverage, grouped, padding, shortened, withCents } from "../../format/figure.ts"
import { ageOf, exchangeTime, shownTime, withoutSeconds } from "../../format/time.ts"
import { CopyId } from "./CopyId.tsx"
import { copyText } from "./copying.ts"
import { Explained } from "./Help.tsx"
import { useNow, useSettings } from "./settings.ts"
import { texts } from "../../words/text/parts.ts"

interface FigureProps {
  /** The decimal as it was sent; null where it is not known. */
  readonly of: string | null
  readonly signed?: boolean | undefined
  /** The longest fraction of its column, so that points line up. */
  readonly align?: number | undefined
  readonly money?: boolean | undefined
  /** They are dollars, without the sign: two decimals at least. */
  readonly cents?: boolean | undefined
  /** An average: where it was rounded, four decimals are shown, and all that were sent on hover. */
  readonly isAbout?: boolean | undefined
  /** Why it is not known, where it is not. */
  readonly unknown?: string | undefined
}

/** An exact decimal: grouped, and otherwise as it was sent. */
export const Figure = ({ align, cents, isAbout, money, of, signed, unknown }: FigureProps) => {
  if (of === null) {
    return (
      <span className="figure faint" title={unknown ?? texts.notKnown}>
        —
      </span>
    )
  }
  const read = isAbout === true ? asAverage(of) : of
  const text = money === true || cents === true ? withCents(read) : read
  const full = grouped(text, signed)
  const withSign = money === true ? full.replace(/^([−+]?)/, "$1$") : full
  const short = shortened(read)
  const pad = align === undefined ? "" : padding(text, align)
  if (short === undefined) {
    return (
      <span
        className="figure"
        data-pad={pad === "" ? undefined : pad}
        data-raw={of}
        title={read === of ? undefined : of}
      >
        {withSign}
      </span>
    )
  }
  return (
    <button
      type="button"
      className="figure long"
      title={texts.clickToCopy({ withSign })}
      onClick={() => void copyText(of)}
      aria-label={withSign}
    >
      <span className="short">{short}</span>
      <span className="whole">{withSign}</span>
    </button>
  )
}

/** A moment in the zone that was chosen, without its seconds where only its minute is known; UTC and its age on hover. */
export const Time = ({ at, isToMinute = false }: { readonly at: string | null; readonly isToMinute?: boolean }) => {
  const { more, shown } = useTold(at)
  return at === null ? null : (
    <time dateTime={at} title={more} className="figure">
      {isToMinute ? withoutSeconds(shown) : shown}
    </time>
  )
}

/** A time beside words, where no arrow leads to it: a hover, its focus or a tap tells more. */
export const Moment = ({ at }: { readonly at: string | null }) => {
  const { more, shown } = useTold(at)
  return at === null ? null : (
    <Explained help={more}>
      <time dateTime={at} className="figure">
        {shown}
      </time>
    </Explained>
  )
}

/** A time in words, and more of it: exactly, at the exchange, and how long ago. */
const useTold = (at: string | null): { readonly shown: string; readonly more: string } => {
  const { utc } = useSettings()
  const now = useNow()
  // It is told anew every second, in every row: the exchange's time stays what it is.
  const there = useMemo(() => (at === null ? "" : exchangeTime(at)), [at])
  if (at === null) return { shown: "", more: "" }
  return { shown: shownTime(at, now, utc), more: texts.momentInFull({ at, newYork: there, age: ageOf(at, now) }) }
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

/** Longer than its beginning and its end together. */
const isLongId = (id: string): boolean => id.length > 13

/** An id that others gave, or that has no screen of its own; in a table its beginning and its end. */
export const GivenId = ({ id, isShort }: { readonly id: string | null; readonly isShort?: boolean }) =>
  id === null || id === "" ? null : (
    <span className="id mono" title={isShort === true && isLongId(id) ? pictured(id) : undefined}>
      <Foreign text={isShort === true && isLongId(id) ? `${id.slice(0, 8)}…${id.slice(-4)}` : id} />
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
        <bdi>{safe.slice(0, LONGEST)}…</bdi>{" "}
        <span className="link">{texts.showAllCharacters({ count: safe.length })}</span>
      </summary>
      <bdi>{safe}</bdi>
    </details>
  )
}

/** A moment as the daemon writes it in a sentence. */
const MOMENT = /(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z)/

/** A sentence of the program: times in it are in the zone that was chosen, as all times are. */
export const Said = ({ text }: { readonly text: string | null }) => {
  const parts = text?.split(MOMENT) ?? []
  return parts.map((part, at) =>
    // Each second part is what the pattern found; a sentence is never put together in another order.
    at % 2 === 1 ? <Time key={at} at={part} /> : part === "" ? null : <Foreign key={at} text={part} />
  )
}
