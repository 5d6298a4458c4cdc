import { useEffect, useRef, useState, type ReactNode } from "react"
import { Link, useLocation } from "wouter"
import type { Documents } from "@roundlot/api"
import { queries, useStanding } from "../api/asking.ts"
import { useCaller, useOverview } from "../api/overview.ts"
import { shownSpan, zoneName } from "../format/time.ts"
import * as live from "../live/live.ts"
import { eventWords } from "../words/events.ts"
import { signOfState } from "../words/signs.ts"
import { halt } from "./actions.ts"
import { ActionButton, ActionHost } from "./ActionButton.tsx"
import { useChangedCells } from "./changes.ts"
import { Foreign } from "./Figure.tsx"
import { Explained } from "./Help.tsx"
import { Search } from "./Search.tsx"
import { AsOfBar } from "./AsOfBar.tsx"
import { useAsOf } from "./asOf.ts"
import { drawingOf, groups, isAt, pages } from "./navigation.ts"
import { Notices } from "./Notices.tsx"
import { choose, chosen, useNow, useSettings } from "./settings.ts"
import { SignIcon } from "./Sign.tsx"

/** How many cases wait for a person. */
export const casesOf = (overview: Documents.OverviewDocument): number =>
  overview.openBreaks.length + overview.inDoubt.length + overview.quarantined + overview.failing.length

const haltedOf = ({ accounts, controls }: Documents.OverviewDocument): ReadonlyArray<string> => {
  const everything = controls.some(
    ({ account, state, symbol }) => account === null && symbol === null && state === "halted"
  )
  return everything
    ? ["everything"]
    : accounts.filter(({ tradingState }) => tradingState === "halted").map(({ name }) => name)
}

/** The open cases that may mean wrong or doubled shares, in words: said at once where one comes. */
const criticalIn = ({ openBreaks }: Documents.OverviewDocument): string =>
  openBreaks
    .filter((each) => each.standing === "critical")
    .map(({ kind, symbol }) => `Critical: ${eventWords(kind)}${symbol === null ? "" : `, ${symbol}`}.`)
    .join(" ")

const LiveClock = () => {
  const standing = useStanding()
  const now = useNow()
  const word = live.wordOf(standing, Date.now())
  const sign = signOfState("live", word)
  const quietFor = Math.max(0, now - (standing.changedAt === 0 ? standing.heardAt : standing.changedAt))
  const tail =
    word === "reconnecting"
      ? `, try ${standing.attempt}${standing.nextAt > now ? ` in ${shownSpan(standing.nextAt - now)}` : ""}`
      : word === "signedOut" || word === "connecting"
        ? ""
        : ` ${shownSpan(word === "stale" ? now - standing.heardAt : quietFor)}`
  return (
    <span className="live" data-live={word}>
      <Explained help={sign.help} className={`sign tone-${sign.tone}`}>
        <SignIcon shape={sign.shape} />
        <span>
          {sign.word}
          <span className="figure">{tail}</span>
        </span>
      </Explained>
    </span>
  )
}

/** Whether the exchange is open, and when that changes. */
const MarketClock = ({ of: { changesAt, isOpen } }: { readonly of: Documents.OverviewDocument["market"] }) => {
  const now = useNow()
  const sign = signOfState("market", isOpen ? "open" : "closed")
  const left = changesAt === null ? 0 : Date.parse(changesAt) - now
  return (
    <span className="market">
      <Explained help={sign.help} className="sign">
        <SignIcon shape={sign.shape} />
        <span>
          <strong>{sign.word}</strong>
          {left <= 0 ? "" : ` ${isOpen ? "closes" : "opens"} in ${shownSpan(left)}`}
        </span>
      </Explained>
    </span>
  )
}

/** While the stream is silent: that the page reads by itself, and a button that reads now. */
const Fallback = () => {
  const standing = useStanding()
  const now = useNow()
  const word = live.wordOf(standing, now)
  if (word === "live" || word === "quiet" || word === "connecting" || word === "signedOut") return null
  return (
    <div className="banner tone-warn" role="status">
      <SignIcon shape="triangle" />
      <span>
        Last update {shownSpan(now - standing.heardAt)} ago. Figures may be old; the page reads again every 5 s.
      </span>
      <button
        type="button"
        className="button small"
        onClick={() => {
          live.retry()
          void queries.invalidateQueries()
        }}
      >
        Refresh
      </button>
    </div>
  )
}

const titleOf = (path: string): string => pages.find(([at]) => isAt(path, at))?.[1] ?? "Roundlot"

/** The tab's title and icon say how it stands, from another tab too. */
const useTab = (overview: Documents.OverviewDocument | undefined, path: string): void => {
  const standing = useStanding()
  const isStale = standing.phase === "retrying"
  const cases = overview === undefined ? 0 : casesOf(overview)
  const isHalted = overview !== undefined && haltedOf(overview).length > 0
  useEffect(() => {
    document.title = `${cases > 0 ? `(${cases}) ` : ""}${titleOf(path)} · Roundlot`
    const icon = isStale ? "-stale" : isHalted ? "-halted" : cases > 0 ? "-attention" : ""
    document.querySelector('link[rel="icon"]')?.setAttribute("href", `/icon${icon}.svg`)
  }, [cases, isHalted, isStale, path])
}

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.matches("input, select, textarea") || target.isContentEditable)

const useKeys = (onSearch: () => void, onHalt: () => void): void => {
  const [, go] = useLocation()
  const handlers = useRef({ onSearch, onHalt, go })
  handlers.current = { onSearch, onHalt, go }
  useEffect(() => {
    let isGoing = false
    const pressed = (event: KeyboardEvent): void => {
      if ((event.metaKey || event.ctrlKey) && event.key.toLowerCase() === "k") {
        event.preventDefault()
        handlers.current.onSearch()
        return
      }
      if (!chosen().shortcuts || isTyping(event.target) || event.metaKey || event.ctrlKey || event.altKey) return
      if (document.querySelector("[role=dialog]") !== null) return
      if (isGoing) {
        isGoing = false
        const page = pages.find(([, , key]) => key === event.key)
        if (page !== undefined) handlers.current.go(page[0])
        return
      }
      if (event.key === "g") isGoing = true
      else if (event.key === "H") {
        event.preventDefault()
        handlers.current.onHalt()
      } else if (event.key === "z" || event.key === "Z") choose({ utc: !chosen().utc })
      else if (event.key === "T")
        choose({ theme: document.documentElement.dataset["theme"] === "dark" ? "light" : "dark" })
    }
    addEventListener("keydown", pressed)
    return () => removeEventListener("keydown", pressed)
  }, [])
}

const ANNOUNCE_MS = 10_000

/** Says in words, now and then, what came in, to those who cannot see it. */
const Announcer = () => {
  const [text, setText] = useState("")
  useEffect(() => {
    let fills = 0
    let breaks = 0
    const stop = live.listen((told) => {
      if (told.kind !== "commit") return
      for (const { kind, tag } of told.commit.changes) {
        if (kind === "fill") fills++
        if (kind === "break" && /open/i.test(tag)) breaks++
      }
    })
    const timer = setInterval(() => {
      const said = [
        fills > 0 ? `${fills} new ${fills === 1 ? "fill" : "fills"}.` : "",
        breaks > 0 ? `${breaks} ${breaks === 1 ? "case" : "cases"} opened.` : ""
      ]
        .join(" ")
        .trim()
      if (said !== "") setText(said)
      fills = 0
      breaks = 0
    }, ANNOUNCE_MS)
    return () => {
      stop()
      clearInterval(timer)
    }
  }, [])
  return (
    <div className="hidden" role="status" aria-live="polite">
      {text}
    </div>
  )
}

const PageIcon = ({ of }: { readonly of: string }) => (
  <svg className="icon" viewBox="0 0 16 16" aria-hidden="true">
    <path
      d={drawingOf(of)}
      fill="none"
      stroke="currentColor"
      strokeWidth="1.4"
      strokeLinecap="round"
      strokeLinejoin="round"
    />
  </svg>
)

/** Who is signed in; where nobody is known to be, nothing. */
const Who = () => {
  const { data: caller } = useCaller()
  return caller === undefined ? null : (
    <Link href="/settings" className="who" title={`Signed in as ${caller.name}, role ${caller.role}`}>
      <span className="name">
        <Foreign text={caller.name} /> <span className="faint">{caller.role}</span>
      </span>
    </Link>
  )
}

const Rail = ({ cases, path }: { readonly cases: number; readonly path: string }) => (
  <nav className="rail" aria-label="Main">
    <Link href="/" className="brand">
      <svg viewBox="0 0 32 32" aria-hidden="true">
        <circle cx="16" cy="16" r="14" fill="currentColor" />
        <path d="M16 16V6a10 10 0 0 0-10 10z" fill="var(--surface)" />
      </svg>
      <span className="name">Roundlot</span>
    </Link>
    {groups.map(([group, links]) => (
      <div key={group}>
        <h2>{group}</h2>
        <ul>
          {links.map(([to, name]) => (
            <li key={to}>
              <Link href={to} aria-current={isAt(path, to) ? "page" : undefined} title={name}>
                <PageIcon of={to} />
                <span className="name">{name}</span>
                {to === "/attention" && cases > 0 ? <span className="count">{cases}</span> : null}
              </Link>
            </li>
          ))}
        </ul>
      </div>
    ))}
    <Who />
  </nav>
)

const bottom = ["/", "/attention", "/orders", "/batches", "/settings"]

const BottomBar = ({ cases, path }: { readonly cases: number; readonly path: string }) => (
  <nav className="bottom" aria-label="Main, short">
    {pages
      .filter(([to]) => bottom.includes(to))
      .map(([to, name]) => (
        <Link key={to} href={to === "/settings" ? "/settings" : to} aria-current={isAt(path, to) ? "page" : undefined}>
          <PageIcon of={to} />
          {to === "/settings" ? "More" : name}
          {to === "/attention" && cases > 0 ? <span className="count">{cases}</span> : null}
        </Link>
      ))}
  </nav>
)

/** The frame around every screen: where one can go, how the stream stands, what is halted, and the stop. */
export const Shell = ({ children }: { readonly children: ReactNode }) => {
  const [path, go] = useLocation()
  const { utc } = useSettings()
  const asOf = useAsOf()
  const { data: overview } = useOverview()
  const search = useRef<HTMLInputElement>(null)
  const halting = useRef<HTMLSpanElement>(null)
  const main = useRef<HTMLElement>(null)
  useChangedCells(main)
  useTab(overview, path)
  useKeys(
    () => search.current?.focus(),
    () => halting.current?.querySelector("button")?.click()
  )
  const cases = overview === undefined ? 0 : casesOf(overview)
  const halted = overview === undefined ? [] : haltedOf(overview)
  const isReal = overview?.accounts.some(({ environment }) => environment === "live") === true
  return (
    <div className={asOf === "" ? "shell" : "shell past"}>
      <a className="skip" href="#main">
        Skip to the page
      </a>
      <Rail cases={cases} path={path} />
      <div className="frame">
        <header className="top">
          <Explained
            help="Paper: a simulated or paper account, no real money. Real money: orders cost something."
            className={isReal ? "badge real" : "badge paper"}
          >
            {isReal ? "Real money" : "Paper"}
          </Explained>
          <Search field={search} onHalt={() => halting.current?.querySelector("button")?.click()} />
          <button
            type="button"
            className="button quiet zone"
            onClick={() => choose({ utc: !utc })}
            aria-label={`Times in ${zoneName(utc)}; change`}
          >
            {zoneName(utc)}
          </button>
          {overview === undefined ? null : <MarketClock of={overview.market} />}
          <LiveClock />
          <span ref={halting}>
            <ActionButton action={halt()} label="Halt" className="button halt" />
          </span>
        </header>
        {halted.length === 0 ? null : (
          <div className="banner tone-danger" role="alert">
            <SignIcon shape="octagon-pause" />
            <span>Halted: {halted.join(", ")}. Nothing new is sent; trades accumulate.</span>
            <button type="button" className="button small" onClick={() => go("/ops")}>
              Controls
            </button>
          </div>
        )}
        <Fallback />
        <main id="main" tabIndex={-1} ref={main}>
          <AsOfBar />
          {children}
        </main>
      </div>
      <BottomBar cases={cases} path={path} />
      <Announcer />
      <div className="hidden" aria-live="assertive">
        {overview === undefined ? "" : criticalIn(overview)}
      </div>
      <Notices />
      <ActionHost />
    </div>
  )
}

/** A page's title and what belongs to it. */
export const PageHead = ({
  actions,
  children,
  note
}: {
  readonly children: ReactNode
  readonly note?: ReactNode
  readonly actions?: ReactNode
}) => (
  <div className="page-head">
    <div>
      <h1>{children}</h1>
      {note === undefined ? null : <p>{note}</p>}
    </div>
    {actions === undefined ? null : <div className="actions">{actions}</div>}
  </div>
)
