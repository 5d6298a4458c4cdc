import { grouped } from "../../format/figure.ts"
import type { useHolding } from "./holding.ts"
import { Chosen, type useSelection } from "./Selection.tsx"
import { texts } from "../../words/text/tables.ts"

interface PillProps {
  readonly counts: ReadonlyArray<readonly [count: number, say: (values: { readonly count: string }) => string]>
  readonly onClick: () => void
}

/** What is not shown, or only still shown; pressed, it is. */
const Pill = ({ counts, onClick }: PillProps) => {
  const said = counts.filter(([count]) => count > 0).map(([count, say]) => say({ count: grouped(String(count)) }))
  return said.length === 0 ? null : (
    <button type="button" className="pill" title={texts.showCurrentRows} onClick={onClick}>
      {said.join(", ")}
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
        [held.changed, texts.changed],
        [held.waiting, held.isMoreWaiting ? texts.newOrMore : texts.new],
        [held.left.size, texts.left]
      ]}
      onClick={onRelease}
    />
    {held.isFrozen ? (
      <button type="button" className="pill" onClick={held.turnFrozen}>
        {texts.frozenResume}
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
