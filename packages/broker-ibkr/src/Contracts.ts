import type { Broker, Ticker } from "@roundlot/core"
import { Effect } from "effect"
import type { Message } from "./Message.ts"
import { symbolAt, symbolFrom } from "./OrderRequest.ts"
import { gather } from "./Reading.ts"
import type { Session } from "./Session.ts"
import { say } from "./wire/layout.ts"
import * as requests from "./wire/requests.ts"

/** What TWS says of one contract. */
export type Details = Omit<Extract<Message, { readonly _tag: "ContractDetails" }>, "_tag" | "reqId">

/** The details of every contract of a symbol: one, where it is listed; none, where TWS knows no such security. */
export const detailsOf = (
  session: Pick<Session, "line">,
  operation: string,
  symbol: Ticker.Ticker
): Effect.Effect<ReadonlyArray<Details>, Broker.BrokerReadFailed> =>
  gather<Details>(session, {
    operation,
    ask: (line, reqId) => line.send(say(requests.contractDetails, { reqId, symbol: symbolAt(symbol) })),
    take: (message, reqId) => {
      if (message._tag === "ContractDetailsEnd" && message.reqId === reqId) return { _tag: "End" }
      return message._tag === "ContractDetails" && message.reqId === reqId ? { _tag: "Part", part: message } : undefined
    }
  }).pipe(Effect.map((all) => all.filter(({ contract }) => isOf(symbol, contract.symbol))))

const isOf = (symbol: Ticker.Ticker, theirs: string): boolean =>
  symbolFrom(theirs) === symbolFrom(symbol.replace("/", "."))
