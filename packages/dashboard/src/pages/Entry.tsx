import type { Documents } from "@roundlot/api"
import { Link } from "wouter"
import { Facts } from "../ui/parts/Facts.tsx"
import { Figure, Foreign, GivenId, Moment } from "../ui/parts/Figure.tsx"
import { Panel } from "../ui/parts/Panel.tsx"
import { RecordLink, Shown } from "../ui/record/Record.tsx"
import { PageHead } from "../ui/parts/PageHead.tsx"
import { Json, PayloadOf } from "../ui/record/Story.tsx"
import { eventWords } from "../words/events.ts"
import { pathOfEntry, pathOfRecord, pathOfWhy } from "../words/paths.ts"
import { payloadsIn } from "../words/evidence.ts"
import { texts } from "../words/text/records.ts"

type Entry = Documents.EntryDocument

const subjectOf = ({ account, entity: { id, kind } }: Entry) => {
  const name = `${kind} ${id}`
  const to = pathOfRecord({ kind, id, account })
  return to === undefined ? <Foreign text={name} /> : <RecordLink id={name} to={to} />
}

const Detail = ({ entry }: { readonly entry: Entry }) => {
  const { account, at, body, cause, commitId, hash, seq, tag } = entry
  const payloads = payloadsIn(entry)
  return (
    <>
      <PageHead
        note={texts.entryOfJournal({
          journal: <Link href="/journal">{texts.journal}</Link>,
          account,
          seq: <Figure of={String(seq)} />
        })}
        actions={
          <>
            <Link href={`/positions?asOf=${encodeURIComponent(at)}`} className="button quiet">
              {texts.asOfThisEntry}
            </Link>
            <Link href={pathOfWhy(`${account}/${seq}`)} className="button quiet">
              {texts.why}
            </Link>
            {seq === 1 ? null : (
              <Link href={pathOfEntry(account, seq - 1)} className="button quiet">
                {texts.previous}
              </Link>
            )}
            <Link href={pathOfEntry(account, seq + 1)} className="button quiet">
              {texts.next}
            </Link>
          </>
        }
      >
        {eventWords(tag)}
      </PageHead>
      <Facts
        facts={[
          ["account", account],
          ["entity", subjectOf(entry)],
          ["time", <Moment at={at} />],
          ["cause", cause.kind],
          ["actor", <Foreign text={cause.actor} />],
          ["reason", cause.reason === null ? null : <Foreign text={cause.reason} />],
          ["command", cause.command === null ? null : <GivenId id={cause.command} />],
          ["commit", <GivenId id={commitId} />],
          ["hash", <GivenId id={hash} />]
        ]}
      />
      <Panel title={texts.contents}>
        <Json of={body} label={texts.entryContents({ seq })} />
      </Panel>
      {payloads.length === 0 ? null : (
        <Panel title={texts.rawPayload} note={texts.asSentOrReceived}>
          {payloads.map((id) => (
            <PayloadOf key={id} id={id} title={id} />
          ))}
        </Panel>
      )}
    </>
  )
}

/** An entry of an account's journal: what was written, what brought it about, and the bytes behind it. */
export const EntryPage = ({ account, seq }: { readonly account: string; readonly seq: string }) => (
  <Shown
    name={["entry", account, seq]}
    title={texts.entry({ seq })}
    read={(api) => api.journal.show({ path: { name: account, seq } })}
  >
    {(entry) => <Detail entry={entry} />}
  </Shown>
)
