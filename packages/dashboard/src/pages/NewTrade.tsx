import type { Documents } from "@roundlot/api"
import { useMutation } from "@tanstack/react-query"
import { Effect } from "effect"
import { useState, type FormEvent } from "react"
import { Link } from "wouter"
import { queries, useAsk } from "../api/asking.ts"
import { call } from "../api/calling.ts"
import type { Api } from "../api/client.ts"
import { ProblemError, problemOf } from "../api/problem.ts"
import { withMinus } from "../format/figure.ts"
import { useSettings } from "../ui/parts/settings.ts"
import { Choice, Field, Written } from "../ui/parts/Field.tsx"
import { OrderTerms } from "../ui/form/OrderTerms.tsx"
import { Problem } from "../ui/parts/Panel.tsx"
import { PageHead } from "../ui/parts/PageHead.tsx"
import { StateSign } from "../ui/parts/Sign.tsx"
import {
  asAccountSays,
  flagsOf,
  offeredBy,
  requestedOf,
  saidByBatch,
  saidBySource,
  type Terms
} from "../ui/form/terms.ts"
import { faultsAt, TicketFields, useTicket } from "../ui/form/Ticket.tsx"
import { quoted } from "../words/copies.ts"
import { sessionWords, timeWords, typeWords } from "../words/terms.ts"
import { texts } from "../words/text/trades.ts"

const outcomes = {
  accepted: texts.tradeAccepted,
  duplicate: texts.duplicate,
  conflict: texts.conflict,
  quarantined: texts.quarantined,
  recorded: texts.recordedAsHistory
} as const

const Taken = ({ taken }: { readonly taken: Documents.TakenDocument }) => (
  <div className="panel form" role="status">
    <p>
      {taken.outcome === "accepted" || taken.outcome === "recorded" ? null : (
        <StateSign family="trade" state={taken.outcome} />
      )}{" "}
      <Link href={`/trades/${taken.id}`}>{taken.id}</Link>: {outcomes[taken.outcome]} {withMinus(taken.why ?? "")}
    </p>
  </div>
)

interface Thought {
  readonly account: string
  readonly symbol: string
  readonly side: string
  readonly quantity: string
  readonly batch: Documents.BatchDocument | undefined
  /** Of a trade that is executed as given. */
  readonly direct: Terms | undefined
}

/** What of an order's terms is as configured, for source or account. */
const openWords = (isTimeOpen: boolean, isSessionOpen: boolean): ReadonlyArray<string> => {
  if (isTimeOpen) return [isSessionOpen ? texts.bothAsConfigured : texts.timeInForceAsConfigured]
  return isSessionOpen ? [texts.sessionAsConfigured] : []
}

/** How an order of its own is executed: what was chosen, and that the rest is as configured, for source or account. */
const directWords = ({ goodTill, limitPrice, session, stopPrice, timeInForce, type }: Terms): string => {
  const prices = [
    limitPrice === "" ? [] : [texts.atPrice({ price: limitPrice })],
    stopPrice === "" ? [] : [texts.fromPrice({ price: stopPrice })]
  ].flat()
  return [
    [[typeWords(type), ...prices].join(" ")],
    timeInForce === "" ? [] : [`${timeWords(timeInForce)} ${goodTill}`.trim()],
    session === "" ? [] : [sessionWords(session)],
    openWords(timeInForce === "", session === "")
  ]
    .flat()
    .join(", ")
}

const sideWord = (side: string): string => (side === "buy" ? texts.buy : texts.sell)

/** The order of a trade that is executed as given. */
const directOrderOf = ({
  direct,
  quantity,
  side,
  symbol
}: Pick<Thought, "direct" | "quantity" | "side" | "symbol">) => {
  const order = { side: sideWord(side), quantity, symbol }
  return direct === undefined
    ? texts.aDirectOrder(order)
    : texts.directOrderWithTerms({ ...order, terms: directWords(direct) })
}

/** What the daemon says against the question itself: an answer like any other, so that it stands while it is asked again. */
const isAnswer = ({ status }: ProblemError): boolean => status === 404 || status === 400

/** Order preview, or the problem in its place. */
const previewed = (
  api: Api,
  { account, quantity, side, symbol }: Pick<Thought, "account" | "symbol" | "side" | "quantity">
) =>
  Effect.map(api.positions.preview({ path: { symbol }, urlParams: { account, side, quantity } }), (next) => ({
    next,
    problem: undefined
  })).pipe(
    Effect.catchAll((error) => {
      const problem = problemOf(error)
      return isAnswer(problem) ? Effect.succeed({ next: undefined, problem }) : Effect.fail(error)
    })
  )

/** Order preview, as the daemon would decide it now; it is asked again whenever something happens. */
const Preview = ({ account, batch, direct, quantity, side, symbol }: Thought) => {
  // A row that is executed is an order by itself, whatever its position owes.
  const isItsOwn = direct !== undefined || batch?.mode === "execute"
  const isGiven = account !== "" && symbol !== "" && quantity !== ""
  const isAsked = isGiven && !isItsOwn
  const { data, error } = useAsk(
    ["preview", account, symbol, side, quantity],
    (api) => previewed(api, { account, symbol, side, quantity }),
    isAsked
  )
  const problem = data?.problem ?? error
  const isNew = problem instanceof ProblemError && problem.status === 404
  const order = data?.next?.order
  const said = !isGiven
    ? texts.enterSymbolAndQuantity
    : direct !== undefined && batch?.mode === "accumulate"
      ? texts.batchAccumulates
      : isItsOwn
        ? directOrderOf({ direct, quantity, side, symbol })
        : isNew
          ? texts.firstTrade({ symbol })
          : problem !== null
            ? problem.message
            : order === undefined || order === null
              ? texts.none({ why: withMinus(data?.next?.why ?? "…") })
              : texts.order({ side: sideWord(order.side), quantity: order.quantity, symbol })
  return (
    <Field term="follows">
      <span role="status" aria-label={texts.orderPreview}>
        {isGiven && batch !== undefined ? texts.onceIsQueued({ batch: batch.id, said }) : said}
      </span>
    </Field>
  )
}

/** How a trade can be executed; one that is put into a batch is by the batch's mode, where it says nothing. */
const executionsIn = (batch: Documents.BatchDocument | undefined) =>
  [
    ["", batch === undefined ? texts.accumulates : texts.batchSetting({ mode: batch.mode })],
    ["direct", texts.directOrder]
  ] as const

/** What trades are of that are made by hand over the API. */
const SOURCE = "api"

const FIELDS = ["account", "symbol", "side", "quantity", "price", "owner", "batchId"]
const TERMS = Object.keys(asAccountSays).map((name) => `direct.${name}`)

/** What of a trade may be left out, where it was. */
const givenOf = (texts: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(texts).flatMap(([name, text]) => (text === "" ? [] : [[name, text]])))

/** The batches of an account that trades can still be put into. */
const useOpenBatches = (account: string): ReadonlyArray<Documents.BatchDocument> => {
  const { data } = useAsk(
    ["open batches", account],
    (api) => api.batches.list({ urlParams: { account, status: "pending", order: "newest", limit: 50 } }),
    account !== ""
  )
  return data?.items.filter(({ queuedAt }) => queuedAt === null) ?? []
}

/** A trade as it is written, and how far it is. */
const useTrade = () => {
  const ticket = useTicket()
  const { account, key, named, side, symbol } = ticket
  const { data: sources } = useAsk(["sources"], (api) => api.trades.sources())
  const [quantity, setQuantity] = useState("")
  const [price, setPrice] = useState("")
  const [owner, setOwner] = useState("")
  const [batchId, setBatch] = useState("")
  const [execution, setExecution] = useState("")
  const [terms, setTerms] = useState(asAccountSays)
  const { utc } = useSettings()
  const open = useOpenBatches(account)
  const batch = open.find(({ id }) => id === batchId)
  const offered =
    execution === "direct" && named !== undefined
      ? offeredBy(named, terms, [...saidByBatch(batch), ...saidBySource(SOURCE, sources?.items)])
      : undefined
  const direct = offered?.terms
  const given = givenOf({ price: price.trim(), owner: owner.trim(), batchId })
  const order = direct === undefined ? {} : { direct: requestedOf(direct, utc) }
  const payload = { account, symbol: symbol.trim(), side, quantity: quantity.trim(), ...given, ...order }
  const sending = useMutation({
    mutationFn: () => call((api) => api.trades.take({ headers: { "idempotency-key": key }, payload })),
    onSuccess: () => {
      ticket.renew()
      setQuantity("")
      // It is on record: what is read again meanwhile, however long that takes, does not hold back its answer.
      void queries.invalidateQueries()
    }
  })
  const written = {
    quantity,
    setQuantity,
    price,
    setPrice,
    owner,
    setOwner,
    batchId,
    setBatch,
    execution,
    setExecution
  }
  return { batch, direct, given, offered, open, sending, setTerms, ticket, utc, written }
}

type TradeForm = ReturnType<typeof useTrade>

interface TradeFieldsProps {
  readonly form: TradeForm
  readonly errorOf: (name: string) => string | undefined
}

/** What is written of a trade beside account, symbol and side. */
const TradeFields = ({ errorOf, form: { batch, open, ticket, written } }: TradeFieldsProps) => (
  <>
    <Written
      term="quantity"
      label={texts.quantity}
      value={written.quantity}
      onWrite={ticket.changed(written.setQuantity)}
      error={errorOf("quantity")}
      inputMode="decimal"
      required
    />
    <Written
      term="tradePrice"
      label={texts.price}
      value={written.price}
      onWrite={ticket.changed(written.setPrice)}
      error={errorOf("price")}
      inputMode="decimal"
    />
    <Written
      term="beneficialOwner"
      label={texts.beneficialOwner}
      value={written.owner}
      onWrite={ticket.changed(written.setOwner)}
      error={errorOf("owner")}
    />
    <Choice
      term="pendingBatch"
      label={texts.batch}
      value={written.batchId}
      options={[["", texts.noBatch], ...open.map(({ id, name }) => [id, `${id} ${name}`] as const)]}
      onChoose={ticket.changed(written.setBatch)}
      error={errorOf("batchId")}
    />
    <Choice
      term="execution"
      label={texts.execution}
      value={written.execution}
      options={executionsIn(batch)}
      onChoose={ticket.changed(written.setExecution)}
    />
  </>
)

/** The command that sends the same trade. */
const SameCommand = ({ of: { direct, given, ticket, utc, written } }: { readonly of: TradeForm }) => {
  const { account, side, symbol } = ticket
  const { batchId, owner, price } = given
  const command = (
    <code>
      npx roundlot trades add --account {account} --symbol {quoted(symbol || "AAPL")} --side {side} --quantity{" "}
      {quoted(written.quantity || "0.3")}
      {price === undefined ? "" : ` --price ${quoted(price)}`}
      {owner === undefined ? "" : ` --owner ${quoted(owner)}`}
      {batchId === undefined ? "" : ` --batch ${batchId}`}
      {direct === undefined ? "" : ` --direct${flagsOf(direct, utc)}`}
    </code>
  )
  return <p className="faint">{texts.sameOnCommandLine({ command })}</p>
}

/** A trade made by hand, with the order that would follow it. */
export const NewTrade = () => {
  const form = useTrade()
  const { batch, direct, offered, sending, setTerms, ticket, written } = form
  const { errorOf, elsewhere } = faultsAt(sending.error, direct === undefined ? FIELDS : [...FIELDS, ...TERMS])
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    // What was asked to be an order of its own never joins the queue instead.
    const isKnown = written.execution === "" || direct !== undefined
    if (isKnown && !sending.isPending) sending.mutate()
  }
  return (
    <>
      <PageHead note={texts.tradeNote({ trades: <Link href="/trades">{texts.trades}</Link> })}>
        {texts.newTrade}
      </PageHead>
      <form className="panel form" onSubmit={submit}>
        <TicketFields ticket={ticket} errorOf={errorOf} />
        <TradeFields form={form} errorOf={errorOf} />
        {offered === undefined ? null : (
          <OrderTerms
            offered={offered}
            onChange={ticket.changed((next: Partial<Terms>) => setTerms({ ...offered.terms, ...next }))}
            errorOf={(name) => errorOf(`direct.${name}`)}
          />
        )}
        {elsewhere === null ? null : <Problem error={elsewhere} isOfAction />}
        <Preview
          account={ticket.account}
          symbol={ticket.symbol.trim()}
          side={ticket.side}
          quantity={written.quantity.trim()}
          batch={batch}
          direct={direct}
        />
        <SameCommand of={form} />
        <div className="buttons">
          <button type="submit" className="button primary" aria-disabled={sending.isPending}>
            {sending.isPending ? texts.sending : texts.sendTrade}
          </button>
        </div>
      </form>
      {sending.data?.items.map((taken) => (
        <Taken key={taken.id} taken={taken} />
      ))}
    </>
  )
}
