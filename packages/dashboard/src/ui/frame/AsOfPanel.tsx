import { useState } from "react"
import { useAsk } from "../../api/asking.ts"
import { grouped } from "../../format/figure.ts"
import { instantOf, shownTime, writtenTime, zoneName } from "../../format/time.ts"
import { signOfState } from "../../words/signs.ts"
import { momentOf, useLookAt } from "../parts/asOf.ts"
import { Field } from "../parts/Field.tsx"
import { Head } from "../parts/Help.tsx"
import { useNow, useSettings } from "../parts/settings.ts"
import { SignIcon } from "../parts/Sign.tsx"
import { texts } from "../../words/text/asOf.ts"

/** The number of the first commit. */
const FIRST = 1

/** The newest position of the feed, and that of the moment that is looked at with its time: nothing as long as they are not known. */
const usePlace = (asOf: string) => {
  const newest = useAsk(["journal", "head"], (api) => api.journal.head({ urlParams: {} }))
  const past = useAsk(["journal", "head", asOf], (api) => api.journal.head({ urlParams: momentOf(asOf) }), asOf !== "")
  const head = newest.data?.position
  return { head, place: asOf === "" ? undefined : past.data?.asOf }
}

interface StepsProps {
  readonly position: number
  readonly head: number
  readonly onLook: (position: number) => void
}

/** Goes to the commit before or after, or along all that there are; the books are read where the slider is let go. */
const Steps = ({ head, onLook, position }: StepsProps) => {
  const [dragged, setDragged] = useState<number>()
  const letGo = (): void => {
    if (dragged !== undefined && dragged !== position) onLook(dragged)
    setDragged(undefined)
  }
  return (
    <div className="field past-steps" role="group" aria-label={texts.steps}>
      <Head term="feedPosition" />
      <button
        type="button"
        className="button small"
        disabled={position <= FIRST}
        onClick={() => onLook(Math.max(FIRST, position - 1))}
      >
        {texts.earlier}
      </button>
      <input
        type="range"
        aria-label={texts.feedPosition}
        aria-valuetext={texts.positionOfHead({
          position: grouped(String(dragged ?? position)),
          head: grouped(String(head))
        })}
        min={FIRST}
        max={Math.max(head, position)}
        value={dragged ?? position}
        onChange={({ target }) => setDragged(target.valueAsNumber)}
        onPointerUp={letGo}
        onKeyUp={letGo}
        onBlur={letGo}
      />
      <button type="button" className="button small" disabled={position >= head} onClick={() => onLook(position + 1)}>
        {texts.later}
      </button>
      <span className="figure">
        {texts.positionOfHead({ position: grouped(String(dragged ?? position)), head: grouped(String(head)) })}
      </span>
    </div>
  )
}

/** Whether the feed has what is asked for; of a position nothing is known before its newest is. */
const hasMoment = (asOf: string, head: number | undefined): boolean | undefined => {
  if (!/^\d+$/.test(asOf)) return true
  return head === undefined ? undefined : Number(asOf) <= head
}

interface AsOfPanelProps {
  /** What the address asks for; empty where a moment is still to be chosen. */
  readonly asOf: string
  /** Does the page show the past? */
  readonly isPast: boolean
  readonly onClose: () => void
}

/** Says of which moment the page is, by its number and its time, and leads to others. */
export const AsOfPanel = ({ asOf, isPast, onClose }: AsOfPanelProps) => {
  const look = useLookAt()
  const now = useNow()
  const { utc } = useSettings()
  const { head, place } = usePlace(asOf)
  const timeOf = (at: string): string => `${shownTime(at, now, utc)} ${zoneName(utc)}`
  const asked = /^\d+$/.test(asOf) ? texts.atFeedPosition({ position: grouped(asOf) }) : timeOf(asOf)
  const shown =
    place === undefined
      ? asked
      : texts.atFeedPositionAndTime({ position: grouped(String(place.position)), at: timeOf(place.at) })
  const isThere = hasMoment(asOf, head)
  const said = asOf === "" ? texts.chooseAMoment : isPast ? texts.booksAsOf({ shown }) : texts.currentState({ shown })
  return (
    <div className="banner past" role="status">
      <SignIcon sign={signOfState("frame", "past")} />
      <span>
        {isThere === false ? texts.noSuchPosition({ asked, newest: grouped(String(head)) }) : isThere && said}
      </span>
      {head === undefined ? null : (
        <Steps position={place?.position ?? head} head={head} onLook={(position) => look(String(position))} />
      )}
      <Field term="asOf" tail={zoneName(utc)}>
        <input
          type="datetime-local"
          step={1}
          aria-label={texts.asOf}
          // oxlint-disable-next-line jsx-a11y/no-autofocus -- who opened the bar has asked for this field
          autoFocus={asOf === ""}
          value={place === undefined ? "" : writtenTime(place.at, utc)}
          onChange={({ target }) => {
            const at = instantOf(target.value, utc)
            if (at !== target.value) look(at)
          }}
        />
      </Field>
      <button type="button" className="button small" onClick={onClose}>
        {texts.backToNow}
      </button>
    </div>
  )
}
