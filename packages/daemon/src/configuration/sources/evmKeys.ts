/** An amount of an event, as a configuration says it. */
const amount = { field: "now", decimals: "now" } as const

/** Where the keys of a source of contract events stand. */
export const evmKeys = {
  chainId: "now",
  providers: "now",
  contracts: "now",
  event: "now",
  from: "now",
  confirmations: "now",
  deepest: "now",
  range: "now",
  symbol: { is: "now", field: "now", contract: "now" },
  side: { field: "now", buy: "now", sell: "now", signOf: "now", positive: "now" },
  quantity: amount,
  price: { ...amount, of: amount, per: amount, digits: "now" },
  ignore: "now"
} as const
