import type { Documents } from "@roundlot/api"
import { useEffect, useRef, useState } from "react"
import { Link } from "wouter"
import * as live from "../../live/live.ts"
import { readOf } from "../../api/calling.ts"
import { problemOf } from "../../api/problem.ts"
import { eventWords, subjectWords } from "../../words/events.ts"
import { pathOfRecord } from "../../words/paths.ts"
import { signOfBatch, signOfState } from "../../words/signs.ts"
import { announce } from "./Announcer.tsx"
import { chosen } from "../parts/settings.ts"
import { texts } from "../../words/text/frame.ts"

/** Something that is shown without having been asked for. */
interface Notice {
  readonly key: string
  readonly text: string
  readonly to: string | undefined
  /** It is shown outside of the page as well. */
  readonly isLoud: boolean
}

type Change = Documents.CommitDocument["changes"][number]

const isWorthIt = ({ kind, tag }: Change): boolean =>
  (kind === "break" && tag === "BreakOpened") ||
  (kind === "control" && tag === "TradingStateSet") ||
  (kind === "batch" && tag === "BatchMoved")

/** A batch moves several times; only its end has a notice, in the words of its state. A break has one by how grave it is. */
const noticesOf = async (account: string, change: Change): Promise<ReadonlyArray<Notice>> => {
  const plain = noticeOf(account, change)
  if (change.kind === "break") {
    const found = await readOf((api) => api.breaks.show({ path: { id: change.id }, urlParams: {} }))
    const state = found.standing
    const about = found.symbol ?? subjectWords(found.subject)
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

/** Reads once more as soon as the daemon is heard, where no answer came: what happened while it was away has its notice too. */
const answered = async <A,>(read: () => Promise<A>): Promise<A> => {
  for (;;) {
    try {
      return await read()
    } catch (error) {
      if (problemOf(error).type !== "no-answer") throw error
      await live.nextHeard()
    }
  }
}

/** What the journal calls the scope of a trading state. */
const nameOf = ({ account, symbol }: Documents.ControlDocument): string =>
  [account, symbol].flatMap((part) => part ?? []).join("/") || "all"

const noticeOf = (account: string, change: Change): Notice => ({
  // A newer notice of a record takes the place of the one before.
  key: `${account} ${change.kind} ${change.id}`,
  text: `${eventWords(change.tag)}: ${change.id}`,
  to: pathOfRecord({ kind: change.kind, id: change.id, account }) ?? (change.kind === "control" ? "/ops" : undefined),
  isLoud: true
})

const MOST = 4
const SHOWN_MS = 20_000

/** Tells by the browser as well, where that was asked for and it allows it, and nobody looks at the page. */
const showOutside = ({ key, text }: Notice): void => {
  if (!chosen().notify || !document.hidden || typeof Notification === "undefined") return
  if (Notification.permission !== "granted") return
  try {
    const outside = new Notification("Roundlot", { body: text, tag: key })
    outside.addEventListener("click", () => window.focus())
  } catch {
    // Browsers of phones have the class and let no page make one: the page has shown it.
  }
}

/** A change that is worth a notice. */
interface Heard {
  readonly account: string
  readonly change: Change
}

/** So many breaks have a notice each at a time; of more, one says how many. */
const MOST_BREAKS = 3

/** Reads what was heard, one batch at a time: what comes meanwhile is read together, each record once. */
const collecting = (read: (all: ReadonlyArray<Heard>) => Promise<void>) => {
  const waiting = new Map<string, Heard>()
  let isReading = false
  const run = async (): Promise<void> => {
    try {
      while (waiting.size > 0) {
        const all = [...waiting.values()]
        waiting.clear()
        await read(all)
      }
    } finally {
      isReading = false
    }
  }
  return (heard: Heard): void => {
    waiting.set(noticeOf(heard.account, heard.change).key, heard)
    if (isReading) return
    isReading = true
    void run()
  }
}

/** What is shown now: each notice for a while, the newest of those with the same key. */
const useNotices = () => {
  const [notices, setNotices] = useState<ReadonlyArray<Notice>>([])
  const ends = useRef(new Map<string, ReturnType<typeof setTimeout>>())
  const drop = (key: string): void => {
    clearTimeout(ends.current.get(key))
    ends.current.delete(key)
    setNotices((all) => all.filter((each) => each.key !== key))
  }
  const show = (notice: Notice): void => {
    const { isLoud, key } = notice
    clearTimeout(ends.current.get(key))
    ends.current.set(
      key,
      setTimeout(() => drop(key), SHOWN_MS)
    )
    setNotices((all) => [...all.filter((each) => each.key !== key), notice].slice(-MOST))
    if (isLoud) showOutside(notice)
  }
  const isShown = (key: string): boolean => ends.current.has(key)
  return { notices, drop, show, isShown }
}

const MORE_BREAKS = "breaks"

/** Batches that ended, breaks that opened, states that were set: shown once, in the page and, where allowed, by the browser. */
export const Notices = () => {
  const { drop, isShown, notices, show } = useNotices()
  const ended = useRef(new Set<string>())
  const breaks = useRef({ alone: new Set<string>(), more: 0 })
  const showOne = async ({ account, change }: Heard): Promise<void> => {
    // What cannot be read now is on its page; a notice is no record.
    const found = await answered(() => noticesOf(account, change)).catch(() => [])
    if (change.kind === "batch" && found.length > 0) {
      // Several entries may tell of its last moves, and each is read as it stands by then.
      if (ended.current.has(change.id)) return
      ended.current.add(change.id)
      announce(`${found.map(({ text }) => text).join(" ")}.`)
    }
    for (const each of found) show(each)
  }
  const showBreaks = async (opened: ReadonlyArray<Heard>): Promise<void> => {
    const counted = breaks.current
    for (const key of counted.alone) if (!isShown(key)) counted.alone.delete(key)
    if (!isShown(MORE_BREAKS)) counted.more = 0
    if (counted.more === 0 && counted.alone.size + opened.length <= MOST_BREAKS) {
      for (const each of opened) {
        counted.alone.add(noticeOf(each.account, each.change).key)
        await showOne(each)
      }
      return
    }
    counted.more += opened.length
    show({ key: MORE_BREAKS, text: texts.moreBreaks({ count: counted.more }), to: "/attention", isLoud: true })
  }
  useEffect(() => {
    const hear = collecting(async (all) => {
      for (const each of all.filter(({ change }) => change.kind !== "break")) await showOne(each)
      const opened = all.filter(({ change }) => change.kind === "break")
      if (opened.length > 0) await showBreaks(opened)
    })
    return live.listen((heard) => {
      if (heard.kind !== "commit") return
      const { account, changes } = heard.commit
      for (const change of changes.filter(isWorthIt)) hear({ account, change })
    })
  }, [])
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
