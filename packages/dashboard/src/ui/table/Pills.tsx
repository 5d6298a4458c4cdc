import { grouped } from "../../format/figure.ts"
import type { useHolding } from "./holding.ts"
import { Chosen, type useSelection } from "./Selection.tsx"

interface PillProps {
  readonly counts: ReadonlyArray<readonly [count: number, what: string]>
  readonly onClick: () => void
}

/** What is not shown, or only still shown; pressed, it is. */
const Pill = ({ counts, onClick }: PillProps) => {
  const told = counts.filter(([count]) => count > 0).map(([count, what]) => `${grouped(String(count))} ${what}`)
  return told.length === 0 ? null : (
    <button type="button" className="pill" title="Show the current rows" onClick={onClick}>
      {told.join(", ")}
    </button>
  )
}

interface PillsProps {
  readonly held: ReturnType<typeof useHolding>
  readonly selection: Pick<ReturnType<typeof useSelection>, "count" | "said" | "clear"> & { readonly copy: () => void }
  /** What happened to the row with the focus. */
  readonly said: string
  readonly onRelease: () => void
}

/** What stands above a table: what waits, whether it is frozen, what is selected, and what was done, for who does not see it. */
export const Pills = ({ held, onRelease, said, selection }: PillsProps) => (
  <div className="pills">
    <Pill
      counts={[
        [held.changed, "changed"],
        [held.waiting, held.isMoreWaiting ? "or more new" : "new"],
        [held.left.size, "left"]
      ]}
      onClick={onRelease}
    />
    {held.isFrozen ? (
      <button type="button" className="pill" onClick={held.turnFrozen}>
        Frozen: resume
      </button>
    ) : null}
    <Chosen count={selection.count} onCopy={() => selection.copy()} onClear={selection.clear} />
    {[said, selection.said].map((words, at) => (
      <span key={at} role="status" className="hidden">
        {words}
      </span>
    ))}
  </div>
)
