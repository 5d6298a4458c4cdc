import type { ReactNode } from "react"
import type { Term } from "../words/glossary.ts"
import { Head } from "./Help.tsx"

/** Facts of a record: each with the word that the glossary explains; what is absent is left out. */
export const Facts = ({ facts }: { readonly facts: ReadonlyArray<readonly [term: Term, value: ReactNode]> }) => (
  <dl className="facts">
    {facts
      .filter(([, value]) => value !== null && value !== "" && value !== undefined)
      .map(([term, value]) => (
        <div key={term}>
          <dt>
            <Head term={term} />
          </dt>
          <dd>{value}</dd>
        </div>
      ))}
  </dl>
)
