// What a broker, a store, a source of trades or of prices is written with.

import "./effect3.ts"

/** `values/MarketDates`: see that module. */
export * as MarketDates from "./values/MarketDates.ts"
/** `values/Quote`: see that module. */
export * as Quote from "./values/Quote.ts"
/** `values/Reference`: see that module. */
export * as Reference from "./values/Reference.ts"
/** `values/TradingWindow`: see that module. */
export * as TradingWindow from "./values/TradingWindow.ts"
/** `values/XnysCalendar`: see that module. */
export * as XnysCalendar from "./values/XnysCalendar.ts"
/** `values/ClientOrderId`: see that module. */
export * as ClientOrderId from "./values/ClientOrderId.ts"
/** `values/Id`: see that module. */
export * as Id from "./values/Id.ts"
/** `values/unstorable`: see that module. */
export * as unstorable from "./values/unstorable.ts"
/** `rules/account/pin`: see that module. */
export * as pin from "./rules/account/pin.ts"
/** `records/OrderState`: see that module. */
export * as OrderState from "./records/OrderState.ts"
/** `records/SupportedOrders`: see that module. */
export * as SupportedOrders from "./records/SupportedOrders.ts"
/** `records/OrderTerms`: see that module. */
export * as OrderTerms from "./records/OrderTerms.ts"
/** `records/ExecutionFacts`: see that module. */
export * as ExecutionFacts from "./records/ExecutionFacts.ts"
export * as Report from "./records/Report.ts"
/** `books/Books`: see that module. */
export * as Books from "./books/Books.ts"
/** What a writer keeps of its store between writes. */
export * as Cache from "./books/Cache.ts"
/** `tables/Column`: see that module. */
export * as Column from "./tables/Column.ts"
/** `books/Need`: see that module. */
export * as Need from "./books/Need.ts"
/** `tables/Table`: see that module. */
export * as Table from "./tables/Table.ts"
/** `books/load`: see that module. */
export * as load from "./books/load.ts"
/** `events/Entry`: see that module. */
export * as Entry from "./events/Entry.ts"
/** `ports/Address`: see that module. */
export * as Address from "./ports/Address.ts"
/** `ports/Entropy`: see that module. */
export * as Entropy from "./ports/Entropy.ts"
/** `ports/ExactJson`: JSON whose numbers keep every digit. */
export * as ExactJson from "./ports/ExactJson.ts"
/** `ports/Heartbeat`: how a connection proves that it is alive. */
export * as Heartbeat from "./ports/Heartbeat.ts"
/** `ports/HttpOutcome`: see that module. */
export * as HttpOutcome from "./ports/HttpOutcome.ts"
/** `ports/Lease`: see that module. */
export * as Lease from "./ports/Lease.ts"
/** `ports/leaseEnding`: see that module. */
export * as LeaseEnding from "./ports/leaseEnding.ts"
/** `ports/OrderStatuses`: what a broker's raw statuses mean. */
export * as OrderStatuses from "./ports/OrderStatuses.ts"
/** `ports/PriceReference`: see that module. */
export * as PriceReference from "./ports/PriceReference.ts"
/** `ports/Recent`: see that module. */
export * as Recent from "./ports/Recent.ts"
/** `ports/RefusalTable`: what a broker's refusals are about. */
export * as RefusalTable from "./ports/RefusalTable.ts"
/** `ports/EndpointTimes`: see that module. */
export * as EndpointTimes from "./ports/EndpointTimes.ts"
/** `ports/RequestLimit`: see that module. */
export * as RequestLimit from "./ports/RequestLimit.ts"
/** `ports/SharedReads`: see that module. */
export * as SharedReads from "./ports/SharedReads.ts"
/** `ports/TradeRepository`: see that module. */
export * as TradeRepository from "./ports/TradeRepository.ts"
/** `ports/TradeSource`: see that module. */
export * as TradeSource from "./ports/TradeSource.ts"
/** `ports/pageFault`: see that module. */
export * as pageFault from "./ports/pageFault.ts"
/** `memory/MemoryStore`: see that module. */
export * as MemoryStore from "./memory/MemoryStore.ts"
