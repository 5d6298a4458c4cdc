import type { Documents } from "@roundlot/api"
import { shownSpan } from "../format/time.ts"
import { eventWords } from "../words/events.ts"
import type { Shape } from "../words/signs.ts"
import { Foreign, Time } from "./Figure.tsx"
import { Panel } from "./Panel.tsx"
import { SignIcon } from "./Sign.tsx"

/** JSON as text, never as anything else. */
const Json = ({ label, of }: { readonly of: unknown; readonly label: string }) => (
  <pre className="json" tabIndex={0} role="region" aria-label={label}>
    {typeof of === "string" ? of : JSON.stringify(of, null, 2)}
  </pre>
)

/** What happened to a record, entry by entry, each with what was written. */
export const Timeline = ({ history }: { readonly history: ReadonlyArray<Documents.HistoryDocument> }) => (
  <Panel title="Story" note={`${history.length} ${history.length === 1 ? "entry" : "entries"}`} id="story">
    <ol className="rows story">
      {history.map(({ at, body, cause, seq, tag }) => (
        <li key={seq} id={`seq-${seq}`}>
          <Time at={at} />
          <details className="what">
            <summary>
              {eventWords(tag)}{" "}
              <span className="faint">
                by {cause.kind}, <Foreign text={cause.actor} />
              </span>
              {cause.reason === null ? null : (
                <>
                  {" "}
                  “<Foreign text={cause.reason} />”
                </>
              )}
            </summary>
            <Json of={body} label={`entry ${seq} as it was written`} />
          </details>
          <span className="faint figure">{seq}</span>
        </li>
      ))}
    </ol>
  </Panel>
)

/** A moment of an order's life. */
export interface Stage {
  readonly word: string
  readonly at: string | null
  readonly shape: Shape
}

/** The moments of an order's life on a line, with the time between them. */
export const Stages = ({ stages }: { readonly stages: ReadonlyArray<Stage> }) => {
  // A fill may be older than the answer that told of the order.
  const reached = stages
    .filter((stage): stage is Stage & { readonly at: string } => stage.at !== null)
    .toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at))
  return (
    <ol className="stages">
      {reached.map(({ at, shape, word }, index) => {
        const next = reached[index + 1]
        return (
          <li key={word}>
            <SignIcon shape={shape} />
            {next === undefined ? null : (
              <span className="gap">{shownSpan(new Date(next.at).getTime() - new Date(at).getTime())}</span>
            )}
            <strong>{word}</strong>
            <Time at={at} />
          </li>
        )
      })}
    </ol>
  )
}

const bodyOf = ({ body, contentType }: Documents.PayloadDocument): unknown => {
  if (body === null) return "not kept as text"
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
      <p className="faint">Nothing on record.</p>
    ) : (
      <>
        <p className="mono">
          {of.method === null ? null : <strong>{of.method} </strong>}
          <Foreign text={of.endpoint} /> {of.statusCode}
        </p>
        <p className="faint">
          <Time at={of.capturedAt} /> · {of.id} · sha256 {of.sha256.slice(0, 12)}…
        </p>
        <Json of={bodyOf(of)} label={`${title} ${of.id}`} />
      </>
    )}
  </div>
)
