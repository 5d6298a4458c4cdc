import { Link, useLocation } from "wouter"
import { useCaller } from "../../api/overview.ts"
import { zoneName } from "../../format/time.ts"
import { useFilters } from "../parts/filters.ts"
import { useSettings } from "../parts/settings.ts"
import { texts } from "../../words/text/lists.ts"
import type { Chip } from "./Listing.ts"
import { periodOf } from "./Filters.tsx"

type Params = Readonly<Record<string, string>>

const asksOf = ({ asks, isMine = false, isToday = false }: Chip, utc: boolean, actor: string): Params => ({
  ...asks,
  ...(isMine ? { actor } : {}),
  ...(isToday ? { since: periodOf("today", new Date(), utc).since } : {})
})

const everything: Chip = { name: texts.all, asks: {} }

/** The name of a chip; of a day it says in which zone that begins. */
const nameOf = ({ isToday = false, name }: Chip, utc: boolean): string =>
  isToday ? texts.inZone({ name, zone: zoneName(utc) }) : name

/** What a chip leaves as it is. */
const STAYING = ["account", "symbol"]

/** Views that many ask for, each an address; the one that is looked at says so. */
export const Chips = ({
  chips,
  names
}: {
  readonly chips: ReadonlyArray<Chip>
  readonly names: ReadonlyArray<string>
}) => {
  const [path] = useLocation()
  const { get } = useFilters()
  const { utc } = useSettings()
  const { data: caller } = useCaller()
  const isSignedIn = caller !== undefined && !caller.open
  const offered = chips.filter(({ isMine = false }) => !isMine || isSignedIn)
  if (offered.length === 0) return null
  const staying = Object.fromEntries(STAYING.filter((name) => get(name) !== "").map((name) => [name, get(name)]))
  const searchOf = (asks: Params): string => new URLSearchParams({ ...staying, ...asks }).toString()
  const isNow = (asks: Params): boolean =>
    names.every((name) => STAYING.includes(name) || get(name) === (asks[name] ?? ""))
  return (
    <nav className="chips" aria-label={texts.views}>
      {[everything, ...offered].map((chip) => {
        const asks = asksOf(chip, utc, caller?.name ?? "")
        const search = searchOf(asks)
        return (
          <Link
            key={chip.name}
            className="chip"
            href={search === "" ? path : `${path}?${search}`}
            aria-current={isNow(asks) ? "page" : undefined}
          >
            {nameOf(chip, utc)}
          </Link>
        )
      })}
    </nav>
  )
}
