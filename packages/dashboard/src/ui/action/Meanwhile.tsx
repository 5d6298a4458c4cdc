import type { Documents } from "@roundlot/api"
import { Effect } from "effect"
import { useEffect, useRef } from "react"
import type { Api } from "../../api/client.ts"
import type { ProblemError } from "../../api/problem.ts"
import { eventWords } from "../../words/events.ts"
import { eventTextOf } from "../../words/eventText.ts"
import type { About, Now } from "./Action.ts"
import { Age, Figure, Foreign, Said } from "../parts/Figure.tsx"
import { StateSign } from "../parts/Sign.tsx"
import { texts } from "../../words/text/actions.ts"

/** What came between the sight of a record and a verdict on it. */
export interface Between {
  readonly problem: ProblemError
  readonly entity: string
  readonly entries: ReadonlyArray<Documents.EntryDocument>
  readonly now: Now | undefined
}

/** So many of the newest entries of a record are shown. */
const TOLD = 10

/** Was the verdict refused because of what its record has become? Nothing was done then. */
export const isLost = ({ status }: ProblemError): boolean => status === 409 || status === 412

/** Reads who changed what since a record was seen, and the record as it stands now. */
export const betweenOf =
  (problem: ProblemError, { account, again, entity, seenAt }: About) =>
  (api: Api): Effect.Effect<Between, unknown> =>
    Effect.gen(function* () {
      const { items } = yield* api.journal.list({
        urlParams: { account, entity, since: seenAt, order: "newest", limit: TOLD }
      })
      const now = again === undefined ? undefined : yield* again(api)
      const entries = items.filter(({ at }) => Date.parse(at) > Date.parse(seenAt)).toReversed()
      return { problem, entity, entries, now }
    })

const EntryLine = ({ of }: { readonly of: Documents.EntryDocument }) => {
  const { at, cause, seq, tag } = of
  const said = {
    actor: (
      <strong>
        <Foreign text={cause.actor} />
      </strong>
    ),
    age: <Age at={at} />,
    words: <Foreign text={eventTextOf(of)?.words ?? eventWords(tag)} />,
    seq: <Figure of={String(seq)} />
  }
  return (
    <li>
      {cause.reason === null
        ? texts.changedBy(said)
        : texts.changedByWithReason({ ...said, reason: <Foreign text={cause.reason} /> })}
    </li>
  )
}

/** Says that nothing was done, who changed the record meanwhile and how it stands now. */
export const Meanwhile = ({ of: { entity, entries, now, problem } }: { readonly of: Between }) => {
  const place = useRef<HTMLDivElement>(null)
  // The person who confirmed has read on to the end of the dialog.
  useEffect(() => place.current?.scrollIntoView({ block: "nearest" }), [problem])
  return (
    <div ref={place} className="problem meanwhile" role="alert" aria-live="polite">
      <strong>{texts.notDone({ entity })}</strong> {problem.status === 412 ? null : <Said text={problem.message} />}
      {entries.length === 0 ? null : (
        <ul aria-label={texts.changesInTheMeantime}>
          {entries.map((each) => (
            <EntryLine key={each.seq} of={each} />
          ))}
        </ul>
      )}
      {now === undefined ? null : <p>{texts.isNow({ state: <StateSign family={now.family} state={now.state} /> })}</p>}
    </div>
  )
}
