import type { Documents } from "@roundlot/api"
import { useState } from "react"
import { Link } from "wouter"
import { Foreign, GivenId, Moment } from "../ui/parts/Figure.tsx"
import { Panel } from "../ui/parts/Panel.tsx"
import { RecordLink, Shown } from "../ui/record/Record.tsx"
import { PageHead } from "../ui/parts/PageHead.tsx"
import { PayloadOf } from "../ui/record/Story.tsx"
import { pathOfEntry } from "../words/paths.ts"
import { factsOf, linkWords, originWords, pathOfCause, whatOf } from "../words/why.ts"
import { texts } from "../words/text/records.ts"

type Why = Documents.WhyDocument

/** The raw bytes of a payload, read when somebody asks for them. */
const Bytes = ({ id }: { readonly id: string }) => {
  const [isOpen, setIsOpen] = useState(false)
  return (
    <details onToggle={({ currentTarget }) => setIsOpen(currentTarget.open)}>
      <summary>{texts.bytesOf({ id })}</summary>
      {isOpen ? <PayloadOf id={id} title={id} /> : null}
    </details>
  )
}

const Name = ({ of }: { readonly of: Why }) => {
  const to = pathOfCause(of)
  if (of.kind === "entry") return to === undefined ? <>{whatOf(of)}</> : <Link href={to}>{whatOf(of)}</Link>
  return (
    <>
      {whatOf(of)} {to === undefined ? <GivenId id={of.id} /> : <RecordLink id={of.id} to={to} />}
    </>
  )
}

const said = ({ link, origin, repeated }: Why): ReadonlyArray<string> =>
  [linkWords[link], origin === null ? "" : originWords[origin], repeated ? texts.itsCausesAreAbove : ""].filter(
    (each) => each !== ""
  )

const Line = ({ of }: { readonly of: Why }) => (
  <>
    <p>
      <strong>
        <Name of={of} />
      </strong>{" "}
      {factsOf(of).map(([name, value]) => (
        <span key={name} className="fact">
          <span className="faint">{name}</span> <Foreign text={value} />
        </span>
      ))}
    </p>
    <p className="faint">
      {of.entry === null ? null : (
        <>
          <Link href={pathOfEntry(of.entry.account, of.entry.seq)}>
            {texts.accountEntry({ account: of.entry.account, seq: of.entry.seq })}
          </Link>
          , <Moment at={of.entry.at} />{" "}
        </>
      )}
      {said(of).join(" · ")}
    </p>
    {of.kind === "payload" ? <Bytes id={of.id} /> : null}
  </>
)

const Causes = ({ of }: { readonly of: Why }) => (
  <ul>
    {of.causes.map((cause) => (
      <li key={`${cause.kind} ${cause.id}`}>
        <Line of={cause} />
        {cause.causes.length + cause.leftOut === 0 ? null : <Causes of={cause} />}
      </li>
    ))}
    {of.leftOut === 0 ? null : <li className="faint">{texts.andMore({ leftOut: of.leftOut })}</li>}
  </ul>
)

/** Why an entry or a record is as it is: what caused it, and what caused that, down to bytes, sources and persons. */
export const WhyPage = ({ of }: { readonly of: string }) => (
  <Shown name={["why", of]} title={texts.whyOf({ of })} read={(api) => api.journal.why({ urlParams: { of } })}>
    {(why) => (
      <>
        <PageHead note={texts.entryCauses({ journal: <Link href="/journal">{texts.journal}</Link> })}>
          {texts.whyOf({ of })}
        </PageHead>
        <Panel title={texts.causesTitle} note={texts.eachBelowItsEffect}>
          <div className="causes">
            <Line of={why} />
            <Causes of={why} />
          </div>
        </Panel>
      </>
    )}
  </Shown>
)
