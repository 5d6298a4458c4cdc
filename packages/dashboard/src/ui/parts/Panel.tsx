import type { UseQueryResult } from "@tanstack/react-query"
import type { ReactNode } from "react"
import { Link } from "wouter"
import { useIsStale } from "../../api/asking.ts"
import { ProblemError } from "../../api/problem.ts"
import { Said } from "./Figure.tsx"
import { StateSign } from "./Sign.tsx"
import { texts } from "../../words/text/parts.ts"

/** What a part of a page has. */
export interface PanelProps {
  readonly title: ReactNode
  readonly note?: ReactNode
  readonly action?: ReactNode
  readonly children: ReactNode
  readonly id?: string | undefined
}

/** Says of what stands beside it that it may be old, while nothing is heard. */
export const StaleSign = () => (useIsStale() ? <StateSign family="link" state="stale" /> : null)

/** A part of a page with its title. */
export const Panel = ({ action, children, id, note, title }: PanelProps) => (
  <section className="panel" id={id}>
    <header>
      <h2>{title}</h2>
      <StaleSign />
      {note === undefined ? null : <span className="faint">{note}</span>}
      {action === undefined ? null : <span className="action">{action}</span>}
    </header>
    {children}
  </section>
)

/** Where nothing is: what would be here, and what makes it. */
export const Empty = ({ children }: { readonly children: ReactNode }) => <div className="empty">{children}</div>

interface ProblemProps {
  readonly error: Error
  readonly again?: (() => void) | undefined
  /** What was asked for is an action: its refusal says itself that it is one. */
  readonly isOfAction?: boolean
}

/** What went wrong, and what to do. */
export const Problem = ({ again, error, isOfAction = false }: ProblemProps) => {
  const problem = error instanceof ProblemError ? error : undefined
  if (problem?.status === 401) {
    return (
      <div className="problem" role="alert" aria-live="polite">
        {texts.sessionEnded({
          signIn: (
            <Link href={`/sign-in?return=${encodeURIComponent(location.pathname + location.search)}`}>
              {texts.signIn}
            </Link>
          ),
          command: <code>roundlot tokens link</code>
        })}
      </div>
    )
  }
  return (
    <div className="problem" role="alert" aria-live="polite">
      {isOfAction ? null : <strong>{problem?.status === 403 ? texts.roleTooLow : texts.couldNotLoad}</strong>}{" "}
      <Said text={error.message} />{" "}
      {problem === undefined || problem.status <= 0 ? null : <span className="faint mono">{problem.type}</span>}{" "}
      {problem?.requestId === undefined ? null : (
        <span className="faint">{texts.request({ requestId: <span className="mono">{problem.requestId}</span> })}</span>
      )}{" "}
      {again === undefined ? null : (
        <button type="button" className="button small" onClick={again}>
          {texts.tryAgain}
        </button>
      )}
    </div>
  )
}

interface AskedProps<A> {
  readonly query: UseQueryResult<A>
  readonly children: (found: A) => ReactNode
  /** What the page is called while it has nothing else to show; a part of a page has none. */
  readonly title?: string | undefined
}

/** What was asked for: its skeleton while it comes, its problem where it does not; the last good figures stay, dimmed. */
export const Asked = <A,>({ children, query, title }: AskedProps<A>) => {
  const again = () => void query.refetch()
  if (query.data === undefined) {
    return (
      <>
        {title === undefined ? null : <h1>{title}</h1>}
        {query.error === null ? <Skeleton /> : <Problem error={query.error} again={again} />}
      </>
    )
  }
  return (
    <>
      {query.error === null ? null : <Problem error={query.error} again={again} />}
      <div className={query.error === null ? undefined : "dimmed"}>{children(query.data)}</div>
    </>
  )
}

/** The layout of what comes, before it has come. */
export const Skeleton = () => (
  <div className="skeleton" aria-hidden="true">
    {Array.from({ length: 6 }, (_, at) => (
      <div key={at} />
    ))}
  </div>
)
