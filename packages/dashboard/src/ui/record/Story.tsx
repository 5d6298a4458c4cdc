import type { Documents } from "@roundlot/api"
import type { ReactNode } from "react"
import { Link } from "wouter"
import { useAsk } from "../../api/asking.ts"
import { shownSpan } from "../../format/time.ts"
import { historyWords } from "../../words/eventText.ts"
import { pathOfEntry } from "../../words/paths.ts"
import type { Sign } from "../../words/families.ts"
import { Foreign, Moment } from "../parts/Figure.tsx"
import { Asked, Panel } from "../parts/Panel.tsx"
import { SignIcon } from "../parts/Sign.tsx"
import { texts } from "../../words/text/parts.ts"

/** JSON as text, never as anything else. */
export const Json = ({ label, of }: { readonly of: unknown; readonly label: string }) => (
  <pre className="json" tabIndex={0} role="region" aria-label={label}>
    {typeof of === "string" ? of : JSON.stringify(of, null, 2)}
  </pre>
)

/** The actor of what only the program does. */
const SYSTEM = "roundlot"

/** Who did something: a person, a token, a broker, or the program itself. */
export const Actor = ({ of }: { readonly of: string }) => (
  <span className="faint">{of === SYSTEM ? texts.bySystem : texts.by({ actor: <Foreign text={of} /> })}</span>
)

interface TimelineProps {
  readonly account: string
  readonly history: ReadonlyArray<Documents.HistoryDocument>
}

/** What happened to a record, entry by entry, each with what was written; its number leads to the entry. */
export const Timeline = ({ account, history }: TimelineProps) => (
  <Panel title={texts.history} note={texts.entries({ count: history.length })} id="story">
    <ol className="rows story">
      {history.map(({ at, body, cause, seq, tag }) => (
        <li key={seq} id={`seq-${seq}`}>
          <Moment at={at} />
          <details className="what">
            <summary>
              {historyWords({ tag, body })} <Actor of={cause.actor} />
              {cause.reason === null ? null : (
                <>
                  {" "}
                  “<Foreign text={cause.reason} />”
                </>
              )}
            </summary>
            <Json of={body} label={texts.entryContents({ seq })} />
          </details>
          <Link href={pathOfEntry(account, seq)} className="faint figure" aria-label={texts.entry({ seq })}>
            {seq}
          </Link>
        </li>
      ))}
    </ol>
  </Panel>
)

/** A moment of an order's life, or a span of it. */
export interface Stage {
  readonly word: string
  /** When it was reached; null where it was not. */
  readonly at: string | null
  /** When it was over, where it lasted. */
  readonly until?: string
  /** What else there is to say of it. */
  readonly note?: ReactNode
  readonly sign: Sign
}

type Reached = Stage & { readonly at: string }

/** From the end of one moment to the next. */
const gapTo = (next: Reached, { at, until = at }: Reached): string => shownSpan(Date.parse(next.at) - Date.parse(until))

/** The moments of an order's life on a line, with the time between them. */
export const Stages = ({ stages }: { readonly stages: ReadonlyArray<Stage> }) => {
  // A fill may be older than the answer that showed the order.
  const reached = stages
    .filter((stage): stage is Reached => stage.at !== null)
    .toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at))
  return (
    <ol className="stages">
      {reached.map((stage, index) => {
        const { at, note, sign, until = at, word } = stage
        const next = reached[index + 1]
        return (
          <li key={`${word} ${at}`}>
            <SignIcon sign={sign} />
            {next === undefined ? null : <span className="gap">{gapTo(next, stage)}</span>}
            <strong>{word}</strong>
            <Moment at={at} />
            {until === at ? null : <span>{texts.untilTime({ time: <Moment at={until} /> })}</span>}
            {note === undefined || note === null ? null : <span className="faint">{note}</span>}
          </li>
        )
      })}
    </ol>
  )
}

const bodyOf = ({ body, contentType }: Documents.PayloadDocument): unknown => {
  if (body === null) return texts.notText
  if (!contentType.includes("json")) return body
  try {
    // Only where nothing is lost by it: digits beyond a double stay as they were sent.
    return /\d{16,}/.test(body) ? body : JSON.parse(body)
  } catch {
    return body
  }
}

/** What was sent or answered, byte for byte where it is text. */
export const Payload = ({ of, title }: { readonly title: string; readonly of: Documents.PayloadDocument | null }) => (
  <div className="payload">
    <h3>{title}</h3>
    {of === null ? (
      <p className="faint">{texts.noEntries}</p>
    ) : (
      <>
        <p className="mono">
          {of.method === null ? null : <strong>{of.method} </strong>}
          <Foreign text={of.endpoint} /> {of.statusCode}
        </p>
        <p className="faint">
          {texts.payloadLine({ at: <Moment at={of.capturedAt} />, id: of.id, sha256: of.sha256.slice(0, 12) })}
        </p>
        <Json of={bodyOf(of)} label={`${title} ${of.id}`} />
      </>
    )}
  </div>
)

/** Bytes that were sent, answered or reported, by their id. */
export const PayloadOf = ({ id, title }: { readonly id: string; readonly title: string }) => (
  <Asked query={useAsk(["payload", id], (api) => api.payloads.show({ path: { id } }))}>
    {(payload) => <Payload title={title} of={payload} />}
  </Asked>
)
