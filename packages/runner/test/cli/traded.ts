import { HEADER, type desk } from "./roundlot.ts"

let trades = 0

/** Orders are filled one after the other, each at its price. */
export const traded = async (
  { cli, file }: ReturnType<typeof desk>,
  ...all: ReadonlyArray<readonly [side: string, shares: string, price: string, symbol?: string]>
): Promise<void> => {
  for (const [side, shares, price, symbol = "AAPL"] of all) {
    const id = `t${++trades}`
    await cli("exchange", "instruct", JSON.stringify({ id, do: { price: { symbol, price } } }))
    const text = [HEADER, `${id},2026-01-02T15:00:00Z,${symbol},${side},${shares},${price}`, ""].join("\n")
    await cli("trades", "import", file(`${id}.csv`, text))
    await cli("start", "--until-idle")
  }
}
