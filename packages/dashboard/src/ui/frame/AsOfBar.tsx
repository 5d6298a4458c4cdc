import { lazy, useState } from "react"
import { useLocation } from "wouter"
import { useAsOf, useLookAt } from "../parts/asOf.ts"
import { useOverview } from "../../api/overview.ts"
import { Figure } from "../parts/Figure.tsx"
import { Part } from "../parts/Part.tsx"
import { texts } from "../../words/text/frame.ts"

const AsOfPanel = lazy(() => import("./AsOfPanel.tsx").then(({ AsOfPanel }) => ({ default: AsOfPanel })))

/** Pages whose figures the daemon gives of any moment. */
const ofAnyMoment = [
  /^\/(?:attention|positions|orders|trades|fills|decisions|attempts|batches|journal)$/,
  /^\/(?:orders|trades|fills|decisions|attempts|batches)\/[A-Z]\d+$/,
  /^\/attention\/[BOT]\d+$/i,
  /^\/batches\/[A-Z]\d+\/[a-z]+$/,
  /^\/positions\/[^/]+\/[^/]+$/,
  /^\/profit(?:\/slippage|\/[^/]+\/[^/]+)?$/,
  /^\/ops\/accounts\/[^/]+$/
]

/** Whether the page at this address can show the past. */
const hasPast = (path: string): boolean => ofAnyMoment.some((page) => page.test(path))

/** Where the feed stands now: the number by which this moment is found again. */
const Now = () => {
  const { data } = useOverview()
  if (data === undefined) return null
  return <span className="faint">{texts.nowAt({ position: <Figure of={String(data.position)} /> })}</span>
}

/** Says that what is shown is of another moment, and lets one choose it. */
export const AsOfBar = () => {
  const [path] = useLocation()
  const asOf = useAsOf()
  const look = useLookAt()
  const [isOpen, setOpen] = useState(false)
  const isPast = hasPast(path)
  if (asOf === "" && (!isOpen || !isPast)) {
    return isPast ? (
      <div className="as-of">
        <Now />
        <button type="button" data-key="a" className="button quiet" onClick={() => setOpen(true)}>
          {texts.asOf}
        </button>
      </div>
    ) : null
  }
  return (
    <Part>
      <AsOfPanel
        asOf={asOf}
        isPast={isPast}
        onClose={() => {
          setOpen(false)
          look("")
        }}
      />
    </Part>
  )
}
