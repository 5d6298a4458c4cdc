import type { Documents } from "@roundlot/api"
import { useMutation } from "@tanstack/react-query"
import { useState } from "react"
import { Link } from "wouter"
import { queries, useAsk } from "../api/asking.ts"
import { call } from "../api/calling.ts"
import { Choice, Field, Written } from "../ui/parts/Field.tsx"
import { OrderTerms } from "../ui/form/OrderTerms.tsx"
import { Problem } from "../ui/parts/Panel.tsx"
import { PageHead } from "../ui/parts/PageHead.tsx"
import { Said } from "../ui/parts/Figure.tsx"
import { useSettings } from "../ui/parts/settings.ts"
import { StateSign } from "../ui/parts/Sign.tsx"
import { quoted } from "../words/copies.ts"
import { asAccountSays, flagsOf, offeredBy, requestedOf, type Terms } from "../ui/form/terms.ts"
import { faultsAt, TicketFields, useTicket } from "../ui/form/Ticket.tsx"
import { texts } from "../words/text/trades.ts"

/** What a decision asks for; `undefined` where something is missing. */
const wishOf = (
  said: Readonly<Record<"account" | "symbol" | "side" | "size" | "unit" | "why", string>>,
  terms: Terms,
  utc: boolean
) => {
  const { type: orderType, ...rest } = requestedOf(terms, utc)
  const [symbol, size, why] = [said.symbol.trim(), said.size.trim(), said.why.trim()]
  if (said.account === "" || symbol === "" || size === "") return undefined
  return {
    account: said.account,
    symbol,
    side: said.side === "sell" ? ("sell" as const) : ("buy" as const),
    ...(said.unit === "dollars" ? { notional: size } : { quantity: size }),
    orderType,
    ...rest,
    ...(why === "" ? {} : { rationale: why })
  }
}

type Wish = NonNullable<ReturnType<typeof wishOf>>

/** Decision preview, as the daemon would decide it now. */
const Preview = ({ wish }: { readonly wish: Wish | undefined }) => {
  // The reason decides nothing, and is not asked about letter by letter.
  const asked = { account: "", symbol: "", side: "buy" as const, ...wish, rationale: undefined }
  const { data, error } = useAsk(
    ["rehearsed decision", JSON.stringify(asked)],
    (api) => api.controls.decide({ headers: {}, payload: { ...asked, dryRun: true } }),
    wish !== undefined
  )
  const said = data !== undefined && "verdict" in data ? `${data.verdict}.` : (error?.message ?? "…")
  return (
    <Field term="follows">
      <span role="status" aria-label={texts.decisionPreview}>
        <Said text={wish === undefined ? texts.enterSymbolAndSize : said} />
      </span>
    </Field>
  )
}

interface SizeProps {
  readonly size: string
  readonly unit: string
  readonly onSize: (size: string) => void
  readonly onUnit: (unit: string) => void
  readonly errorOf: ReturnType<typeof faultsAt>["errorOf"]
}

/** How much, in shares or dollars. */
const Size = ({ errorOf, onSize, onUnit, size, unit }: SizeProps) => {
  const term = unit === "dollars" ? "notional" : "quantity"
  return (
    <>
      <Choice
        term="size"
        label={texts.sizeIn}
        value={unit}
        options={[
          ["shares", "shares"],
          ["dollars", "dollars"]
        ]}
        onChoose={onUnit}
      />
      <Written
        term={term}
        label={unit === "dollars" ? texts.dollars : texts.quantity}
        value={size}
        onWrite={onSize}
        error={errorOf(term)}
        inputMode="decimal"
        required
      />
    </>
  )
}

interface Saying {
  readonly ticket: ReturnType<typeof useTicket>
  readonly size: string
  readonly unit: string
  readonly terms: Terms | undefined
}

const OnCommandLine = ({ size, terms, ticket: { account, side, symbol }, unit }: Saying) => {
  const { utc } = useSettings()
  return (
    <p className="faint">
      {texts.sameOnCommandLine({
        command: (
          <code>
            npx roundlot decide --account {account} --symbol {quoted(symbol || "AAPL")} --side {side}{" "}
            {unit === "dollars" ? "--notional" : "--quantity"} {quoted(size || "1")}
            {terms === undefined ? "" : flagsOf(terms, utc)}
          </code>
        )
      })}
    </p>
  )
}

/** The decision that was made, with what has become of it. */
const Made = ({ id, reason, status }: Documents.DecisionDocument) => (
  <div className="panel form" role="status">
    <p>
      <Link href={`/decisions/${id}`}>{id}</Link> <StateSign family="decision" state={status} /> {reason}
    </p>
  </div>
)

const FIELDS = ["account", "symbol", "side", "quantity", "notional", "rationale"]
const TERMS: ReadonlyArray<string> = ["orderType", ...Object.keys(asAccountSays)]

/** A decision made by hand: one order, sent once, with what would become of it. */
export const NewDecision = () => {
  const ticket = useTicket()
  const { account, changed, key, named, side, symbol } = ticket
  const [size, setSize] = useState("")
  const [unit, setUnit] = useState("shares")
  const [why, setWhy] = useState("")
  const [terms, setTerms] = useState(asAccountSays)
  const { utc } = useSettings()
  const offered = named === undefined ? undefined : offeredBy(named, terms)
  const wish = offered && wishOf({ account, symbol, side, size, unit, why }, offered.terms, utc)
  const deciding = useMutation({
    mutationFn: (payload: Wish) => call((api) => api.controls.decide({ headers: { "idempotency-key": key }, payload })),
    onSuccess: () => {
      ticket.renew()
      setSize("")
      void queries.invalidateQueries()
    }
  })
  const { elsewhere, errorOf } = faultsAt(deciding.error, [...FIELDS, ...TERMS])
  const made = deciding.data
  return (
    <>
      <PageHead note={texts.decisionNote({ decisions: <Link href="/decisions">{texts.decisions}</Link> })}>
        {texts.newDecision}
      </PageHead>
      <form
        className="panel form"
        onSubmit={(event) => {
          event.preventDefault()
          if (wish !== undefined && !deciding.isPending) deciding.mutate(wish)
        }}
      >
        <TicketFields ticket={ticket} errorOf={errorOf} />
        <Size size={size} unit={unit} onSize={changed(setSize)} onUnit={changed(setUnit)} errorOf={errorOf} />
        {offered === undefined ? null : (
          <OrderTerms
            offered={offered}
            onChange={changed((next: Partial<Terms>) => setTerms({ ...offered.terms, ...next }))}
            errorOf={(name) => errorOf(name === "type" ? "orderType" : name)}
          />
        )}
        <Written
          term="rationale"
          label={texts.reason}
          value={why}
          onWrite={changed(setWhy)}
          error={errorOf("rationale")}
          required
        />
        {elsewhere === null ? null : <Problem error={elsewhere} isOfAction />}
        <Preview wish={wish} />
        <OnCommandLine ticket={ticket} size={size} unit={unit} terms={offered?.terms} />
        <div className="buttons">
          <button type="submit" className="button primary" aria-disabled={deciding.isPending}>
            {deciding.isPending ? texts.sending : texts.sendDecision}
          </button>
        </div>
      </form>
      {made === undefined || "verdict" in made ? null : <Made {...made} />}
    </>
  )
}
