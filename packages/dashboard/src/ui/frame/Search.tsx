import type { Documents } from "@roundlot/api"
import { useId, useState, type KeyboardEvent, type RefObject } from "react"
import { useLocation } from "wouter"
import { readOf } from "../../api/calling.ts"
import { pathOfRecord } from "../../words/paths.ts"
import { askHalt } from "../action/askHalt.ts"
import { scopeName } from "../action/standing.ts"
import { pages } from "./navigation.ts"
import { useMay } from "../action/Role.tsx"
import { choose, chosen, turnTheme } from "../parts/settings.ts"
import { texts } from "../../words/text/frame.ts"

/** Something that can be done from anywhere by its name. */
interface Command {
  readonly name: string
  readonly does: string
  readonly run: () => void
}

interface SearchProps {
  readonly field: RefObject<HTMLInputElement | null>
  readonly overview: Documents.OverviewDocument | undefined
  readonly onHalt: () => void
  readonly onHelp: () => void
}

const MOST = 8

const fits = (text: string, name: string): boolean => {
  const wanted = text.trim().toLowerCase()
  return wanted === "" || name.toLowerCase().includes(wanted)
}

/** The halts of an account or a symbol whose name fits what is written: what is to stop need not be looked for. */
const haltsIn = ({ accounts, positions }: Documents.OverviewDocument, text: string): ReadonlyArray<Command> => {
  const scopes = [
    ...accounts.map(({ name }) => [name] as const),
    ...positions.map((at) => [at.account, at.symbol] as const)
  ]
  return scopes
    .map(([account, symbol]) => ({
      name: texts.haltScope({ scope: scopeName(account, symbol) }),
      does: texts.needsAReason,
      run: () => askHalt(account, symbol)
    }))
    .filter(({ name }) => fits(text, name))
    .slice(0, MOST)
}

/** What can be done from anywhere, by its name. */
const useCommands = ({ onHalt, onHelp }: Pick<SearchProps, "onHalt" | "onHelp">): ReadonlyArray<Command> => {
  const [, go] = useLocation()
  const mayTrade = useMay("trade")
  return [
    ...pages.map(([path, name, key]) => ({ name, does: texts.opensThePage({ key }), run: () => go(path) })),
    ...(mayTrade
      ? [
          { name: texts.newTrade, does: texts.opensItsForm, run: () => go("/trades/new") },
          { name: texts.newDecision, does: texts.opensItsForm, run: () => go("/decisions/new") },
          { name: texts.newBatch, does: texts.opensSteps, run: () => go("/batches/new") }
        ]
      : []),
    { name: texts.haltEverything, does: texts.haltNeedsAReason, run: onHalt },
    { name: texts.keys, does: texts.listsShortcuts, run: onHelp },
    { name: texts.utcOrOwnZone, does: texts.changesZone, run: () => choose({ utc: !chosen().utc }) },
    {
      name: texts.lightOrDark,
      does: texts.changesTheme,
      run: turnTheme
    }
  ]
}

/** The page of the record that an id or a name is of. */
const pathOf = async (q: string): Promise<string | undefined> => {
  const { items } = await readOf((api) => api.overview.resolve({ urlParams: { q } }))
  return items.flatMap((each) => pathOfRecord(each) ?? [])[0]
}

interface PaletteProps {
  readonly id: string
  readonly at: number
  readonly options: ReadonlyArray<Command>
  readonly isHidden: boolean
  readonly onChoose: (command: Command) => void
}

/** What fits what is written. */
const Palette = ({ at, id, isHidden, onChoose, options }: PaletteProps) => (
  <ul id={id} role="listbox" aria-label={texts.results} hidden={isHidden} className="palette">
    {options.map((command, index) => (
      // oxlint-disable-next-line jsx-a11y/click-events-have-key-events -- the keys are those of the field that owns the list
      <li
        key={`${index} ${command.name}`}
        id={`${id}-${index}`}
        role="option"
        aria-selected={index === at}
        onMouseDown={(event) => event.preventDefault()}
        onClick={() => onChoose(command)}
      >
        <bdi>{command.name.slice(0, 60)}</bdi> <span className="faint">{command.does}</span>
      </li>
    ))}
  </ul>
)

/** What is written, what fits that, and what comes of it. */
const useSearch = ({ field, overview, ...does }: SearchProps) => {
  const [, go] = useLocation()
  const [text, setText] = useState("")
  const [said, setSaid] = useState("")
  const [isOpen, setOpen] = useState(false)
  const [at, setAt] = useState(0)
  const close = (): void => {
    setText("")
    setSaid("")
    setOpen(false)
    setAt(0)
  }
  const commands = useCommands(does)
  const halts = overview === undefined || text.trim() === "" ? [] : haltsIn(overview, text)
  const found = [...commands.filter(({ name }) => fits(text, name)), ...halts].slice(
    0,
    text === "" ? commands.length : MOST
  )
  const seek: ReadonlyArray<Command> =
    text.trim() === "" ? [] : [{ name: text.trim(), does: texts.searches, run: () => void find() }]
  const options = [...seek, ...found]
  const doIt = (command: Command): void => {
    close()
    field.current?.blur()
    command.run()
  }
  const find = async (): Promise<void> => {
    const q = text.trim()
    try {
      const record = await pathOf(q)
      const [command] = found
      if (record === undefined && command !== undefined) return doIt(command)
      if (record === undefined) return setSaid(texts.nothingFound({ q: q.slice(0, 40) }))
      close()
      go(record)
    } catch (error) {
      setSaid(error instanceof Error ? error.message : String(error))
    }
  }
  const choosing = (command: Command): void => {
    if (command === seek[0]) void find()
    else doIt(command)
  }
  const pressed = (event: KeyboardEvent): void => {
    if (event.key === "ArrowDown") setAt(Math.min(options.length - 1, at + 1))
    else if (event.key === "ArrowUp") setAt(Math.max(0, at - 1))
    else if (event.key === "Escape") close()
    else return
    event.preventDefault()
  }
  const written = (next: string): void => {
    setText(next)
    setSaid("")
    setOpen(true)
    setAt(0)
  }
  return { at, choosing, isOpen, options, pressed, said, setOpen, text, written }
}

/** Finds anything by any of its ids, goes to any page, and does what can be done from anywhere: type or paste, Enter. */
export const Search = (props: SearchProps) => {
  const { at, choosing, isOpen, options, pressed, said, setOpen, text, written } = useSearch(props)
  const list = useId()
  return (
    <form
      className="search"
      role="search"
      onSubmit={(event) => {
        event.preventDefault()
        const command = options[at]
        if (command !== undefined) choosing(command)
      }}
      onBlur={(event) => event.currentTarget.contains(event.relatedTarget) || setOpen(false)}
    >
      <input
        ref={props.field}
        type="search"
        role="combobox"
        aria-label={texts.searchLabel}
        aria-expanded={isOpen}
        aria-controls={list}
        aria-activedescendant={isOpen && options.length > 0 ? `${list}-${at}` : undefined}
        placeholder={texts.searchPlaceholder}
        value={text}
        onFocus={() => setOpen(true)}
        onKeyDown={pressed}
        onChange={(event) => written(event.target.value)}
        autoComplete="off"
        spellCheck={false}
      />
      <kbd aria-hidden="true">Ctrl K</kbd>
      <Palette id={list} at={at} options={options} isHidden={!isOpen || said !== ""} onChoose={choosing} />
      <span className="said" role="status">
        {said}
      </span>
    </form>
  )
}
