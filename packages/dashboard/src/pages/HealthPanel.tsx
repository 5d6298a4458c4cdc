import type { Api } from "@roundlot/api"
import { Link } from "wouter"
import { useDocument, useIsStale } from "../api/asking.ts"
import { Age, Said } from "../ui/parts/Figure.tsx"
import { Asked, Empty, Panel } from "../ui/parts/Panel.tsx"
import { SignIcon, StateSign } from "../ui/parts/Sign.tsx"
import { serviceHead } from "../words/events.ts"
import { signOfState } from "../words/signs.ts"
import { texts } from "../words/text/overview.ts"

const PartRow = ({ of: { detail, lastSuccessAt, ok, part } }: { readonly of: Api.HealthDocument["parts"][number] }) => (
  <li className={ok ? undefined : "tone-danger"}>
    <span className={ok ? "what" : "what tone-danger"}>
      <StateSign family="part" state={ok ? "ok" : "failing"} /> {serviceHead(part)}
    </span>
    <span className="faint">{ok && lastSuccessAt !== null ? <Age at={lastSuccessAt} /> : <Said text={detail} />}</span>
  </li>
)

/** How many services are healthy: as the daemon said last, while nothing is heard of it. */
const Well = ({ count, isAll }: { readonly count: number; readonly isAll: boolean }) => {
  const isStale = useIsStale()
  const well = isAll ? texts.allServicesHealthy({ well: count }) : texts.othersHealthy({ well: count })
  return (
    <>
      <SignIcon sign={isStale ? signOfState("link", "stale") : signOfState("part", "ok")} />{" "}
      {isStale ? texts.whenLastAnswered({ state: well }) : well}
    </>
  )
}

/** The parts of the daemon: those that fail, and how many do not. */
export const HealthPanel = () => {
  const query = useDocument(["health"], "/health")
  return (
    <Panel title={texts.health} action={<Link href="/ops">{texts.operations}</Link>}>
      <Asked query={query}>
        {({ parts }) => {
          const failing = parts.filter(({ ok }) => !ok)
          const well = parts.length - failing.length
          if (parts.length === 0) return <Empty>{texts.noServices}</Empty>
          return (
            <>
              <ul className="rows">
                {failing.map((each) => (
                  <PartRow key={each.part} of={each} />
                ))}
              </ul>
              <details className="well">
                <summary>
                  <Well count={well} isAll={failing.length === 0} />
                </summary>
                <ul className="rows">
                  {parts
                    .filter(({ ok }) => ok)
                    .map((each) => (
                      <PartRow key={each.part} of={each} />
                    ))}
                </ul>
              </details>
            </>
          )
        }}
      </Asked>
    </Panel>
  )
}
