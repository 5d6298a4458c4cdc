import type { Documents } from "@roundlot/api"
import { pricesOf } from "@roundlot/api/client"
import { sessionWords, timeWords, typeWords } from "../../words/terms.ts"
import { Choice, Written } from "../parts/Field.tsx"
import type { Terms } from "./terms.ts"
import { texts } from "../../words/text/forms.ts"

interface PolicyFieldsProps {
  /** What the broker of the account takes. */
  readonly offered: {
    readonly sessions: ReadonlyArray<Documents.OrderDetail["session"]>
    readonly times: ReadonlyArray<string>
    readonly isUsualTaken: boolean
    /** What holds where nothing is said, in words. */
    readonly usual: { readonly session: string; readonly timeInForce: string }
    readonly terms: Pick<Terms, "session" | "timeInForce">
  }
  readonly onChange: (next: Partial<Pick<Terms, "session" | "timeInForce">>) => void
  /** What the daemon says is wrong with a term. */
  readonly errorOf: (name: keyof Terms) => string | undefined
}

/** In which session an order is sent. */
const SessionField = ({ errorOf, offered, onChange }: PolicyFieldsProps) => (
  <Choice
    term="session"
    label={texts.session}
    value={offered.terms.session}
    options={[
      ["", offered.usual.session],
      ...offered.sessions.map((session) => [session, sessionWords(session)] as const)
    ]}
    onChoose={(session) => onChange({ session })}
    error={errorOf("session")}
  />
)

/** How long an order works. */
const LifeField = ({ errorOf, offered, onChange }: PolicyFieldsProps) => (
  <Choice
    term="timeInForce"
    label={texts.timeInForce}
    value={offered.terms.timeInForce}
    options={[
      ...(offered.isUsualTaken ? [["", offered.usual.timeInForce] as const] : []),
      ...offered.times.map((each) => [each, timeWords(each)] as const)
    ]}
    onChoose={(timeInForce) => onChange({ timeInForce })}
    error={errorOf("timeInForce")}
  />
)

/** In which session orders are sent and how long they work: what the broker of the account declares, and nothing else. */
export const PolicyFields = (props: PolicyFieldsProps) => (
  <>
    <SessionField {...props} />
    <LifeField {...props} />
  </>
)

interface OrderTermsProps extends Omit<PolicyFieldsProps, "offered" | "onChange"> {
  readonly offered: PolicyFieldsProps["offered"] & {
    readonly types: ReadonlyArray<Terms["type"]>
    readonly terms: Terms
  }
  readonly onChange: (next: Partial<Terms>) => void
}

/** How one order is executed: what the broker of the account declares, with the prices that its type needs. */
export const OrderTerms = (props: OrderTermsProps) => {
  const { errorOf, offered, onChange } = props
  const { goodTill, limitPrice, stopPrice, timeInForce, type } = offered.terms
  const needs = pricesOf(type)
  return (
    <>
      <SessionField {...props} />
      <Choice
        term="orderType"
        label={texts.type}
        value={type}
        options={offered.types.map((each) => [each, typeWords(each)] as const)}
        onChoose={(chosen) => onChange({ type: chosen })}
        error={errorOf("type")}
      />
      {needs.limit ? (
        <Written
          term="limitPrice"
          label={texts.limitPrice}
          value={limitPrice}
          onWrite={(text) => onChange({ limitPrice: text })}
          error={errorOf("limitPrice")}
          inputMode="decimal"
          required
        />
      ) : null}
      {needs.stop ? (
        <Written
          term="stopPrice"
          label={texts.stopPrice}
          value={stopPrice}
          onWrite={(text) => onChange({ stopPrice: text })}
          error={errorOf("stopPrice")}
          inputMode="decimal"
          required
        />
      ) : null}
      <LifeField {...props} />
      {timeInForce === "gtd" ? (
        <Written
          term="goodTill"
          label={texts.goodTill}
          value={goodTill}
          onWrite={(text) => onChange({ goodTill: text })}
          error={errorOf("goodTill")}
          required
        />
      ) : null}
    </>
  )
}
