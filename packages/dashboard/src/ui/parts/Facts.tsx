import type { ReactNode } from "react"
import type { Term } from "../../words/glossary.ts"
import { Head } from "./Help.tsx"

/** A fact of a record, by its word. */
export type Fact = readonly [term: Term, value: ReactNode]

/** Facts of a record: each with the word that the glossary explains; what is absent is left out. */
export const Facts = ({ facts }: { readonly facts: ReadonlyArray<Fact> }) => (
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
