import { lazy, useEffect, useRef, useState, type ReactNode, type RefObject } from "react"
import { Link, useLocation } from "wouter"
import type { Documents } from "@roundlot/api"
import { queries, useIsStale, useStanding } from "../../api/asking.ts"
import { settledIn, useCaller, useOverview } from "../../api/overview.ts"
import { shownSpan, zoneName } from "../../format/time.ts"
import * as live from "../../live/live.ts"
import { eventWords } from "../../words/events.ts"
import { positionAt } from "../../words/paths.ts"
import { signOfLink, signOfState } from "../../words/signs.ts"
import { ActionHost, DialogButton } from "../action/ActionButton.tsx"
import { askHaltAny, fetchHaltIdle } from "../action/askHalt.ts"
import { useChangedCells } from "./changes.ts"
import { CopyAs } from "./CopyAs.tsx"
import { Foreign, Time } from "../parts/Figure.tsx"
import { Explained } from "../parts/Help.tsx"
import { Search } from "./Search.tsx"
import { AccountSwitch } from "./AccountSwitch.tsx"
import { Announcer } from "./Announcer.tsx"
import { AsOfBar } from "./AsOfBar.tsx"
import { ofAllAccounts, useAsOf } from "../parts/asOf.ts"
import { drawingOf, groups, isAt, onBottom, titleAt } from "./navigation.ts"
import { Part, useMissing } from "../parts/Part.tsx"
import { Notices } from "./Notices.tsx"
import { choose, useNow, useSettings } from "../parts/settings.ts"
import { SignIcon } from "../parts/Sign.tsx"
import { boundIn, named } from "../action/standing.ts"
import { notConnected, type Verdict, verdictOf } from "../action/verdict.ts"
import { useKeys } from "./useKeys.ts"
import { texts } from "../../words/text/frame.ts"

const KeysDialog = lazy(() => import("./KeysDialog.tsx").then(({ KeysDialog }) => ({ default: KeysDialog })))

const haltedOf = (overview: Documents.OverviewDocument) => boundIn(overview).filter(({ state }) => state === "halted")

/** The open cases that may mean wrong or doubled shares, or that wait for too long, in words: said at once where one comes. */
const criticalIn = (overview: Documents.OverviewDocument): string =>
  settledIn(overview)
    .filter(({ standing }) => standing === "critical" || standing === "escalated")
    .map(
      ({ kind, standing, symbol }) =>
        `${signOfState("break", standing).word}: ${eventWords(kind)}${symbol === null ? "" : `, ${symbol}`}.`
    )
    .join(" ")

const LiveClock = () => {
  const standing = useStanding()
  const now = useNow()
  const word = live.wordOf(standing, Date.now())
  const quietFor = Math.max(0, now - (standing.changedAt === 0 ? standing.quietSince : standing.changedAt))
  const isTold = word === "live" || word === "quiet" || word === "stale"
  const sign = signOfLink(word, isTold ? (word === "stale" ? now - standing.heardAt : quietFor) : undefined)
  const tail =
    word === "reconnecting"
      ? standing.nextAt > now
        ? texts.attemptIn({ attempt: standing.attempt, span: shownSpan(standing.nextAt - now) })
        : texts.attempt({ attempt: standing.attempt })
      : ""
  return (
    <span className="live" data-live={word}>
      <Explained help={sign.help} className={`sign tone-${sign.tone}`}>
        <SignIcon sign={sign} />
        <span className="figure">
          {sign.word}
          {tail === "" ? "" : `, ${tail}`}
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
        <SignIcon sign={sign} />
        <span>
          <strong>{sign.word}</strong>
          {left <= 0 ? null : (
            <> {isOpen ? texts.closesIn({ span: shownSpan(left) }) : texts.opensIn({ span: shownSpan(left) })}</>
          )}
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
    <section className="banner tone-warn" aria-label={texts.dataAge}>
      {/* Said once, and not with every second that passes. */}
      <span className="hidden" role="status">
        {texts.noConnection}
      </span>
      <SignIcon sign={signOfState("link", "stale")} />
      <span>
        {texts.notConnectedSince({
          time: <Time at={new Date(standing.heardAt).toISOString()} />,
          age: shownSpan(now - standing.heardAt)
        })}
      </span>
      <button
        type="button"
        className="button small"
        onClick={() => {
          live.retry()
          void queries.invalidateQueries()
        }}
      >
        {texts.refresh}
      </button>
    </section>
  )
}

/** A part of the program did not come: why, and what to do. What is on the page stays. */
const Missing = () =>
  useMissing() ? (
    <div className="banner tone-warn" role="alert">
      <SignIcon sign={signOfState("link", "stale")} />
      <span>{texts.partNotLoaded}</span>
      <button type="button" className="button small" onClick={() => location.reload()}>
        {texts.reload}
      </button>
    </div>
  ) : null

/** On every page of a daemon that asks for no token: that it does not. */
const Unlocked = () => {
  const { data: caller } = useCaller()
  if (caller?.open !== true) return null
  return (
    <section className="banner tone-warn" aria-label={texts.access}>
      <SignIcon sign={signOfState("frame", "unlocked")} />
      <span>{texts.noTokensChecked({ open: <strong>{texts.open}</strong>, flag: <code>--open</code> })}</span>
    </section>
  )
}

/** The tab's title and icon say how all stands, from another tab too. */
const useTab = (verdict: Verdict | undefined, path: string): void => {
  const page = titleAt(path)
  const title = texts.title({ page: verdict === undefined ? page : verdict.inTab(page) })
  const icon = verdict === undefined ? "/icon.svg" : verdict.icon
  useEffect(() => {
    document.title = title
    document.querySelector('link[rel="icon"]')?.setAttribute("href", icon)
  }, [icon, title])
}

/** How all stands, on every page: pressed, what needs a person. */
const VerdictLink = ({ of: { short, sign, text } }: { readonly of: Verdict }) => (
  <Link href={ofAllAccounts("/attention")} className={`verdict-link tone-${sign.tone}`} title={text}>
    <SignIcon sign={sign} />
    <span>{short}</span>
  </Link>
)

/** In which zone all times are, shown and written: pressed, the other one. */
const ZoneSwitch = ({ children }: { readonly children: (zone: string) => string }) => {
  const { utc } = useSettings()
  return (
    <button
      type="button"
      className="button quiet zone"
      onClick={() => choose({ utc: !utc })}
      aria-label={texts.changeZone({ zone: zoneName(utc) })}
    >
      {children(zoneName(utc))}
    </button>
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
    <Link href="/settings" className="who" title={texts.signedInAs({ caller: caller.name, role: caller.role })}>
      <span className="name">
        <Foreign text={caller.person ?? caller.name} /> <span className="faint">({caller.role})</span>
      </span>
    </Link>
  )
}

const Rail = ({ cases, path }: { readonly cases: number; readonly path: string }) => (
  <nav className="rail" aria-label={texts.main}>
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

const BottomBar = ({ cases, path }: { readonly cases: number; readonly path: string }) => (
  <nav className="bottom" aria-label={texts.mainShort}>
    {onBottom.map(([to, name]) => (
      <Link key={to} href={to} aria-current={isAt(path, to) ? "page" : undefined}>
        <PageIcon of={to} />
        {to === "/settings" ? texts.more : name}
        {to === "/attention" && cases > 0 ? <span className="count">{cases}</span> : null}
      </Link>
    ))}
  </nav>
)

interface TopProps {
  readonly of: Documents.OverviewDocument | undefined
  readonly verdict: Verdict | undefined
  readonly path: string
  readonly search: RefObject<HTMLInputElement | null>
  /** Where the stop is. */
  readonly halting: RefObject<HTMLSpanElement | null>
  readonly onHalt: () => void
  readonly onHelp: () => void
}

const Top = ({ halting, of: overview, onHalt, onHelp, path, search, verdict }: TopProps) => {
  const accounts = overview?.accounts ?? []
  // What an answer leaves out may be real money.
  const isReal = accounts.some(({ environment }) => environment !== "paper")
  return (
    <header className="top">
      <Explained help={texts.moneyHelp} className={isReal ? "badge real" : "badge paper"}>
        {isReal ? texts.realMoney : texts.paper}
      </Explained>
      <AccountSwitch names={accounts.map(({ name }) => name)} />
      <Search field={search} overview={overview} onHalt={onHalt} onHelp={onHelp} />
      <ZoneSwitch>{(zone) => zone}</ZoneSwitch>
      {overview === undefined ? null : <MarketClock of={overview.market} />}
      {verdict === undefined ? null : <VerdictLink of={verdict} />}
      <LiveClock />
      <span ref={halting}>
        <DialogButton
          label={texts.halt}
          icon={<SignIcon sign={signOfState("trading", "halted")} />}
          keys={texts.haltKeys}
          className="button halt"
          onAsk={() => askHaltAny(accounts, positionAt(path))}
        />
      </span>
    </header>
  )
}

/** That trading is halted, and where it is resumed. */
const Halted = ({ scopes }: { readonly scopes: string }) => {
  const [, go] = useLocation()
  return (
    <div className="banner tone-danger" role="alert">
      <SignIcon sign={signOfState("trading", "halted")} />
      <span>{texts.halted({ scopes })}</span>
      <button type="button" className="button small" onClick={() => go("/ops")}>
        {texts.controls}
      </button>
    </div>
  )
}

/** The frame around every screen: where one can go, how the stream stands, what is halted, and the stop. */
export const Shell = ({ children }: { readonly children: ReactNode }) => {
  const [path] = useLocation()
  const asOf = useAsOf()
  const isStale = useIsStale()
  const { data: overview, isFetched } = useOverview()
  useEffect(() => (isFetched ? fetchHaltIdle() : undefined), [isFetched])
  const search = useRef<HTMLInputElement>(null)
  const halting = useRef<HTMLSpanElement>(null)
  const main = useRef<HTMLElement>(null)
  useChangedCells(main)
  const verdict = isStale ? notConnected : overview === undefined ? undefined : verdictOf(overview)
  useTab(verdict, path)
  const [isHelping, setHelping] = useState(false)
  const onHelp = (): void => setHelping(true)
  const onHalt = (): void => halting.current?.querySelector("button")?.click()
  useKeys({ onSearch: () => search.current?.focus(), onHalt, onHelp })
  const cases = overview === undefined ? 0 : overview.cases
  const halted = overview === undefined ? [] : haltedOf(overview)
  return (
    <div className={`shell${asOf === "" ? "" : " past"}${isStale ? " stale" : ""}`}>
      <a className="skip" href="#main">
        {texts.skipToThePage}
      </a>
      <Rail cases={cases} path={path} />
      <div className="frame">
        <Top
          of={overview}
          verdict={verdict}
          path={path}
          search={search}
          halting={halting}
          onHalt={onHalt}
          onHelp={onHelp}
        />
        {halted.length === 0 ? null : <Halted scopes={named(halted)} />}
        <Unlocked />
        <Fallback />
        <Missing />
        <main id="main" tabIndex={-1} ref={main}>
          <CopyAs />
          <AsOfBar />
          {children}
        </main>
        <footer className="zoned">
          <ZoneSwitch>{(zone) => texts.timesInZone({ zone })}</ZoneSwitch>
        </footer>
      </div>
      <BottomBar cases={cases} path={path} />
      <Announcer />
      <div className="hidden" aria-live="assertive">
        {overview === undefined ? "" : criticalIn(overview)}
      </div>
      <Notices />
      <ActionHost />
      {isHelping ? (
        <Part>
          <KeysDialog onClose={() => setHelping(false)} />
        </Part>
      ) : null}
    </div>
  )
}
