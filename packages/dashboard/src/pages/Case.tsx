import type { Documents } from "@roundlot/api"
import { Link } from "wouter"
import { dismissBreak } from "../ui/actions.ts"
import { ActionButton } from "../ui/ActionButton.tsx"
import { Facts } from "../ui/Facts.tsx"
import { Foreign, Time } from "../ui/Figure.tsx"
import { Panel } from "../ui/Panel.tsx"
import { Crumb, Shown } from "../ui/Record.tsx"
import { PageHead } from "../ui/Shell.tsx"
import { StateSign } from "../ui/Sign.tsx"
import { Timeline } from "../ui/Story.tsx"
import { eventWords } from "../words/events.ts"
import { pathOfPosition, pathOfRecord } from "../words/paths.ts"

const subjectPath = (subject: string): string | undefined =>
  pathOfRecord({ kind: subject.startsWith("O") ? "order" : "trade", id: subject })

const Detail = ({ found }: { readonly found: Documents.BreakDetail }) => {
  const { account, closedAt, closedWhy, evidence, holds, id, kind, openedAt, status, subject, symbol } = found
  const about = /^[OT]\d+$/.test(subject) ? subjectPath(subject) : undefined
  return (
    <>
      <PageHead
        note={<Crumb id={id} name="Attention" to="/attention" />}
        actions={status === "open" ? <ActionButton action={dismissBreak(found)} className="button primary" /> : null}
      >
        {eventWords(kind)} <StateSign family="break" state={status} />
      </PageHead>
      <Panel title="What was seen">
        <p className="evidence">
          <Foreign text={evidence} />
        </p>
      </Panel>
      <Facts
        facts={[
          ["account", account],
          ["symbol", symbol === null ? null : <Link href={pathOfPosition({ account, symbol })}>{symbol}</Link>],
          ["subject", about === undefined ? <Foreign text={subject} /> : <Link href={about}>{subject}</Link>],
          ["holds", holds],
          ["opened", <Time at={openedAt} />],
          [
            "closed",
            closedAt === null ? null : (
              <>
                <Time at={closedAt} /> <Foreign text={closedWhy} />
              </>
            )
          ]
        ]}
      />
      <Timeline history={found.history} />
    </>
  )
}

/** A break: what was seen, what it holds, and what happened to it. */
export const Case = ({ id }: { readonly id: string }) => (
  <Shown name={["break", id]} title={id} read={(api) => api.breaks.show({ path: { id } })}>
    {(found) => <Detail found={found} />}
  </Shown>
)
