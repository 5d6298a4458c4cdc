import {
  Account,
  AccountName,
  Accumulator,
  Batches,
  Clock,
  Commands,
  Decimal,
  Instant,
  MemoryRepository,
  Order,
  OwnerId,
  Price,
  Quantity,
  Reads,
  type Side,
  SourcePolicy,
  Ticker
} from "@roundlot/core"
import { ClientOrderId, Entropy, Id, Need, Report, type TradeRepository } from "@roundlot/core/adapter"
import {
  Break,
  type BreakDetails,
  type Control,
  commands,
  interpret,
  Ledger,
  ledgerBreaks,
  type Recorder,
  send
} from "@roundlot/core/ledger"
import { SampleDetails } from "@roundlot/testing"
import { Effect, Layer, TestClock } from "effect"

/** The books in memory with all that writes to them. */
export const books = <E>(
  store: Layer.Layer<TradeRepository.TradeRepository, E>,
  entropy = Entropy.layerFixed("00112233445566778899aabbccddeeff")
) =>
  Layer.mergeAll(Accumulator.layer, Batches.layer, Commands.layer).pipe(
    Layer.provideMerge(Ledger.layer),
    Layer.provideMerge(Layer.mergeAll(store, Clock.layerAlwaysOpen, entropy))
  )

/** The books in memory. */
export const inMemory = books(MemoryRepository.layerMemory)

/** The account of the tests. */
export const main = AccountName.AccountName.make("main")

/** Another one, where two are needed. */
export const other = AccountName.AccountName.make("other")

const AT = 1_700_000_000_000

/** The moment, so many seconds after the first. */
export const second = (seconds: number): string => Instant.format(Instant.fromMillis(AT + seconds * 1000))

/** Sets the clock to so many seconds after the first moment. */
export const at = (seconds: number) => TestClock.setTime(AT + seconds * 1000)

/** A break that stands until now is a case from then on. */
export const settles = TestClock.adjust("5 seconds")

const submit = <A>(
  kind: "command" | "send" | "report",
  apply: (recorder: Recorder.Recorder) => A,
  needs: ReadonlyArray<Need.Need> = [],
  account = main
) =>
  Effect.flatMap(Ledger.Ledger, (ledger) =>
    ledger.submit("command", { account, cause: { kind, actor: "test" }, needs, apply })
  )

const position = (symbol: string, account = main) => Need.Need.Position({ account, symbol: Ticker.Ticker.make(symbol) })

/** The broker confirms an instrument. */
export const confirms = (symbol: string, account = main, currency = "USD") => {
  const facts = { currency, lot: undefined, fractionable: false, shortable: true }
  return submit(
    "command",
    (recorder) => commands.confirmInstrument(recorder, Ticker.Ticker.make(symbol), facts),
    [position(symbol, account)],
    account
  )
}

/** Evaluates the position of AAPL again, as when a cool-down is over. */
export const regated = () =>
  submit("report", (recorder) => commands.regate(recorder, Ticker.Ticker.make("AAPL"), false), [position("AAPL")])

/** Opens the account, with instruments that the broker has confirmed. */
export const open = (
  symbols: ReadonlyArray<string> = ["AAPL"],
  account = main,
  settings: Partial<Account.AccountSettings> = {}
) =>
  Effect.gen(function* () {
    const service = yield* Commands.Commands
    yield* service.setAccount(account, { ...Account.defaultSettings, ...settings }, "test")
    yield* Effect.forEach(symbols, (symbol) => confirms(symbol, account), { discard: true })
  })

/** A trade as its source tells it. */
export const input = (
  sourceId: string,
  side: Side.Side,
  quantity: string,
  symbol = "AAPL",
  price = "150.25",
  reverses?: string
) => ({
  source: "tape",
  sourceId,
  occurrence: "",
  symbol,
  side,
  quantity: Quantity.unsafe(quantity),
  price: Price.unsafe(price),
  tradedAt: Instant.fromMillis(AT),
  reverses: reverses === undefined ? undefined : { sourceId: reverses, occurrence: "" }
})

/** Takes a trade of an account in. */
export const tradeOf = (account: AccountName.AccountName, ...terms: Parameters<typeof input>) =>
  Effect.flatMap(Accumulator.Accumulator, (accumulator) =>
    accumulator.submit(account, input(...terms), SourcePolicy.anyAge)
  )

/** Takes a trade of the owner `client-1` in. */
const owned = (...terms: Parameters<typeof input>) =>
  Effect.flatMap(Accumulator.Accumulator, (accumulator) =>
    accumulator.submit(main, { ...input(...terms), owner: OwnerId.OwnerId.make("client-1") }, SourcePolicy.anyAge)
  )

/** Takes a trade in. */
export const trade = (...terms: Parameters<typeof input>) => tradeOf(main, ...terms)

/** Takes a trade in that is executed by an order of its own. */
export const directly = (...terms: Parameters<typeof input>) =>
  Effect.flatMap(Accumulator.Accumulator, (accumulator) =>
    accumulator.submit(main, { ...input(...terms), direct: { type: "market" } }, SourcePolicy.anyAge)
  )

const json = (value: object): Report.RawPayload => ({
  contentType: "application/json",
  bytes: new TextEncoder().encode(JSON.stringify(value))
})

const attemptOf = (id: number) =>
  Effect.map(Reads.first(Order.OrderTable, { where: [{ column: "id", in: [id] }] }), (order) =>
    Id.AttemptId.make(order?.attemptId ?? 0)
  )

/** Begins to send an order: its attempt is on record and nothing is known of it. */
export const begins = (id: number, account = main) =>
  submit(
    "send",
    (recorder) => send.planSend(recorder, Id.OrderId.make(id), () => json({ order: id })),
    [Need.Need.OrderById({ id })],
    account
  )

const sends = (id: number, answer: Report.Answer, account = main, httpStatus = 200) =>
  Effect.gen(function* () {
    yield* begins(id, account)
    const report: Report.Answered = {
      _tag: "Answered",
      account,
      asOf: Instant.fromMillis(AT + 1000),
      asOfKind: "broker",
      attemptId: yield* attemptOf(id),
      answer,
      httpStatus
    }
    const received = { report, payload: json({ answer: answer._tag }) }
    yield* submit(
      "report",
      (recorder) => interpret.interpretFact(recorder, received),
      [Need.Need.OrderById({ id })],
      account
    )
  })

/** The broker's id of an order. */
export const brokerId = (id: number) => ClientOrderId.BrokerOrderId.make(`B-${id}`)

/** Sends an order, and the broker takes it. */
export const accepted = (id: number, account = main) =>
  sends(id, Report.Answer.Accepted({ brokerOrderId: brokerId(id) }), account)

/** Sends an order, and the broker refuses it. */
export const refused = (id: number) =>
  sends(id, Report.Answer.Refused({ code: "buying_power", words: "not enough", class: "final" }))

/** Sends an order, and the broker has not looked at it: it may go again. */
export const notSent = (id: number) =>
  sends(id, Report.Answer.NotSent({ why: "too many requests", retryAfterMs: undefined }), main, 429)

/** Sends an order, and the broker's answer is unclear; `isIdInUse` where it says that it has the id already. */
export const unclear = (id: number, isIdInUse = false) =>
  sends(id, Report.Answer.Unknown({ why: "no answer", candidate: undefined, isIdInUse }))

/** Books an execution of an order; where it is to be judged, only if it is possible. */
export const fills = (
  id: number,
  execution: {
    account?: AccountName.AccountName
    exec: string
    symbol?: string
    revision?: number
    quantity: string
    price: string | undefined
    mayHaveOtherId?: boolean
    isJudged?: boolean
    facts?: Report.Executed["facts"]
    /** After so many seconds; 2 where nothing is said. */
    seconds?: number
  }
) => {
  const {
    account = main,
    exec,
    facts,
    isJudged = false,
    mayHaveOtherId = false,
    price,
    quantity,
    revision = 0,
    seconds = 2
  } = execution
  const report: Report.Executed = {
    _tag: "Executed",
    account,
    asOf: Instant.fromMillis(AT + 2000),
    asOfKind: "broker",
    execId: `${exec}.${revision}`,
    execIdBase: exec,
    revision,
    brokerOrderId: brokerId(id),
    clientOrderId: undefined,
    symbol: execution.symbol ?? "AAPL",
    side: "buy",
    quantity: Quantity.unsafe(quantity),
    price: price === undefined ? undefined : Price.unsafe(price),
    executedAt: Instant.fromMillis(AT + seconds * 1000),
    mayHaveOtherId,
    facts
  }
  return submit(
    "report",
    (recorder) =>
      isJudged
        ? interpret.interpret(recorder, { report, payload: undefined }, "frame")
        : interpret.interpretFact(recorder, { report, payload: undefined }),
    [Need.Need.Execution({ account, execIdBase: exec }), Need.Need.OrderById({ id })],
    account
  )
}

const openReport = (id: number, quantity: string, seconds: number): Report.OrderSeen => ({
  _tag: "OrderSeen",
  account: main,
  asOf: Instant.fromMillis(AT + seconds * 1000),
  asOfKind: "broker",
  brokerOrderId: brokerId(id),
  clientOrderId: undefined,
  symbol: "AAPL",
  side: "buy",
  quantity: Decimal.unsafe(quantity),
  rawStatus: "new",
  state: { _tag: "Open" },
  cumulative: undefined,
  averagePrice: undefined,
  executionsRead: true
})

/** The broker shows an order as open with so many shares; it is judged whether that is possible. */
export const shows = (id: number, quantity: string, seconds: number) =>
  submit(
    "report",
    (recorder) => {
      const report = openReport(id, quantity, seconds)
      return interpret.interpret(recorder, { report, payload: undefined }, "frame")
    },
    [Need.Need.OrderById({ id })],
    main
  )

/** The broker lists an order of AAPL by our id, which is how one is found whose answer was unclear. */
export const finds = (id: number, quantity: string, seconds: number) =>
  Effect.gen(function* () {
    const order = yield* Reads.first(Order.OrderTable, { where: [{ column: "id", in: [id] }] })
    const report = { ...openReport(id, quantity, seconds), clientOrderId: order?.clientOrderId }
    yield* submit("report", (recorder) => interpret.interpretFact(recorder, { report, payload: undefined }), [
      Need.Need.OrderById({ id })
    ])
  })

/** The broker says what an execution cost, in dollars. */
export const costs = (execId: string, amount: string) => {
  const report: Report.Commission = {
    _tag: "Commission",
    account: main,
    asOf: Instant.fromMillis(AT + 2000),
    asOfKind: "ours",
    execId,
    amount: Decimal.unsafe(amount),
    currency: "USD"
  }
  return submit("report", (recorder) => interpret.interpretFact(recorder, { report, payload: undefined }), [
    Need.Need.FillByExecId({ account: main, execId })
  ])
}

/** What is read of a break of a kind that `opens` has made. */
export const evidenceOf = (kind: Break.BreakKind): string =>
  Break.evidenceOf({ details: SampleDetails.sampleDetails[kind] })

/** Opens a break. */
export const opens = (fields: {
  readonly symbol: string
  readonly kind: Break.BreakKind
  readonly subject: string
  readonly details?: BreakDetails.BreakDetails
}) => {
  const symbol = Ticker.Ticker.make(fields.symbol)
  const { details = SampleDetails.sampleDetails[fields.kind], subject } = fields
  return submit("command", (recorder) => ledgerBreaks.openOrUpdate(recorder, { symbol, subject, details }), [
    Need.Need.AccountBreaks({ account: main }),
    Need.Need.Position({ account: main, symbol })
  ])
}

/** A decision to buy a share of KO that a control refuses before there is an order. */
export const decisionRefused = (number: number, control: Control.Control) =>
  submit("command", (recorder) => {
    const id = Id.DecisionId.make(number)
    const quantity = Quantity.unsafe("1")
    const terms = { orderType: "market", timeInForce: "day" } as const
    const symbol = Ticker.Ticker.make("KO")
    recorder.emit({ _tag: "DecisionMade", id, strategy: "test", symbol, side: "buy", quantity, ...terms })
    recorder.emit({ _tag: "DecisionSettled", id, status: "failed", reason: `Refused(${control})`, control })
  })

type Failed = Effect.Effect.Error<ReturnType<typeof open> | ReturnType<typeof trade> | ReturnType<typeof accepted>>

/**
 * 0.3 + 0.5 + 0.4 AAPL make O1, filled and corrected; 0.1 sold nets with what is left of the third; 1.5 MSFT make O2, which the
 * broker refuses; 2 KO wait for their instrument.
 */
const steps: ReadonlyArray<Effect.Effect<unknown, Failed, Layer.Layer.Success<typeof inMemory>>> = [
  at(0),
  open(["AAPL", "MSFT"]),
  trade("t-1", "buy", "0.3"),
  owned("t-2", "buy", "0.5"),
  trade("t-3", "buy", "0.4"),
  at(1),
  accepted(1),
  at(2),
  fills(1, { exec: "x1", quantity: "0.4", price: "150" }),
  fills(1, { exec: "x2", quantity: "0.6", price: "150.3" }),
  at(3),
  fills(1, { exec: "x2", revision: 1, quantity: "0.6", price: "150.2" }),
  at(4),
  trade("t-4", "sell", "0.1"),
  trade("t-5", "buy", "1.5", "MSFT", "410"),
  at(5),
  refused(2),
  trade("t-6", "buy", "2", "KO", "60")
]

/** Plays the scene and does something after each of its steps. */
export const playedIn = <E, R>(after: Effect.Effect<void, E, R>) =>
  Effect.forEach(steps, (step) => Effect.zipRight(step, after), { discard: true })

/** The scene. */
export const played = playedIn(Effect.void)

/** After the scene another account's: O3, a part of 2 AAPL, by an execution with the id of another in the first account; O4, 1 NVDA. */
export const playedInOther = Effect.gen(function* () {
  yield* open(["AAPL", "NVDA"], other)
  yield* tradeOf(other, "o-1", "buy", "2")
  yield* accepted(3, other)
  yield* fills(3, { account: other, exec: "x1", quantity: "1", price: "150" })
  yield* tradeOf(other, "o-2", "buy", "1", "NVDA", "180")
  yield* accepted(4, other)
  yield* fills(4, { account: other, exec: "n1", symbol: "NVDA", quantity: "1", price: "180" })
})

/** The message of a view that fails. */
export const messageOf = <A, E extends { readonly message: string }, R>(view: Effect.Effect<A, E, R>) =>
  Effect.map(Effect.flip(view), ({ message }) => message)
