import type { Documents } from "@roundlot/api"
import type { ReactNode } from "react"
import { useAsk } from "../api/asking.ts"
import { signOf } from "../format/figure.ts"
import { momentOf, useAsOf } from "../ui/parts/asOf.ts"
import { Figure, Foreign } from "../ui/parts/Figure.tsx"
import { Panel } from "../ui/parts/Panel.tsx"
import { type Stage, Stages } from "../ui/record/Story.tsx"
import { textIn } from "../words/eventText.ts"
import { signOfState } from "../words/signs.ts"
import { texts } from "../words/text/orders.ts"

type Order = Documents.OrderDetail

/** When the first and the last source trade were received. */
const tradesIn = (first: string, last: string): Stage => ({
  word: texts.tradesIn,
  at: first,
  until: last,
  sign: signOfState("trade", "accumulated")
})

/** Statuses by which an unconfirmed order turns out to be at the broker. */
const placed: ReadonlySet<string> = new Set(["submitted", "partially_filled", "filled", "cancelled", "expired"])

/** By what an unconfirmed order was found: a report, a person, or another submission. */
const foundBy = ({ actor, kind }: Documents.CauseDocument): ReactNode => {
  if (kind === "report") return texts.foundInReport({ actor: <Foreign text={actor} /> })
  return kind === "command" ? texts.foundByPerson({ actor: <Foreign text={actor} /> }) : texts.foundBySending
}

/** Each time at which the order was unconfirmed, and what ended that. */
const doubtsIn = (history: Order["history"]): ReadonlyArray<Stage> => {
  const stages: Array<Stage> = []
  let since: string | undefined
  const sign = signOfState("order", "in_doubt")
  for (const { at, body, cause, tag } of history) {
    if (tag !== "OrderChanged") continue
    const status = textIn(body, "after", "status")
    if (status === "in_doubt") since ??= at
    else if (since !== undefined) {
      stages.push({ word: sign.word, at: since, until: at, sign })
      if (placed.has(status)) {
        stages.push({ word: texts.found, at, note: foundBy(cause), sign: signOfState("order", "submitted") })
      }
      since = undefined
    }
  }
  return since === undefined ? stages : [...stages, { word: sign.word, at: since, sign }]
}

/** Does a fill take the place of an earlier revision of its execution? */
const isRevision = (fill: Documents.FillDocument, fills: Order["fills"]): boolean =>
  fills.some(
    ({ createdAt, execIdBase, revision }) =>
      execIdBase === fill.execIdBase && revision < fill.revision && createdAt <= fill.createdAt
  )

const correction = (family: "busted" | "superseded", revisions: Order["fills"]): ReadonlyArray<Stage> => {
  const [first] = revisions
  const last = revisions.at(-1)
  if (first === undefined || last === undefined) return []
  const { price, quantity } = last
  const one = texts.correctedTo({ quantity: <Figure of={quantity} />, price: <Figure of={price} money /> })
  const note = revisions.length > 1 ? texts.fills({ count: revisions.length }) : family === "busted" ? null : one
  return [
    {
      word: family === "busted" ? texts.busted : texts.corrected,
      at: first.createdAt,
      until: last.createdAt,
      note,
      sign: signOfState("fill", family)
    }
  ]
}

/** When the broker corrected or busted fills: each once, from the first to the last. */
const correctionsOf = ({ fills }: Order): ReadonlyArray<Stage> => {
  const revisions = fills.filter((fill) => isRevision(fill, fills))
  return [
    ...correction(
      "superseded",
      revisions.filter(({ quantity }) => signOf(quantity) !== 0)
    ),
    ...correction(
      "busted",
      revisions.filter(({ quantity }) => signOf(quantity) === 0)
    )
  ]
}

/** When the first execution was; of an order of which all were busted, the first that was struck. */
const firstFillOf = ({ fills, firstFilledAt }: Order): string | null =>
  firstFilledAt ??
  fills
    .filter(({ quantity }) => signOf(quantity) !== 0)
    .map(({ executedAt }) => executedAt)
    .toSorted()[0] ??
  null

/** The moments of the order itself; of those at one time the cause comes first. */
const stagesOf = (order: Order): ReadonlyArray<Stage> => [
  { word: texts.created, at: order.createdAt, sign: signOfState("order", "pending") },
  { word: texts.sent, at: order.sentAt, sign: signOfState("order", "submitting") },
  ...doubtsIn(order.history),
  { word: texts.accepted, at: order.acceptedAt, sign: signOfState("order", "submitted") },
  { word: texts.firstFill, at: firstFillOf(order), sign: signOfState("order", "partially_filled") },
  { word: texts.cancelRequested, at: order.cancelRequestedAt, sign: signOfState("orderTag", "cancelAsked") },
  // A bust of all that was filled ends the order at once.
  ...correctionsOf(order),
  { word: signOfState("order", order.status).word, at: order.endedAt, sign: signOfState("order", order.status) }
]

/** When the first or the last source trade of an order was received. */
const useArrival = ({ id, tradeIds }: Order, order: "oldest" | "newest"): string | undefined => {
  const asOf = useAsOf()
  const urlParams = { orderId: id, sort: "date", order, limit: 1, ...momentOf(asOf) }
  const hasTrades = tradeIds.length > 0
  const { data } = useAsk(["arrival", id, order, asOf], (api) => api.trades.list({ urlParams }), hasTrades)
  return data?.items[0]?.createdAt
}

/** The life of an order on a line, from its source trades to its end and what came after. */
export const OrderStages = ({ order }: { readonly order: Order }) => {
  const first = useArrival(order, "oldest")
  const last = useArrival(order, "newest")
  return (
    <Panel title={texts.stages}>
      <Stages
        stages={[...(first === undefined || last === undefined ? [] : [tradesIn(first, last)]), ...stagesOf(order)]}
      />
    </Panel>
  )
}
