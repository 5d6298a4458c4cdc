/** What the bearer of a token may do, each more than the one before: look, propose orders that a person approves, give trades and orders, operate. */
export const tokenRoles = ["read", "propose", "trade", "operate"] as const

/** What the bearer of a token may do. */
export type TokenRole = (typeof tokenRoles)[number]

/** Does a role allow what another one is asked for? */
export const allows = (role: TokenRole, asked: TokenRole): boolean =>
  tokenRoles.indexOf(role) >= tokenRoles.indexOf(asked)
