import { useState } from "react"
import { useAsk } from "../../api/asking.ts"
import { ProblemError } from "../../api/problem.ts"
import { Choice, Written } from "../parts/Field.tsx"
import { useFilters } from "../parts/filters.ts"
import { texts } from "../../words/text/forms.ts"

const sides = [
  ["buy", texts.buy],
  ["sell", texts.sell]
] as const

/** A wish to trade as forms ask for it: who, what, on which side, and the key under which it is sent. */
export const useTicket = () => {
  const { get } = useFilters()
  const { data: accounts } = useAsk(["accounts"], (api) => api.accounts.list({ urlParams: {} }))
  const [chosen, setAccount] = useState(get("account"))
  const [symbol, setSymbol] = useState(get("symbol"))
  const [side, setSide] = useState("buy")
  const [key, setKey] = useState(() => crypto.randomUUID())
  const account = chosen === "" ? (accounts?.items[0]?.name ?? "") : chosen
  const renew = () => setKey(crypto.randomUUID())
  const changed =
    <A,>(set: (value: A) => void) =>
    (value: A) => {
      // Another wish has another key: the same is never sent twice, another one always is.
      renew()
      set(value)
    }
  return {
    account,
    symbol,
    side,
    key,
    named: accounts?.items.find(({ name }) => name === account),
    names: accounts?.items.map(({ name }) => name) ?? [],
    chooseAccount: changed(setAccount),
    writeSymbol: changed(setSymbol),
    chooseSide: changed(setSide),
    changed,
    renew
  }
}

type ErrorOf = (field: string) => string | undefined

/** What of a problem is said at one of these fields, and the problem where it is at none of them. */
export const faultsAt = (error: Error | null, fields: ReadonlyArray<string>) => {
  const field = error instanceof ProblemError ? error.field : undefined
  const errorOf: ErrorOf = (name) => (field === name ? error?.message : undefined)
  return { errorOf, elsewhere: fields.includes(field ?? "") ? null : error }
}

/** The fields of who, what and on which side. */
export const TicketFields = ({
  errorOf,
  ticket
}: {
  readonly ticket: ReturnType<typeof useTicket>
  readonly errorOf: ErrorOf
}) => (
  <>
    <Choice
      term="account"
      label={texts.account}
      value={ticket.account}
      options={ticket.names.map((name) => [name, name] as const)}
      onChoose={ticket.chooseAccount}
      error={errorOf("account")}
    />
    <Written
      term="symbol"
      label={texts.symbol}
      value={ticket.symbol}
      onWrite={ticket.writeSymbol}
      error={errorOf("symbol")}
      required
    />
    <Choice
      term="side"
      label={texts.side}
      value={ticket.side}
      options={sides}
      onChoose={ticket.chooseSide}
      error={errorOf("side")}
    />
  </>
)
