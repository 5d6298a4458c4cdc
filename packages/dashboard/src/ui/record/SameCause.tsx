import { Link } from "wouter"

/** More of them are counted and not named: the list of breaks has all. */
const MOST_NAMED = 20

/** Of a case of several breaks, how many they are and the way to each. */
export const SameCause = ({ ids }: { readonly ids: ReadonlyArray<string> }) =>
  ids.length < 2 ? null : (
    <span className="faint">
      {" "}
      {ids.length} of one cause:
      {ids.slice(0, MOST_NAMED).map((id) => (
        <span key={id}>
          {" "}
          <Link href={`/attention/${id}`}>{id}</Link>
        </span>
      ))}
      {ids.length > MOST_NAMED ? ` and ${ids.length - MOST_NAMED} more` : ""}
    </span>
  )
