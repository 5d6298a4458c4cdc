import type { stage } from "./stage.ts"

/** Has an order be in doubt, and answers its id: the exchange has it, and neither its answer, its stream nor its listings say so. */
export const inDoubt = async (daemon: ReturnType<typeof stage>["daemon"], symbol: string): Promise<string> => {
  for (const [id, act] of Object.entries({
    silent: { silence: { ms: 600_000 } },
    unanswered: { takeThenReset: {} },
    hidden: { hide: { ms: 600_000, everywhere: true } }
  })) {
    await daemon.cli("exchange", "instruct", JSON.stringify({ id: `${symbol} ${id}`, when: { symbol }, do: act }))
  }
  await daemon.ask("/api/v1/trades", { sourceId: `${symbol} doubt`, symbol, side: "buy", quantity: "3", price: "60" })
  return daemon.orderAt("in_doubt", symbol)
}
