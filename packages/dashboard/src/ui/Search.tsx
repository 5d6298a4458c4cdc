import { useState, type RefObject } from "react"
import { useLocation } from "wouter"
import { call } from "../api/client.ts"
import { pathOfRecord } from "../words/paths.ts"

/** Finds anything by any of its ids: type or paste it, Enter goes there. */
export const Search = ({ field }: { readonly field: RefObject<HTMLInputElement | null> }) => {
  const [, go] = useLocation()
  const [text, setText] = useState("")
  const [said, setSaid] = useState("")
  const find = async (): Promise<void> => {
    const q = text.trim()
    if (q === "") return
    try {
      const { items } = await call((api) => api.overview.resolve({ urlParams: { q } }))
      const [found] = items.flatMap((each) => pathOfRecord(each) ?? [])
      if (found === undefined) return setSaid(`Nothing here is called ${q.slice(0, 40)}.`)
      setText("")
      setSaid("")
      go(found)
    } catch (error) {
      setSaid(error instanceof Error ? error.message : String(error))
    }
  }
  return (
    <form
      className="search"
      role="search"
      onSubmit={(event) => {
        event.preventDefault()
        void find()
      }}
    >
      <input
        ref={field}
        type="search"
        aria-label="Find by any id or symbol"
        placeholder="Find by any id or symbol"
        value={text}
        onChange={(event) => {
          setText(event.target.value)
          setSaid("")
        }}
        autoComplete="off"
        spellCheck={false}
      />
      <kbd aria-hidden="true">Ctrl K</kbd>
      <span className="said" role="status">
        {said}
      </span>
    </form>
  )
}
