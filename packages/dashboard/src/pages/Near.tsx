import type { Documents } from "@roundlot/api"
import { useRef, useState } from "react"
import { Link } from "wouter"
import { fractionDigits, shareOf, signOf } from "../format/figure.ts"
import { ofAllAccounts } from "../ui/parts/asOf.ts"
import { LotGauge } from "../ui/chart/Bars.tsx"
import { Figure } from "../ui/parts/Figure.tsx"
import { Head } from "../ui/parts/Help.tsx"
import { NextOrder, useDueFrom, useIsDuePending } from "../ui/record/NextOrder.tsx"
import { Empty, Panel } from "../ui/parts/Panel.tsx"
import { pathOfPosition } from "../words/paths.ts"
import { isStopped } from "../words/signs.ts"
import { texts } from "../words/text/overview.ts"

type Positions = Documents.OverviewDocument["positions"]

const NEAR = 10

const figures = ["target", "hedged", "inFlight", "residual"] as const
const heads = ["symbol", "account", ...figures, "gauge", "next"] as const
const isFigure = (term: string): boolean => figures.some((each) => each === term)

const owes = ({ residual }: Positions[number]): boolean => signOf(residual) !== 0

/** Those that owe something, the nearest to an order first. */
const useNearest = (positions: Positions): ReadonlyArray<string> => {
  const dueFrom = useDueFrom()
  const distance = (position: Positions[number]): number => -Math.abs(shareOf(position.residual, dueFrom(position)))
  return positions
    .filter(owes)
    .map((position) => ({ path: pathOfPosition(position), at: distance(position) }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ path }) => path)
}

/** The nearest in the order in which their reader came to see them: what comes nearer is put below where there is room, and else waits. */
const useHeld = (nearest: ReadonlyArray<string>) => {
  const isPending = useIsDuePending()
  const held = useRef<ReadonlyArray<string>>([])
  const [, setAsked] = useState(0)
  const sorted = nearest.slice(0, NEAR)
  const others = isPending ? [] : held.current
  const coming = nearest.filter((path) => !others.includes(path))
  held.current = [...others, ...coming.slice(0, Math.max(0, NEAR - others.length))]
  const paths = held.current
  return {
    paths,
    waiting: sorted.filter((path) => !paths.includes(path)).length,
    isSorted: paths.join("\n") === sorted.join("\n"),
    sort: (): void => {
      held.current = sorted
      setAsked((before) => before + 1)
    }
  }
}

/** The gravest open break that holds what a position would send. */
const holdOf = (
  { openBreaks }: Pick<Documents.OverviewDocument, "openBreaks">,
  { account, symbol }: Positions[number]
): string | undefined =>
  openBreaks.find(
    (each) =>
      each.account === account && (each.holds === "account" || (each.holds === "symbol" && each.symbol === symbol))
  )?.id

interface RowProps {
  readonly hold: string | undefined
  readonly position: Positions[number]
  readonly digits: (of: (typeof figures)[number]) => number
}

const Row = ({ digits, hold, position }: RowProps) => {
  const from = useDueFrom()(position)
  const isLeft = !owes(position)
  return (
    <tr className={isLeft ? "left" : undefined}>
      <td>
        <Link href={pathOfPosition(position)}>{position.symbol}</Link>
        {isLeft ? <span className="mark"> {texts.noLongerMatches}</span> : null}
      </td>
      <td className="faint">{position.account}</td>
      {figures.map((term) => (
        <td key={term} className="right">
          <Figure of={position[term]} align={digits(term)} signed={term === "residual"} />
        </td>
      ))}
      <td>
        <LotGauge residual={position.residual} from={from} isHeld={hold !== undefined || isStopped(position.answer)} />
      </td>
      <td>
        {hold === undefined ? (
          <NextOrder position={position} />
        ) : (
          <Link href={`/attention/${hold}`}>{texts.heldBy({ hold })}</Link>
        )}
      </td>
    </tr>
  )
}

/** The positions that an order is near for. */
export const Near = ({ overview }: { readonly overview: Documents.OverviewDocument }) => {
  const { positions } = overview
  const { isSorted, paths, sort, waiting } = useHeld(useNearest(positions))
  const known = new Map(positions.map((position) => [pathOfPosition(position), position]))
  const shown = paths.flatMap((path) => known.get(path) ?? [])
  const digits = (of: (typeof figures)[number]): number =>
    Math.max(0, ...shown.map((position) => fractionDigits(position[of])))
  return (
    <Panel
      title={texts.pendingAccumulation}
      note={texts.owingOfAll({ owing: shown.filter(owes).length, all: positions.length })}
      action={
        <>
          {isSorted ? null : (
            <button type="button" className="button small" onClick={sort}>
              {waiting === 0 ? texts.sortAgain : texts.new({ waiting })}
            </button>
          )}{" "}
          <Link href={ofAllAccounts("/positions")}>{texts.allPositions}</Link>
        </>
      }
    >
      {shown.length === 0 ? (
        <Empty>{texts.noResiduals}</Empty>
      ) : (
        <div className="wide near">
          <table>
            <thead>
              <tr>
                {heads.map((term) => (
                  <th key={term} scope="col" className={isFigure(term) ? "right" : undefined}>
                    <Head term={term} />
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {shown.map((position) => (
                <Row
                  key={pathOfPosition(position)}
                  position={position}
                  hold={holdOf(overview, position)}
                  digits={digits}
                />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Panel>
  )
}
