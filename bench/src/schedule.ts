import { Instant, Order, Reads, SourcePolicy } from "@roundlot/core"
import { type Books, Reference, TradeRepository, Need, type Id } from "@roundlot/core/adapter"
import { Booking, intake, plan, type Recorder, send } from "@roundlot/core/ledger"
import { Effect } from "effect"
import { answerOf, fillOf, requestOf } from "./broker.ts"
import { preparations } from "./engine.ts"
import { timing } from "./measuring.ts"
import { type BenchTrade, FIRST_AT, type Shape } from "./workload.ts"

/** All that one transaction of the store wrote. */
export interface Group {
  readonly commitId: string
  readonly changes: ReadonlyArray<{ readonly table: Books.TableChanges["table"]; readonly bare: Books.BareChanges }>
  readonly journals: ReadonlyArray<TradeRepository.JournalPart>
  /** The identities that had to be looked up. */
  readonly identities: ReadonlyArray<readonly [account: string, sourceId: string]>
}

type Member = plan.Member<send.SendPlanned | undefined>

const tradeMember = ({ account, input }: BenchTrade): Member => {
  const arrival = SourcePolicy.arrivalOf(SourcePolicy.plain, input)
  const { occurrence, source, sourceId, symbol } = input
  return {
    account,
    cause: { kind: "trade", actor: source },
    needs: [
      Need.Need.Identity({ account, source, sourceId, occurrence }),
      Need.Need.Position({ account, symbol: arrival.symbol ?? symbol })
    ],
    apply: (recorder) => void intake.intake(recorder, arrival)
  }
}

const sendMember = (order: Order.Order): Member => ({
  account: order.account,
  cause: { kind: "send", actor: "roundlot" },
  needs: [Need.Need.OrderById({ id: order.id })],
  apply: (recorder) => send.planSend(recorder, order.id, () => requestOf(order))
})

const reportMember = (received: Parameters<typeof Booking.reportMember>[0]): Member => {
  const member = Booking.reportMember(received)
  return { ...member, apply: (recorder) => void member.apply(recorder) }
}

const PER_GROUP = 1000

/** How trades are played. */
export interface Playing {
  /** How many trades a transaction takes in; 1,000 where nothing is said. */
  readonly perGroup?: number
  /** What follows a trade (attempts, answers, fills) has transactions of its own, one a step, instead of sharing them. */
  readonly apart?: boolean
  /** How many transactions the store has behind it already; none, where it is new. */
  readonly after?: number
  /** What the names of its transactions begin with, where several play on one store. */
  readonly named?: string
  /** Is given every transaction. */
  readonly wrote?: (group: Group) => void
}

interface Followed {
  readonly order: Order.Order
  readonly attemptId: Id.AttemptId
}

/**
 * Plays trades on a repository, a thousand a transaction and pipelined: what one group ordered is sent in the next, answered in
 * the one after, and filled in the one after that.
 */
export const play = (shape: Shape, trades: Iterable<BenchTrade>, playing: Playing = {}) =>
  Effect.gen(function* () {
    const { after = 0, apart = false, named = "bench", perGroup = PER_GROUP, wrote } = playing
    const repository = yield* TradeRepository.TradeRepository
    let groups = after
    const now = () => Instant.make(BigInt(FIRST_AT + groups * 1000))
    const commit = (members: ReadonlyArray<plan.Member<unknown>>, identities: Group["identities"]) => {
      groups += 1
      const commitId = `${named}-${groups}`
      const made: Array<Order.Order> = []
      return repository
        .write(
          {
            commitId,
            accounts: members.map(({ account }) => account),
            needs: members.flatMap((member) => member.needs)
          },
          (state) => {
            // A store may have it planned again.
            made.length = 0
            const planned = plan.planGroup(state, commitId, worldAt(now()), members)
            if (planned._tag === "NeedMore") return planned
            for (const order of state.books.orders.changes().inserts) if (order.status === "pending") made.push(order)
            wrote?.({
              commitId,
              identities,
              journals: planned.journals,
              changes: planned.changes.flatMap(({ bare, table }) => (bare === undefined ? [] : [{ table, bare }]))
            })
            return planned
          }
        )
        .pipe(Effect.map(({ answer }) => ({ answer, made })))
    }
    const prepared = after === 0 ? preparations(shape) : []
    for (let i = 0; i < prepared.length; i += PER_GROUP) yield* commit(prepared.slice(i, i + PER_GROUP), [])
    const sendAll = (orders: ReadonlyArray<Order.Order>) =>
      Effect.map(commit(orders.map(sendMember), []), sentOf(orders))
    const took = timing()
    const moving = after === 0 ? [] : yield* Reads.all(Order.OrderTable, { where: [{ column: "status", in: MOVING }] })
    let toSend: ReadonlyArray<Order.Order> = moving.filter(({ status }) => status === "pending")
    let toAnswer: ReadonlyArray<Followed> = moving.flatMap((order) =>
      order.status === "submitting" && order.attemptId !== undefined ? [{ order, attemptId: order.attemptId }] : []
    )
    let toFill: ReadonlyArray<Order.Order> = moving.filter(({ status }) => status === "submitted")
    const own = chunksOf(trades, perGroup)
    for (;;) {
      const chunk = own.next()
      if (chunk.done === true && toSend.length + toAnswer.length + toFill.length === 0) break
      const arrived = chunk.done === true ? [] : chunk.value
      const identities = arrived.map(({ plain }) => [plain.account, plain.sourceId] as const)
      if (apart) {
        const { made } = yield* commit(arrived.map(tradeMember), identities)
        for (const order of made) {
          for (const { attemptId } of yield* sendAll([order])) {
            yield* commit([reportMember(answerOf(order, attemptId, now()))], [])
            yield* commit([reportMember(fillOf(order, now()))], [])
          }
        }
        continue
      }
      const reports = [
        ...toFill.map((order) => reportMember(fillOf(order, now()))),
        ...toAnswer.map(({ attemptId, order }) => reportMember(answerOf(order, attemptId, now())))
      ]
      const members: ReadonlyArray<Member> = [...reports, ...toSend.map(sendMember), ...arrived.map(tradeMember)]
      const { answer, made } = yield* commit(members, identities)
      toFill = toAnswer.map(({ order }) => order)
      toAnswer = sentOf(toSend)({ answer: answer.slice(reports.length) })
      toSend = made
    }
    return took()
  })

/** What a store that was being played on may have left. */
const MOVING = ["pending", "submitting", "submitted"]

const worldAt = (at: Instant.Instant): Recorder.World => ({
  at,
  isSessionOpen: () => true,
  nextOpening: () => undefined,
  priceOf: () => Reference.Reference.NoPrice(),
  quoteOf: () => Reference.Reference.NoPrice(),
  storeTag: "abcdef",
  entropy: "bench"
})

const sentOf =
  (orders: ReadonlyArray<Order.Order>) =>
  ({ answer }: { readonly answer: ReadonlyArray<plan.Outcome<unknown>> }): ReadonlyArray<Followed> =>
    orders.flatMap((order, i) => {
      const outcome = answer[i]
      const planned = outcome?._tag === "Planned" ? outcome.answer : undefined
      return isSend(planned) ? [{ order, attemptId: planned.attemptId }] : []
    })

/** As many at once, and what is left. */
function* chunksOf<A>(all: Iterable<A>, size: number): Generator<ReadonlyArray<A>> {
  let chunk: Array<A> = []
  for (const each of all) {
    chunk.push(each)
    if (chunk.length < size) continue
    yield chunk
    chunk = []
  }
  if (chunk.length > 0) yield chunk
}

const isSend = (planned: unknown): planned is Extract<send.SendPlanned, { readonly _tag: "Send" }> =>
  typeof planned === "object" && planned !== null && "_tag" in planned && planned._tag === "Send"
