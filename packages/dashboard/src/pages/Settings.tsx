import { Link, useLocation } from "wouter"
import { queries } from "../api/asking.ts"
import { useCaller } from "../api/overview.ts"
import { call } from "../api/calling.ts"
import { zoneName } from "../format/time.ts"
import { Choice, Field } from "../ui/parts/Field.tsx"
import { keys } from "../ui/frame/keys.ts"
import { behindMore } from "../ui/frame/navigation.ts"
import { Panel } from "../ui/parts/Panel.tsx"
import { PageHead } from "../ui/parts/PageHead.tsx"
import { choose, useSettings } from "../ui/parts/settings.ts"
import { texts } from "../words/text/settings.ts"

const themes = ["system", "light", "dark"] as const
const densities = ["compact", "normal", "relaxed"] as const

/** Notifications are asked for when somebody wants them, never before; where the browser refuses, none are promised. */
const allow = async (isWanted: boolean): Promise<void> => {
  if (!isWanted || typeof Notification === "undefined") return choose({ notify: false })
  choose({ notify: (await Notification.requestPermission()) === "granted" })
}

const Session = () => {
  const [, go] = useLocation()
  const { data: caller } = useCaller()
  const leave = async (): Promise<void> => {
    await call((api) => api.session.signOut())
    queries.clear()
    go("/sign-in")
  }
  return (
    <Panel title={texts.signedInUser}>
      <p>
        {caller === undefined
          ? texts.signedOut
          : texts.role({ person: caller.person ?? caller.name, role: caller.role })}{" "}
        <button type="button" className="button small" onClick={() => void leave()}>
          {texts.signOut}
        </button>
      </p>
    </Panel>
  )
}

/** What this browser keeps of how a person reads, and who is signed in. */
export const SettingsPage = () => {
  const { density, notify, shortcuts, theme, utc } = useSettings()
  return (
    <>
      <PageHead note={texts.savedInThisBrowser}>{texts.settings}</PageHead>
      <nav className="only-phone" aria-label={texts.morePages}>
        <ul className="rows">
          {behindMore.map(([to, name]) => (
            <li key={to}>
              <Link href={to}>{name}</Link>
            </li>
          ))}
        </ul>
      </nav>
      <Panel title={texts.appearance}>
        <Choice
          term="theme"
          label={texts.theme}
          value={theme}
          options={themes.map((each) => [each, texts[each]] as const)}
          onChoose={(chosen) => choose({ theme: chosen })}
        />
        <Choice
          term="density"
          label={texts.rows}
          value={density}
          options={densities.map((each) => [each, texts[each]] as const)}
          onChoose={(chosen) => choose({ density: chosen })}
        />
        <Choice
          term="zone"
          label={texts.zone}
          value={utc ? "utc" : "own"}
          options={[
            ["own", zoneName(false)],
            ["utc", "UTC"]
          ]}
          onChoose={(zone) => choose({ utc: zone === "utc" })}
        />
        <Field term="shortcuts">
          <input
            type="checkbox"
            aria-label={texts.singleKeyShortcuts}
            checked={shortcuts}
            onChange={({ target }) => choose({ shortcuts: target.checked })}
          />
        </Field>
        <Field term="notify">
          <input
            type="checkbox"
            aria-label={texts.browserNotifications}
            checked={notify}
            onChange={({ target }) => void allow(target.checked)}
          />
        </Field>
      </Panel>
      <Panel title={texts.keys}>
        <ul className="rows keys">
          {keys.map(({ does, keys: pressed }) => (
            <li key={`${pressed} ${does}`}>
              <kbd>{pressed}</kbd>
              <span className="what">{does}</span>
            </li>
          ))}
        </ul>
      </Panel>
      <Session />
    </>
  )
}
