import { lazy, useEffect, useId, useRef, useState, type ReactNode } from "react"
import { glossary, type Term } from "../../words/glossary.ts"
import { Part } from "./Part.tsx"

const HelpPopover = lazy(() => import("./HelpPopover.tsx").then(({ HelpPopover }) => ({ default: HelpPopover })))

interface ExplainedProps {
  readonly help: string
  readonly children: ReactNode
  readonly className?: string | undefined
}

/** So long may a pointer be between a word and its meaning, on its way from one to the other. */
const BETWEEN_MS = 150

/** Something whose meaning is a hover, a focus or a tap away. */
export const Explained = ({ children, className, help }: ExplainedProps) => {
  const [wanted, setWanted] = useState(false)
  const [isOpen, setOpen] = useState(false)
  const id = useId()
  const word = useRef<HTMLButtonElement>(null)
  const leaving = useRef<ReturnType<typeof setTimeout>>(undefined)
  const show = () => {
    clearTimeout(leaving.current)
    setWanted(true)
    setOpen(true)
  }
  const leave = () => {
    clearTimeout(leaving.current)
    leaving.current = setTimeout(() => setOpen(false), BETWEEN_MS)
  }
  useEffect(() => () => clearTimeout(leaving.current), [])
  return (
    <>
      <button
        type="button"
        ref={word}
        className={`help ${className ?? ""}`}
        data-help={help}
        aria-describedby={isOpen ? id : undefined}
        onMouseEnter={show}
        onMouseLeave={leave}
        onFocus={(event) => event.currentTarget.matches(":focus-visible") && show()}
        onBlur={() => setOpen(false)}
        onClick={(event) => {
          event.stopPropagation()
          show()
        }}
      >
        {children}
      </button>
      {wanted ? (
        <Part>
          <HelpPopover id={id} isOpen={isOpen} onOpenChange={setOpen} onEnter={show} onLeave={leave} word={word}>
            {help}
          </HelpPopover>
        </Part>
      ) : null}
    </>
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
