import type { Documents } from "@roundlot/api"
import { useEffect, useRef, useState } from "react"
import { Link } from "wouter"
import * as live from "../../live/live.ts"
import { readOf } from "../../api/calling.ts"
import { eventWords } from "../../words/events.ts"
import { pathOfRecord } from "../../words/paths.ts"
import { signOfBatch, signOfState } from "../../words/signs.ts"
import { announce } from "./Announcer.tsx"
import { chosen } from "../parts/settings.ts"
import { texts } from "../../words/text/frame.ts"

/** Something that a person is told of without having asked. */
interface Notice {
  readonly key: string
  readonly text: string
  readonly to: string | undefined
  /** It is told outside of the page as well. */
  readonly isLoud: boolean
}

type Change = Documents.CommitDocument["changes"][number]

const isWorthIt = ({ kind, tag }: Change): boolean =>
  (kind === "break" && tag === "BreakOpened") ||
  (kind === "control" && tag === "TradingStateSet") ||
  (kind === "batch" && tag === "BatchMoved")

/** A batch moves several times; only its end is told, in the words of its state. A break is told by how grave it is. */
const told = async (account: string, change: Change): Promise<ReadonlyArray<Notice>> => {
  const plain = noticeOf(account, change)
  if (change.kind === "break") {
    const found = await readOf((api) => api.breaks.show({ path: { id: change.id }, urlParams: {} }))
    const state = found.standing
    const about = found.symbol ?? found.subject
    const text = `${signOfState("break", state).word}: ${eventWords(found.kind)}, ${about}`
    return [{ ...plain, text, isLoud: state === "critical" }]
  }
  if (change.kind === "control") {
    const { items } = await readOf((api) => api.controls.list({ urlParams: {} }))
    const set = items.find((each) => nameOf(each) === change.id)
    return [{ ...plain, isLoud: set?.state === "halted" }]
  }
  if (change.kind !== "batch") return [plain]
  const batch = await readOf((api) => api.batches.show({ path: { id: change.id }, urlParams: {} }))
  if (batch.finishedAt === null) return []
  return [{ ...plain, text: texts.batchState({ batch: batch.name, state: signOfBatch(batch).word }) }]
}

/** What the journal calls the scope of a trading state. */
const nameOf = ({ account, symbol }: Documents.ControlDocument): string =>
  [account, symbol].flatMap((part) => part ?? []).join("/") || "all"

const noticeOf = (account: string, change: Change): Notice => ({
  // What is told of a record again takes the place of what was told before.
  key: `${account} ${change.kind} ${change.id}`,
  text: `${eventWords(change.tag)}: ${change.id}`,
  to: pathOfRecord({ kind: change.kind, id: change.id, account }) ?? (change.kind === "control" ? "/ops" : undefined),
  isLoud: true
})

const MOST = 4
const SHOWN_MS = 20_000

/** Tells by the browser as well, where that was asked for and it allows it, and nobody looks at the page. */
const tellOutside = ({ key, text }: Notice): void => {
  if (!chosen().notify || !document.hidden || typeof Notification === "undefined") return
  if (Notification.permission !== "granted") return
  const outside = new Notification("Roundlot", { body: text, tag: key })
  outside.addEventListener("click", () => window.focus())
}

/** Batches that ended, breaks that opened, states that were set: told once, in the page and, where allowed, by the browser. */
export const Notices = () => {
  const [notices, setNotices] = useState<ReadonlyArray<Notice>>([])
  const drop = (key: string): void => setNotices((all) => all.filter((each) => each.key !== key))
  const ended = useRef(new Set<string>())
  const show = (change: Change, found: ReadonlyArray<Notice>): void => {
    if (change.kind === "batch" && found.length > 0) {
      // Several entries may tell of its last moves, and each is read as it stands by then.
      if (ended.current.has(change.id)) return
      ended.current.add(change.id)
      announce(`${found.map(({ text }) => text).join(" ")}.`)
    }
    for (const each of found) {
      if (each.isLoud) tellOutside(each)
      setTimeout(() => drop(each.key), SHOWN_MS)
    }
    setNotices((all) => [...all.filter(({ key }) => found.every((each) => each.key !== key)), ...found].slice(-MOST))
  }
  useEffect(
    () =>
      live.listen((heard) => {
        if (heard.kind !== "commit") return
        const { account, changes } = heard.commit
        for (const change of changes.filter(isWorthIt)) {
          // What cannot be read now is on its page; a notice is no record.
          void told(account, change).then(
            (found) => show(change, found),
            () => undefined
          )
        }
      }),
    []
  )
  return (
    <div className="notices" role="status" aria-live="off" aria-label={texts.notices}>
      {notices.map(({ key, text, to }) => (
        <p key={key}>
          {to === undefined ? text : <Link href={to}>{text}</Link>}{" "}
          <button
            type="button"
            className="button quiet small"
            aria-label={texts.dismiss({ text })}
            onClick={() => drop(key)}
          >
            ×
          </button>
        </p>
      ))}
    </div>
  )
}
