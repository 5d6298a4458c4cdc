import {
  type Books,
  Instant,
  intake,
  type Order,
  plan,
  Reference,
  type Recorder,
  send,
  SourcePolicy,
  Submission,
  TradeRepository,
  Need,
  type Id
} from "@roundlot/core"
import { Effect } from "effect"
import { answerOf, fillOf, requestOf } from "./broker.ts"
import { preparations } from "./engine.ts"
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
  apply: (recorder) => send.planSend(recorder, order.id, requestOf(order))
})

const reportMember = (received: Parameters<typeof Submission.reportMember>[0]): Member => {
  const member = Submission.reportMember(received)
  return { ...member, apply: (recorder) => void member.apply(recorder) }
}

const PER_GROUP = 1000

/**
 * Plays a shape's trades on a repository, a thousand a transaction and pipelined: what one group ordered is sent in the next,
 * answered in the one after, and filled in the one after that. Each transaction is given to `wrote`.
 */
export const play = (shape: Shape, trades: ReadonlyArray<BenchTrade>, wrote?: (group: Group) => void) =>
  Effect.gen(function* () {
    const repository = yield* TradeRepository.TradeRepository
    let groups = 0
    const commit = (members: ReadonlyArray<plan.Member<unknown>>, identities: Group["identities"]) => {
      groups += 1
      const commitId = `bench-${groups}`
      const world: Recorder.World = {
        at: Instant.make(BigInt(FIRST_AT + groups * 1000)),
        isSessionOpen: () => true,
        nextOpening: () => undefined,
        priceOf: () => Reference.Reference.NoPrice(),
        storeTag: "abcdef",
        entropy: "bench"
      }
      const made: Array<Order.Order> = []
      const needs = members.flatMap((member) => member.needs)
      return repository
        .write({ commitId, needs }, (state) => {
          const planned = plan.planGroup(state, commitId, world, members)
          if (planned._tag === "NeedMore") return planned
          for (const order of state.books.orders.changes().inserts) if (order.status === "pending") made.push(order)
          wrote?.({
            commitId,
            identities,
            journals: planned.journals,
            changes: planned.changes.flatMap(({ bare, table }) => (bare === undefined ? [] : [{ table, bare }]))
          })
          return planned
        })
        .pipe(Effect.map(({ answer }) => ({ answer, made })))
    }
    const prepared = preparations(shape)
    for (let i = 0; i < prepared.length; i += PER_GROUP) yield* commit(prepared.slice(i, i + PER_GROUP), [])
    const began = { seconds: performance.now() / 1000, cpu: cpuSeconds() }
    let toSend: ReadonlyArray<Order.Order> = []
    let toAnswer: ReadonlyArray<{ readonly order: Order.Order; readonly attemptId: Id.AttemptId }> = []
    let toFill: ReadonlyArray<Order.Order> = []
    for (let from = 0; from < trades.length || toSend.length + toAnswer.length + toFill.length > 0; from += PER_GROUP) {
      const at = Instant.make(BigInt(FIRST_AT + (groups + 1) * 1000))
      const own = trades.slice(from, from + PER_GROUP)
      const reports = [
        ...toFill.map((order) => reportMember(fillOf(order, at))),
        ...toAnswer.map(({ attemptId, order }) => reportMember(answerOf(order, attemptId, at)))
      ]
      const sends = toSend.map(sendMember)
      const members: ReadonlyArray<Member> = [...reports, ...sends, ...own.map(tradeMember)]
      const { answer, made } = yield* commit(
        members,
        own.map(({ plain }) => [plain.account, plain.sourceId] as const)
      )
      const sent = toSend
      toFill = toAnswer.map(({ order }) => order)
      toAnswer = sent.flatMap((order, i) => {
        const outcome = answer[reports.length + i]
        const planned = outcome?._tag === "Planned" ? outcome.answer : undefined
        return isSend(planned) ? [{ order, attemptId: planned.attemptId }] : []
      })
      toSend = made
    }
    return { seconds: performance.now() / 1000 - began.seconds, cpu: cpuSeconds() - began.cpu }
  })

const isSend = (planned: unknown): planned is Extract<send.SendPlanned, { readonly _tag: "Send" }> =>
  typeof planned === "object" && planned !== null && "_tag" in planned && planned._tag === "Send"

/** Seconds of processor time that this process has used. */
export const cpuSeconds = (): number => {
  const { system, user } = process.cpuUsage()
  return (user + system) / 1e6
}
