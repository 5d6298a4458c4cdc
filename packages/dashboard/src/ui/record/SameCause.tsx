import { Link } from "wouter"
import { texts } from "../../words/text/parts.ts"

/** More of them are counted and not named: the list of breaks has all. */
const MOST_NAMED = 20

/** Of a case of several breaks, how many they are and the way to each. */
export const SameCause = ({ ids }: { readonly ids: ReadonlyArray<string> }) => {
  if (ids.length < 2) return null
  const more = ids.length - MOST_NAMED
  const links = ids.slice(0, MOST_NAMED).map((id, at) => (
    <span key={id}>
      {at === 0 ? "" : " "}
      <Link href={`/attention/${id}`}>{id}</Link>
    </span>
  ))
  return (
    <span className="faint">
      {" "}
      {more > 0
        ? texts.ofOneCauseAndMore({ count: ids.length, ids: links, more })
        : texts.ofOneCause({ count: ids.length, ids: links })}
    </span>
  )
}
