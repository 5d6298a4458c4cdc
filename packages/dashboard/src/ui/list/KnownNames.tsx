import { useAsk } from "../../api/asking.ts"
import type { Api } from "../../api/client.ts"
import { Effect } from "effect"

const MOST = 1000

/** What is known of what a filter may ask for, by its name. */
const known: Readonly<Record<string, (api: Api) => Effect.Effect<ReadonlyArray<string>, unknown>>> = {
  account: (api) =>
    Effect.map(api.accounts.list({ urlParams: { limit: MOST } }), ({ items }) => items.map(({ name }) => name)),
  symbol: (api) =>
    Effect.map(api.instruments.list({ urlParams: { limit: MOST } }), ({ items }) =>
      [...new Set(items.map(({ symbol }) => symbol))].toSorted()
    )
}

/** Returns whether names are known of what a filter asks for. */
export const isKnown = (name: string): boolean => known[name] !== undefined

/** The names that a filter may be completed with: of the first thousand, since anything else may be written too. */
export const KnownNames = ({ id, of }: { readonly id: string; readonly of: string }) => {
  const { data } = useAsk(["known", of], (api) => known[of]?.(api) ?? Effect.succeed([]))
  return (
    <datalist id={id}>
      {data?.map((name) => (
        <option key={name} value={name} />
      ))}
    </datalist>
  )
}
