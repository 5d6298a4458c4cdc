import { lazy, Suspense, useState, type ReactNode } from "react"
import { glossary, type Term } from "../words/glossary.ts"

const HelpPopover = lazy(() => import("./HelpPopover.tsx").then(({ HelpPopover }) => ({ default: HelpPopover })))

interface ExplainedProps {
  readonly help: string
  readonly children: ReactNode
  readonly className?: string | undefined
}

/** Something whose meaning is a hover, a focus or a tap away. */
export const Explained = ({ children, className, help }: ExplainedProps) => {
  const [wanted, setWanted] = useState(false)
  const [isOpen, setOpen] = useState(false)
  const show = () => {
    setWanted(true)
    setOpen(true)
  }
  const button = (
    <button
      type="button"
      className={`help ${className ?? ""}`}
      data-help={help}
      onMouseEnter={show}
      onMouseLeave={() => setOpen(false)}
      onFocus={(event) => event.currentTarget.matches(":focus-visible") && show()}
      onBlur={() => setOpen(false)}
      onClick={(event) => {
        event.stopPropagation()
        show()
      }}
    >
      {children}
    </button>
  )
  if (!wanted) return button
  return (
    <Suspense fallback={button}>
      <HelpPopover isOpen={isOpen} onOpenChange={setOpen} anchor={button}>
        {help}
      </HelpPopover>
    </Suspense>
  )
}

/** The head of a column, figure or field, with what it means. */
export const Head = ({ term, tail }: { readonly term: Term; readonly tail?: string | undefined }) => {
  const { head, help } = glossary[term]
  return (
    <Explained help={help}>
      {head}
      {tail === undefined ? null : <span className="faint"> {tail}</span>}
    </Explained>
  )
}
