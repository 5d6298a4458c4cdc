import type { Documents } from "@roundlot/api"
import { useMutation } from "@tanstack/react-query"
import { Effect } from "effect"
import { useState } from "react"
import { Link } from "wouter"
import { queries, useAsk } from "../api/asking.ts"
import { call } from "../api/calling.ts"
import type { Api } from "../api/client.ts"
import { ProblemError, problemOf } from "../api/problem.ts"
import { withMinus } from "../format/figure.ts"
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

const outcomes = {
  accepted: "Trade accepted.",
  duplicate: "Duplicate: already recorded, nothing changed.",
  conflict: "Conflict: it contradicts the recorded trade with this id, and is held.",
  quarantined: "Quarantined: recorded, and not counted until a person decides.",
  recorded: "Recorded as history. It is never counted."
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

/** How an order of its own is executed: what was chosen, and that the rest is as configured, for source or account. */
const directWords = ({ goodTill, limitPrice, session, stopPrice, timeInForce, type }: Terms): string => {
  const prices = [limitPrice === "" ? [] : [`at ${limitPrice}`], stopPrice === "" ? [] : [`from ${stopPrice}`]].flat()
  const open = [timeInForce === "" ? ["time in force"] : [], session === "" ? ["session"] : []].flat()
  return [
    [[typeWords(type), ...prices].join(" ")],
    timeInForce === "" ? [] : [`${timeWords(timeInForce)} ${goodTill}`.trim()],
    session === "" ? [] : [sessionWords(session)],
    open.length === 0 ? [] : [`${open.join(" and ")} as configured`]
  ]
    .flat()
    .join(", ")
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
  const how = direct === undefined ? "" : `: ${directWords(direct)}`
  const said = !isGiven
    ? "Enter symbol and quantity."
    : direct !== undefined && batch?.mode === "accumulate"
      ? "None: the batch accumulates. For a direct order choose no batch, or a batch that executes."
      : isItsOwn
        ? `${side === "buy" ? "Buy" : "Sell"} ${quantity} ${symbol}, a direct order${how}.`
        : isNew
          ? `First trade in ${symbol}: whole lots are ordered once the broker has confirmed the symbol.`
          : problem !== null
            ? problem.message
            : order === undefined || order === null
              ? `None: ${withMinus(data?.next?.why ?? "…")}.`
              : `${order.side === "buy" ? "Buy" : "Sell"} ${order.quantity} ${symbol}.`
  return (
    <Field term="follows">
      <span role="status" aria-label="Order preview">
        {isGiven && batch !== undefined ? `Once ${batch.id} is queued: ${said}` : said}
      </span>
    </Field>
  )
}

/** How a trade can be executed; one that is put into a batch is by the batch's mode, where it says nothing. */
const executionsIn = (batch: Documents.BatchDocument | undefined) =>
  [
    ["", batch === undefined ? "accumulate (account setting)" : `batch setting: ${batch.mode}`],
    ["direct", "direct order"]
  ] as const

/** What trades are of that are made by hand over the API. */
const SOURCE = "api"

const FIELDS = ["account", "symbol", "side", "quantity", "price", "batchId"]
const TERMS = Object.keys(asAccountSays).map((name) => `direct.${name}`)

/** A trade made by hand, with the order that would follow it. */
export const NewTrade = () => {
  const ticket = useTicket()
  const { account, changed, key, named, side, symbol } = ticket
  const { data: sources } = useAsk(["sources"], (api) => api.trades.sources())
  const [quantity, setQuantity] = useState("")
  const [price, setPrice] = useState("")
  const [batchId, setBatch] = useState("")
  const [execution, setExecution] = useState("")
  const [terms, setTerms] = useState(asAccountSays)
  const { data: pending } = useAsk(
    ["open batches", account],
    (api) => api.batches.list({ urlParams: { account, status: "pending", order: "newest", limit: 50 } }),
    account !== ""
  )
  const open = pending?.items.filter(({ queuedAt }) => queuedAt === null) ?? []
  const batch = open.find(({ id }) => id === batchId)
  const offered =
    execution === "direct" && named !== undefined
      ? offeredBy(named, terms, [...saidByBatch(batch), ...saidBySource(SOURCE, sources?.items)])
      : undefined
  const direct = offered?.terms
  const sending = useMutation({
    mutationFn: () =>
      call((api) =>
        api.trades.take({
          headers: { "idempotency-key": key },
          payload: {
            account,
            symbol: symbol.trim(),
            side,
            quantity: quantity.trim(),
            ...(price.trim() === "" ? {} : { price: price.trim() }),
            ...(batchId === "" ? {} : { batchId }),
            ...(direct === undefined ? {} : { direct: requestedOf(direct) })
          }
        })
      ),
    onSuccess: () => {
      ticket.renew()
      setQuantity("")
      // It is on record: what is read anew meanwhile, however long that takes, does not hold back the word of it.
      void queries.invalidateQueries()
    }
  })
  const { elsewhere, errorOf } = faultsAt(sending.error, direct === undefined ? FIELDS : [...FIELDS, ...TERMS])
  return (
    <>
      <PageHead
        note={
          <>
            <Link href="/trades">Trades</Link> · accumulates in its position; whole lots are ordered
          </>
        }
      >
        New trade
      </PageHead>
      <form
        className="panel form"
        onSubmit={(event) => {
          event.preventDefault()
          // What was asked to be an order of its own never joins the queue instead.
          const isKnown = execution === "" || direct !== undefined
          if (isKnown && !sending.isPending) sending.mutate()
        }}
      >
        <TicketFields ticket={ticket} errorOf={errorOf} />
        <Written
          term="quantity"
          label="Quantity"
          value={quantity}
          onWrite={changed(setQuantity)}
          error={errorOf("quantity")}
          inputMode="decimal"
          required
        />
        <Written
          term="tradePrice"
          label="Price"
          value={price}
          onWrite={changed(setPrice)}
          error={errorOf("price")}
          inputMode="decimal"
        />
        <Choice
          term="pendingBatch"
          label="Batch"
          value={batchId}
          options={[["", "none"], ...open.map(({ id, name }) => [id, `${id} ${name}`] as const)]}
          onChoose={changed(setBatch)}
          error={errorOf("batchId")}
        />
        <Choice
          term="execution"
          label="Execution"
          value={execution}
          options={executionsIn(batch)}
          onChoose={changed(setExecution)}
        />
        {offered === undefined ? null : (
          <OrderTerms
            offered={offered}
            onChange={changed((next: Partial<Terms>) => setTerms({ ...offered.terms, ...next }))}
            errorOf={(name) => errorOf(`direct.${name}`)}
          />
        )}
        {elsewhere === null ? null : <Problem error={elsewhere} />}
        <Preview
          account={account}
          symbol={symbol.trim()}
          side={side}
          quantity={quantity.trim()}
          batch={batch}
          direct={direct}
        />
        <p className="faint">
          The same on the command line:{" "}
          <code>
            npx roundlot trades add --account {account} --symbol {quoted(symbol || "AAPL")} --side {side} --quantity{" "}
            {quoted(quantity || "0.3")}
            {price.trim() === "" ? "" : ` --price ${quoted(price.trim())}`}
            {batchId === "" ? "" : ` --batch ${batchId}`}
            {direct === undefined ? "" : ` --direct${flagsOf(direct)}`}
          </code>
        </p>
        <div className="buttons">
          <button type="submit" className="button primary" aria-disabled={sending.isPending}>
            {sending.isPending ? "Sending…" : "Send trade"}
          </button>
        </div>
      </form>
      {sending.data?.items.map((taken) => (
        <Taken key={taken.id} taken={taken} />
      ))}
    </>
  )
}
