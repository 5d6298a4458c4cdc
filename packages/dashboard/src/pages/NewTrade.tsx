import type { Documents } from "@roundlot/api"
import { useMutation } from "@tanstack/react-query"
import { useState } from "react"
import { Link } from "wouter"
import { queries, useAsk } from "../api/asking.ts"
import { call, ProblemError } from "../api/client.ts"
import { withMinus } from "../format/figure.ts"
import { Choice, Field } from "../ui/Field.tsx"
import { useFilters } from "../ui/filters.ts"
import { Problem } from "../ui/Panel.tsx"
import { PageHead } from "../ui/Shell.tsx"
import { StateSign } from "../ui/Sign.tsx"

const outcomes = {
  accepted: "It is taken in.",
  duplicate: "It was already on record; nothing changed.",
  conflict: "It contradicts the trade on record under this id, and is held.",
  quarantined: "It is on record but not counted until somebody decides.",
  recorded: "It is kept on record and never counted."
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
}

/** The order that would follow, as the daemon would decide it now; it is asked again whenever something happens. */
const Preview = ({ account, batch, quantity, side, symbol }: Thought) => {
  // A row that is executed is an order by itself, whatever its position owes.
  const isItsOwn = batch?.mode === "execute"
  const isGiven = account !== "" && symbol !== "" && quantity !== ""
  const isAsked = isGiven && !isItsOwn
  const { data, error } = useAsk(
    ["preview", account, symbol, side, quantity],
    (api) => api.positions.preview({ path: { symbol }, urlParams: { account, side, quantity } }),
    isAsked
  )
  const isNew = error instanceof ProblemError && error.status === 404
  const said = !isGiven
    ? "Write symbol and quantity to see it."
    : isItsOwn
      ? `${side === "buy" ? "Buy" : "Sell"} ${quantity} ${symbol}, an order of its own.`
      : isNew
        ? `It is the first trade in ${symbol}: whole lots of it are ordered once the broker has confirmed the symbol.`
        : error !== null
          ? error.message
          : data?.order === undefined || data.order === null
            ? `None: ${withMinus(data?.why ?? "…")}.`
            : `${data.order.side === "buy" ? "Buy" : "Sell"} ${data.order.quantity} ${symbol}.`
  return (
    <Field term="follows">
      <span role="status" aria-label="The order that would follow">
        {isGiven && batch !== undefined ? `Once ${batch.id} is queued: ${said}` : said}
      </span>
    </Field>
  )
}

/** A trade made by hand, with the order that would follow it. */
export const NewTrade = () => {
  const { get } = useFilters()
  const { data: accounts } = useAsk(["accounts"], (api) => api.accounts.list({ urlParams: {} }))
  const [chosen, setAccount] = useState(get("account"))
  const account = chosen === "" ? (accounts?.items[0]?.name ?? "") : chosen
  const [symbol, setSymbol] = useState(get("symbol"))
  const [side, setSide] = useState("buy")
  const [quantity, setQuantity] = useState("")
  const [price, setPrice] = useState("")
  const [batchId, setBatch] = useState("")
  const { data: pending } = useAsk(
    ["open batches", account],
    (api) => api.batches.list({ urlParams: { account, status: "pending", order: "newest", limit: 50 } }),
    account !== ""
  )
  const open = pending?.items.filter(({ queuedAt }) => queuedAt === null) ?? []
  const [key, setKey] = useState(() => crypto.randomUUID())
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
            ...(batchId === "" ? {} : { batchId })
          }
        })
      ),
    onSuccess: () => {
      setKey(crypto.randomUUID())
      setQuantity("")
      return queries.invalidateQueries()
    }
  })
  const error = sending.error
  const field = error instanceof ProblemError ? error.field : undefined
  const errorOf = (name: string): string | undefined => (error !== null && field === name ? error.message : undefined)
  const changed = (set: (text: string) => void) => (text: string) => {
    // Another wish has another key: the same is never sent twice, another one always is.
    setKey(crypto.randomUUID())
    set(text)
  }
  return (
    <>
      <PageHead
        note={
          <>
            <Link href="/trades">Trades</Link> · it joins the queue of its position; whole lots are ordered
          </>
        }
      >
        New trade
      </PageHead>
      <form
        className="panel form"
        onSubmit={(event) => {
          event.preventDefault()
          if (!sending.isPending) sending.mutate()
        }}
      >
        <Choice
          term="account"
          label="Account"
          value={account}
          options={accounts?.items.map(({ name }) => [name, name] as const) ?? []}
          onChoose={changed(setAccount)}
          error={errorOf("account")}
        />
        <Field term="symbol" error={errorOf("symbol")}>
          <input
            aria-label="Symbol"
            value={symbol}
            onChange={({ target }) => changed(setSymbol)(target.value)}
            required
            autoComplete="off"
            spellCheck={false}
          />
        </Field>
        <Choice
          term="side"
          label="Side"
          value={side}
          options={[
            ["buy", "Buy"],
            ["sell", "Sell"]
          ]}
          onChoose={changed(setSide)}
          error={errorOf("side")}
        />
        <Field term="quantity" error={errorOf("quantity")}>
          <input
            aria-label="Quantity"
            inputMode="decimal"
            value={quantity}
            onChange={({ target }) => changed(setQuantity)(target.value)}
            required
            autoComplete="off"
          />
        </Field>
        <Field term="tradePrice" error={errorOf("price")}>
          <input
            aria-label="Price"
            inputMode="decimal"
            value={price}
            onChange={({ target }) => changed(setPrice)(target.value)}
            autoComplete="off"
          />
        </Field>
        <Choice
          term="pendingBatch"
          label="Batch"
          value={batchId}
          options={[["", "none"], ...open.map(({ id, name }) => [id, `${id} ${name}`] as const)]}
          onChoose={changed(setBatch)}
          error={errorOf("batchId")}
        />
        {error !== null && !["account", "symbol", "side", "quantity", "price", "batchId"].includes(field ?? "") ? (
          <Problem error={error} />
        ) : null}
        <Preview
          account={account}
          symbol={symbol.trim()}
          side={side}
          quantity={quantity.trim()}
          batch={open.find(({ id }) => id === batchId)}
        />
        <p className="faint">
          The same on the command line:{" "}
          <code>
            npx roundlot trades add --account {account} --symbol {symbol || "AAPL"} --side {side} --quantity{" "}
            {quantity || "0.3"}
            {price.trim() === "" ? "" : ` --price ${price.trim()}`}
            {batchId === "" ? "" : ` --batch ${batchId}`}
          </code>
        </p>
        <div className="buttons">
          <button type="submit" className="button primary" aria-disabled={sending.isPending}>
            {sending.isPending ? "Sent, waiting for the record…" : "Send trade"}
          </button>
        </div>
      </form>
      {sending.data?.items.map((taken) => (
        <Taken key={taken.id} taken={taken} />
      ))}
    </>
  )
}
