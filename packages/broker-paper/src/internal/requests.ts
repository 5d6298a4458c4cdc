import type { AccountName, Instant } from "@roundlot/core"
import type { Report } from "@roundlot/core/adapter"
import { Effect } from "effect"
import type * as Instruction from "../Instruction.ts"
import * as Turn from "./Turn.ts"
import * as Script from "./Script.ts"
import * as OrderBook from "./orderBook.ts"
import type { Refusal } from "./refusing.ts"
import type * as Rows from "./rows.ts"
import { type LoggedAnswer, isWorking } from "../ExchangeOrder.ts"
import type { Asked, Reply } from "../ExchangeReply.ts"
import type { Operation } from "../Instruction.ts"
import { type Hours, byPriority } from "../Matching.ts"
import { type Floor, bookOf, hoursAt, passTime, restingIn } from "./Floor.ts"
import { type Stage, CannotAct, perform } from "./acts.ts"
import { BUYING_POWER } from "./power.ts"
import type { InstructionRow, OrderRow } from "./rows.ts"

/** A request as it arrives. */
export interface Ask {
  readonly account: AccountName.AccountName
  readonly operation: Operation
  readonly payload: unknown
  /** The order that the request asks for or is about, as far as instructions look at it. */
  readonly subject?: () => Subject | undefined
}

type Subject = Pick<OrderRow, "side" | "quantity" | "clientOrderId"> & {
  readonly symbol: string
  readonly brokerOrderId?: string
}

/** What serving a request works with. */
export interface Scene {
  readonly turn: Turn.Turn
  readonly book: OrderBook.OrderBook
  readonly script: Script.Script
  readonly requestNumber: number
  readonly hours: Hours
}

/** What was done about a request. `order` is the one that it made or was about. */
export interface Served<A> {
  readonly reply: Reply<A>
  readonly taken: boolean
  readonly order?: string | undefined
}

/** A request that was done. */
export const done = <A>(body: A, order?: string): Served<A> => ({ reply: { _tag: "Done", body }, taken: true, order })

/** A request that was refused. */
export const refused = ({ code, status, words }: Refusal, refusalClass?: Report.RefusalClass): Served<never> => ({
  reply: { _tag: "Refused", status, code, words, class: refusalClass },
  taken: false
})

const status = (
  code: number,
  headers: { readonly [name: string]: string } = {},
  body: unknown = null
): Served<never> => ({
  reply: { _tag: "Status", status: code, headers, body },
  taken: false
})

/** One request, from its arrival to its answer: one transaction, then the delay. */
export const serve = <A>(floor: Floor, ask: Ask, process: (scene: Scene) => Served<A>): Asked<A> =>
  floor.file
    .transact((clock) => {
      const scene = arrive(floor, ask, clock)
      const { rows } = floor
      const subject = ask.subject?.()
      const expired = rows.fact("tokenExpired") === "1" && ask.operation !== "token"
      const fired = expired ? noneFired : trigger(floor, ask, subject, scene.requestNumber)
      const served = expired
        ? status(401)
        : act(floor, ask, subject, { ...scene, script: fired.script }, fired, process)
      const reply: Reply<A> = replyIn(fired.script) ?? served.reply
      log(rows, ask, scene, { ...served, reply })
      scene.turn.end(fired.script.delivery)
      return { at: scene.turn.now, reply, delayMs: fired.script.delayMs }
    })
    .pipe(
      Effect.tap(floor.changed),
      Effect.tap(({ delayMs }) => (delayMs > 0 ? Effect.sleep(delayMs) : Effect.void)),
      Effect.map(({ at, reply }) => ({ at, reply }))
    )

/** A request that reads. */
export const read = <A>(floor: Floor, ask: Ask, body: () => A): Asked<A> => serve(floor, ask, () => done(body()))

/** The answer of a request that is done whatever is answered. */
const replyIn = ({ answering, lost }: Script.Script): Reply<never> | undefined => {
  if (lost !== undefined) return { _tag: "Lost", how: lost }
  if (answering === undefined) return undefined
  const { body = null, headers = {}, status: code } = answering
  return { _tag: "Status", status: code, headers, body }
}

const wake = (floor: Floor, book: OrderBook.OrderBook): void => {
  const resting = restingIn(floor)
  if (resting.length === 0) return
  floor.rows.setFact("resting", "")
  const found = resting.map((id) => floor.rows.order(id)).filter((order) => order !== undefined)
  for (const { brokerOrderId } of found.toSorted(byPriority)) {
    // What traded before may have ended it.
    const order = floor.rows.order(brokerOrderId)
    if (order === undefined || !isWorking(order.status)) continue
    if (order.timeInForce === "opg") OrderBook.auction(book, order)
    else OrderBook.work(book, order)
  }
}

const arrive = (floor: Floor, { account }: Ask, clock: Instant.Instant): Scene => {
  const { rows } = floor
  const turn = Turn.begin(rows, clock)
  const hours = hoursAt(floor, turn.now)
  const book = bookOf(floor, turn, hours)
  rows.openAccount(account, BUYING_POWER)
  const requestNumber = rows.lastRequest() + 1
  passTime(floor, book, turn.now, hours)
  if (hours.regular) wake(floor, book)
  else OrderBook.endSession(book, hours, new Set(restingIn(floor)))
  OrderBook.fillDue(book, requestNumber)
  return { turn, book, script: Script.nothing, requestNumber, hours }
}

/** The instructions that a request triggered, and the way it therefore goes. */
interface Fired {
  readonly script: Script.Script
  readonly instructions: ReadonlyArray<InstructionRow>
}

const noneFired: Fired = { script: Script.nothing, instructions: [] }

const trigger = ({ options, rows }: Floor, ask: Ask, subject: Subject | undefined, requestNumber: number): Fired => {
  let script = Script.nothing
  const instructions: Array<InstructionRow> = []
  for (const row of rows.waiting(ask.operation)) {
    const { when } = row.body
    if (!agrees(when, ask, subject)) continue
    const seen = row.seen + 1
    const next = seen >= (when?.order ?? when?.nth ?? 1) ? Script.withAct(script, row.body.do) : undefined
    const counted = { ...row, seen, remaining: row.remaining - (next === undefined ? 0 : 1) }
    rows.putInstruction(counted)
    if (next === undefined) continue
    script = next
    instructions.push(counted)
  }
  const { faultRate = 0, seed = 0 } = options
  if (instructions.length > 0 || faultRate <= 0) return { script, instructions }
  return { script: Script.draw({ seed, faultRate }, requestNumber, ask.operation, subject?.quantity), instructions }
}

const agrees = (when: Instruction.When | undefined, ask: Ask, subject: Subject | undefined): boolean =>
  when === undefined ||
  ((when.account === undefined || when.account === ask.account) &&
    (when.symbol === undefined || when.symbol === subject?.symbol) &&
    (when.side === undefined || when.side === subject?.side) &&
    (when.clientOrderId === undefined || when.clientOrderId === subject?.clientOrderId))

/** What changes the books stands after a request that does so itself, and before a read, which then shows it. */
const act = <A>(
  floor: Floor,
  ask: Ask,
  subject: Subject | undefined,
  scene: Scene,
  fired: Fired,
  process: (scene: Scene) => Served<A>
): Served<A> => {
  const { filling, instead } = scene.script
  const changes = ask.operation === "place" || ask.operation === "cancel"
  const outcomes = new Map<Instruction.Act, string>()
  const besides = (order: string | undefined, acts: ReadonlyArray<Instruction.Act>) => {
    for (const each of acts) outcomes.set(each, tryPerform(stageOf(floor, scene, order, ask.account), each))
  }
  if (ask.operation !== "place" && filling?._tag === "fill") besides(subject?.brokerOrderId, [filling])
  if (!changes) besides(subject?.brokerOrderId, scene.script.besides)
  const isResent = ask.operation === "place" && instead?._tag === "reject" && hasClientId(floor, ask, subject)
  const served = instead === undefined || isResent ? process(scene) : answerInstead(floor, instead)
  if (ask.operation === "place" && filling?._tag === "fill" && isTaken(floor, served)) besides(served.order, [filling])
  if (changes) besides(served.order ?? subject?.brokerOrderId, scene.script.besides)
  const about = `request ${scene.requestNumber} (${[ask.operation, served.order ?? subject?.symbol].filter(Boolean).join(" ")})`
  for (const row of fired.instructions) {
    floor.rows.putInstruction({
      ...row,
      did: [...row.did, `${about}: ${outcomes.get(row.body.do) ?? row.body.do._tag}`]
    })
  }
  return served
}

/** A broker checks the client id first: what it has under that id is not refused a second time for another reason. */
const hasClientId = ({ rows }: Floor, { account }: Ask, subject: Subject | undefined): boolean =>
  typeof subject?.clientOrderId === "string" && rows.orderByClientId(account, subject.clientOrderId) !== undefined

const isTaken = ({ rows }: Floor, { order }: Served<unknown>): boolean => {
  const made = order === undefined ? undefined : rows.order(order)
  return made !== undefined && isWorking(made.status)
}

const answerInstead = ({ rows }: Floor, instead: NonNullable<Script.Script["instead"]>): Served<never> => {
  switch (instead._tag) {
    case "reject":
      return refused(
        { status: 403, code: instead.code ?? "rejected", words: instead.words ?? "rejected by the exchange" },
        instead.class
      )
    case "resetBefore":
      return { reply: { _tag: "Lost", how: "reset" }, taken: false }
    case "answer":
      return status(instead.status, instead.headers, instead.body)
    case "expireToken":
      rows.setFact("tokenExpired", "1")
      return status(401)
  }
}

/** What acts of instructions work on. */
export const stageOf = (
  { options, rows }: Floor,
  { book, turn }: Pick<Scene, "book" | "turn">,
  target: string | undefined,
  account: AccountName.AccountName | undefined
): Stage => ({
  turn,
  book,
  target,
  account,
  openAccount: (name) => rows.openAccount(name, BUYING_POWER),
  endsOrdersAtSplit: options.endsOrdersAtSplit === true
})

const tryPerform = (stage: Stage, each: Instruction.Act): string => {
  try {
    return perform(stage, each)
  } catch (error) {
    if (error instanceof CannotAct) return `not done: ${error.message}`
    throw error
  }
}

const log = (rows: Rows.Rows, ask: Ask, { requestNumber, turn }: Scene, served: Served<unknown>): void =>
  rows.putRequest({
    number: requestNumber,
    at: turn.now,
    account: ask.account,
    operation: ask.operation,
    payload: ask.payload,
    answer: { ...outcomeOf(served.reply), taken: served.taken, brokerOrderId: served.order ?? null }
  })

const outcomeOf = (reply: Reply<unknown>): Omit<typeof LoggedAnswer.Type, "taken" | "brokerOrderId"> => {
  switch (reply._tag) {
    case "Done":
      return { outcome: "done", status: 200, code: null, words: null }
    case "Refused":
      return { outcome: "refused", status: reply.status, code: reply.code, words: reply.words }
    case "Status":
      return { outcome: "status", status: reply.status, code: null, words: null }
    case "Lost":
      return { outcome: reply.how, status: null, code: null, words: null }
  }
}
