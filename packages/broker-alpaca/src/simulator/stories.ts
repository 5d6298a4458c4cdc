import type { ExchangeFailed, ExchangeOrder } from "@roundlot/broker-paper"
import { Effect } from "effect"
import type { Desk } from "./Desk.ts"
import type { Story } from "./executionJson.ts"

/** The orders of executions with all that was executed of them, each read once. */
export const storiesOf = (
  { exchange }: Pick<Desk, "exchange">,
  executions: ReadonlyArray<ExchangeOrder.Execution>
): Effect.Effect<ReadonlyMap<string, Story>, ExchangeFailed> => {
  const ids = new Set(executions.map(({ brokerOrderId }) => brokerOrderId))
  return Effect.map(
    Effect.forEach(ids, (id) => exchange.look(id)),
    (stories) =>
      new Map(stories.flatMap((story) => (story === undefined ? [] : [[story.order.brokerOrderId, story] as const])))
  )
}
