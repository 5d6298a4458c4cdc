import { Link } from "wouter"

/** Of a case of several breaks, how many they are and the way to each. */
export const SameCause = ({ ids }: { readonly ids: ReadonlyArray<string> }) =>
  ids.length < 2 ? null : (
    <span className="faint">
      {" "}
      {ids.length} of one cause:
      {ids.map((id) => (
        <span key={id}>
          {" "}
          <Link href={`/attention/${id}`}>{id}</Link>
        </span>
      ))}
    </span>
  )
