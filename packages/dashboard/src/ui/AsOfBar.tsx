import { useState } from "react"
import { useLocation } from "wouter"
import { shownTime } from "../format/time.ts"
import { signOfState } from "../words/signs.ts"
import { useAsOf, useLookAt } from "./asOf.ts"
import { Field } from "./Field.tsx"
import { useNow, useSettings } from "./settings.ts"
import { SignIcon } from "./Sign.tsx"

/** Pages whose figures the daemon gives of any moment. */
const told = [
  /^\/(?:attention|positions|orders|trades|fills|decisions|attempts|batches|journal)$/,
  /^\/(?:orders|trades|fills|decisions|attempts|batches)\/[A-Z]\d+$/,
  /^\/attention\/[BOT]\d+$/i,
  /^\/batches\/[A-Z]\d+\/[a-z]+$/,
  /^\/positions\/[^/]+\/[^/]+$/,
  /^\/ops\/accounts\/[^/]+$/
]

/** Whether the page at this address can show the past. */
const hasPast = (path: string): boolean => told.some((page) => page.test(path))

const two = (value: number): string => String(value).padStart(2, "0")

/** A moment as the field of a browser writes it, in its own zone. */
const writtenOf = (moment: string): string => {
  const at = new Date(moment)
  if (/^\d+$/.test(moment) || Number.isNaN(at.getTime())) return ""
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`
  return `${day}T${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`
}

/** Says that what is shown is of another moment, and lets one choose it. */
export const AsOfBar = () => {
  const [path] = useLocation()
  const asOf = useAsOf()
  const look = useLookAt()
  const now = useNow()
  const { utc } = useSettings()
  const [isOpen, setOpen] = useState(false)
  if (asOf === "" && (!isOpen || !hasPast(path))) {
    return hasPast(path) ? (
      <button type="button" data-key="a" className="button quiet small as-of" onClick={() => setOpen(true)}>
        As of…
      </button>
    ) : null
  }
  const shown = /^\d+$/.test(asOf) ? `position ${asOf} of the feed` : shownTime(asOf, now, utc)
  return (
    <div className="banner past" role="status">
      <SignIcon sign={signOfState("frame", "past")} />
      <span>
        {asOf === ""
          ? "Choose a moment: the page shows the books as they stood then."
          : hasPast(path)
            ? `As it stood at ${shown}. Nothing can be done from here.`
            : `This page shows how it is now; others show ${shown}.`}
      </span>
      <Field term="asOf">
        <input
          type="datetime-local"
          step={1}
          aria-label="As of"
          // oxlint-disable-next-line jsx-a11y/no-autofocus -- whoever opened the bar has asked for this field
          autoFocus={asOf === ""}
          value={writtenOf(asOf)}
          onChange={({ target }) => {
            const at = new Date(target.value)
            if (!Number.isNaN(at.getTime())) look(at.toISOString())
          }}
        />
      </Field>
      <button
        type="button"
        className="button small"
        onClick={() => {
          setOpen(false)
          look("")
        }}
      >
        Back to now
      </button>
    </div>
  )
}
