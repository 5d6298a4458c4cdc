import type { ReactNode } from "react"

/** A page's title and what belongs to it. */
export const PageHead = ({
  actions,
  children,
  note
}: {
  readonly children: ReactNode
  readonly note?: ReactNode
  readonly actions?: ReactNode
}) => (
  <div className="page-head">
    <div>
      <h1>{children}</h1>
      {note === undefined ? null : <p>{note}</p>}
    </div>
    {actions === undefined ? null : <div className="actions">{actions}</div>}
  </div>
)
