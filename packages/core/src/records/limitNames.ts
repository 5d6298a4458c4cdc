/** The limits of an account that are amounts, by the names that a configuration writes. */
export const limitNames = [
  "orderQuantity",
  "orderNotional",
  "openResidual",
  "dailyNotional",
  "openOrders",
  "position",
  "grossPosition",
  "netPosition",
  "ordersPerMinute",
  "rejectionsInARow",
  "collarBp"
] as const
