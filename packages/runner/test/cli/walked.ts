/** What a walk from a trade over its position to its order comes to, at a daemon whose books are empty, in whatever language. */
export const WALKED = {
  trade: { sent: "accepted", replayed: "true" },
  same: true,
  residual: "0.5",
  order: { status: "filled", fills: ["2"] },
  open: 0,
  refusals: ["NotFound", "Conflict"]
} as const
