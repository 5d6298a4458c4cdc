import { Broker, Decimal, Instant, type Ticker } from "@roundlot/core"
import { Effect } from "effect"
import * as Contracts from "./Contracts.ts"
import type { Desk } from "./Desk.ts"
import { assetClassOf, STOCK, symbolOf } from "./Execution.ts"
import { isLent } from "./MarketData.ts"
import { gather } from "./Reading.ts"
import { decimalOf, masked } from "./Text.ts"
import { say } from "./wire/layout.ts"
import * as requests from "./wire/requests.ts"

/** How the numbers of paper accounts begin. */
export const PAPER_ACCOUNT = /^D/

/** The numbers of paper accounts begin with D, wherever TWS listens. */
export const proofOf = (number: string): Broker.Proof =>
  PAPER_ACCOUNT.test(number)
    ? { _tag: "Paper" }
    : {
        _tag: "Unproven",
        seen: `its login has the account ${masked(number)}, whose number does not begin with D`,
        remedy: "Log in to TWS or the Gateway as a paper trader, or use a simulator ('roundlot simulate ibkr')"
      }

/** What the account holds. */
export const positions = (desk: Desk): Broker.BrokerService["positions"] =>
  desk.alone
    .withPermits(1)(
      gather<Broker.Holding | undefined>(desk.session, {
        operation: "positions",
        ask: (line) => line.send(say(requests.positions)),
        take: (message) => {
          if (message._tag === "PositionsEnd") return { _tag: "End" }
          if (message._tag !== "Position" || message.account !== desk.names.number) return undefined
          const quantity = decimalOf(message.quantity)
          if (quantity === undefined) return { _tag: "Part", part: undefined }
          if (Decimal.isZero(quantity)) return undefined
          const symbol = symbolOf(message.contract)
          const assetClass = assetClassOf(message.contract)
          const averagePrice = decimalOf(message.averageCost)
          return { _tag: "Part", part: { symbol, quantity, averagePrice, assetClass } }
        },
        finish: (line) => line.send(say(requests.cancelPositions))
      })
    )
    .pipe(Effect.map(holdingsOf))

/** A row that cannot be read is no absence: the listing is in part then. */
const holdingsOf = (rows: ReadonlyArray<Broker.Holding | undefined>): Broker.HoldingsListed => {
  const holdings = rows.filter((row) => row !== undefined)
  return { complete: holdings.length === rows.length, holdings }
}

const BUYING_POWER = "BuyingPower"

const SECOND_MS = 1_000
const SECONDS = /^\d{9,11}$/

/** TWS's own clock, to the second. */
export const brokersTime = (desk: Desk): NonNullable<Broker.BrokerService["clock"]> =>
  Effect.flatMap(
    gather<{ readonly seconds: string }>(desk.session, {
      operation: "clock",
      ask: (line) => line.send(say(requests.currentTime)),
      take: (message) => (message._tag === "Heartbeat" ? { _tag: "Last", part: message } : undefined)
    }),
    ([answer]) =>
      answer !== undefined && SECONDS.test(answer.seconds)
        ? Effect.succeed({ at: Instant.fromMillis(Number(answer.seconds) * SECOND_MS), cutToMs: SECOND_MS })
        : Effect.fail(
            new Broker.BrokerReadFailed({ operation: "clock", kind: "unreadable", detail: "TWS gave no time" })
          )
  )

/** In lower case: TWS was seen to write it as `AccountReady`, and as `accountReady`. */
const READY = "accountready"

/** TWS sends it at once, among the first of its values, and their end soon after; where it does not, its figures count. */
const LONGEST_UNREADY = "1500 millis"

/**
 * While TWS's servers reset, figures are of before, or wrong, and this is `false` (account values). `undefined` where TWS does not say. The
 * end is waited for, too: else the next to ask would take it for that of its own answer.
 */
const readiness = ({ names: { number }, oneSubscription, session }: Desk): Effect.Effect<string | undefined> =>
  Effect.suspend(() => {
    let said: string | undefined
    return gather<never>(session, {
      operation: "account",
      ask: (line) => line.send(say(requests.accountUpdates, { account: number })),
      take: (message) => {
        if (message._tag === "AccountValuesEnd" && message.account === number) return { _tag: "End" }
        if (message._tag !== "AccountValue" || message.account !== number) return undefined
        if (message.name.toLowerCase() === READY) said = message.value
        return undefined
      },
      finish: (line) => line.send(say(requests.accountUpdates, { subscribe: 0, account: number }))
    }).pipe(
      Effect.timeout(LONGEST_UNREADY),
      Effect.ignore,
      Effect.map(() => said)
    )
  }).pipe(oneSubscription.withPermits(1))

/** The account's number and buying power, where TWS does not say that it is not ready. */
export const figures = (desk: Desk): Broker.BrokerService["account"] =>
  Effect.gen(function* () {
    const figure = yield* buyingPower(desk)
    const said = (yield* readiness(desk)) ?? "true"
    if (said === "true") return figure
    const detail = `the account's figures are not ready (AccountReady is '${said}')`
    return yield* new Broker.BrokerReadFailed({ operation: "account", kind: "server", detail })
  })

const buyingPower = (desk: Desk): Broker.BrokerService["account"] =>
  gather<{ readonly currency: string; readonly value: string }>(desk.session, {
    operation: "account",
    ask: (line, reqId) => line.send(say(requests.accountFigures, { reqId, names: BUYING_POWER })),
    take: (message, reqId) => {
      if (message._tag === "AccountFiguresEnd" && message.reqId === reqId) return { _tag: "End" }
      const isIt =
        message._tag === "AccountFigure" &&
        message.reqId === reqId &&
        message.account === desk.names.number &&
        message.name === BUYING_POWER
      return isIt ? { _tag: "Part", part: { currency: message.currency, value: message.value } } : undefined
    },
    finish: (line, reqId) => line.send(say(requests.cancelAccountFigures, { reqId }))
  }).pipe(
    Effect.flatMap(([figure]) => {
      const buyingPower = figure === undefined ? undefined : decimalOf(figure.value)
      return figure === undefined || buyingPower === undefined
        ? Effect.fail(
            new Broker.BrokerReadFailed({
              operation: "account",
              kind: "unreadable",
              detail: "TWS gave no buying power of the account"
            })
          )
        : Effect.succeed({ brokerAccountId: desk.names.number, currency: figure.currency, buyingPower })
    })
  )

const ONE = Decimal.unsafe("1")

/** The types of orders that are sent here; a stop is one of them once it is elected. */
const ORDERED: ReadonlyArray<string> = ["LMT", "MKT"]

/**
 * Only what shows that it may be ordered is tradable: a stock that takes market or limit orders, of which TWS gives no reason against it. What
 * ends to be is not found any more (200), or refused.
 */
export const tradability = ({
  contract,
  eligibility: { ineligible, orderTypes }
}: Contracts.Details): { readonly tradable: boolean; readonly words?: string } => {
  if (ineligible.length > 0) return { tradable: false, words: ineligible.join("; ") }
  const isTaken = orderTypes.split(",").some((type) => ORDERED.includes(type))
  if (!isTaken) return { tradable: false, words: `TWS takes no ${ORDERED.join(" or ")} for it` }
  return { tradable: contract.secType === STOCK }
}

/** What TWS knows of a symbol. */
export const instrument = (
  { session }: { readonly session: Pick<Desk["session"], "line"> },
  symbol: Ticker.Ticker
): Effect.Effect<Broker.BrokerInstrument, Broker.BrokerReadFailed> =>
  // Side by side: lending takes its whole wait where no market data is subscribed to.
  Effect.zipWith(
    Contracts.detailsOf(session, "instrument", symbol),
    isLent(session, symbol),
    ([found], shortable) =>
      found === undefined
        ? { _tag: "NotKnown", symbol }
        : {
            _tag: "Known",
            symbol,
            assetClass: assetClassOf(found.contract),
            currency: found.contract.currency,
            ...tradability(found),
            fractionable: false,
            shortable,
            lot: ONE
          },
    { concurrent: true }
  )
