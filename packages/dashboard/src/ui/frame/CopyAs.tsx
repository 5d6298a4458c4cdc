import { useRef, useState } from "react"
import { useLocation, useSearch } from "wouter"
import { copyText } from "../parts/copying.ts"
import { texts } from "../../words/text/frame.ts"

const ways = [
  ["link", texts.link],
  ["cli", texts.cliCommand],
  ["curl", "curl"],
  ["json", texts.json]
] as const

type Way = (typeof ways)[number][0]

/** What is copied: the JSON is read then, as the daemon answers it. */
const textOf = async (way: Way, path: string, search: string): Promise<string | undefined> => {
  // The words of other programs are loaded when somebody asks for them.
  const { copiesOf } = await import("../../words/copies.ts")
  const { route, ...copies } = copiesOf(location.origin, path, search)
  if (way !== "json") return copies[way]
  if (route === undefined) return undefined
  const response = await fetch(route)
  return response.ok ? response.text() : undefined
}

/** What a page shows, for a colleague, a shell or a program. */
export const CopyAs = () => {
  const [path] = useLocation()
  const search = useSearch()
  const menu = useRef<HTMLDetailsElement>(null)
  const [said, setSaid] = useState("")
  const close = (): void => {
    if (menu.current !== null) menu.current.open = false
    menu.current?.querySelector("summary")?.focus()
  }
  const copy = async (way: Way, name: string): Promise<void> => {
    const text = await textOf(way, path, search).catch(() => undefined)
    const isDone = text !== undefined && (await copyText(text))
    setSaid(isDone ? texts.copied({ name }) : text === undefined ? texts.noCopyForPage({ name }) : texts.copyRefused)
    close()
  }
  return (
    <div className="copy-as">
      <span role="status" className="faint">
        {said}
      </span>
      <details
        className="choice"
        ref={menu}
        onToggle={({ currentTarget }) => currentTarget.open && setSaid("")}
        onKeyDown={({ key }) => key === "Escape" && close()}
        onBlur={({ currentTarget, relatedTarget }) => {
          if (!currentTarget.contains(relatedTarget)) currentTarget.open = false
        }}
      >
        <summary className="button quiet">{texts.copyAs}</summary>
        <ul aria-label={texts.copyAs}>
          {ways.map(([way, name]) => (
            <li key={way}>
              <button type="button" className="button quiet small" onClick={() => void copy(way, name)}>
                {name}
              </button>
            </li>
          ))}
        </ul>
      </details>
    </div>
  )
}
