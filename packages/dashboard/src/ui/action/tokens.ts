import type { Documents } from "@roundlot/api"
import { Effect, Redacted } from "effect"
import type { Action } from "./Action.ts"
import { doneOf } from "./command.ts"
import { texts } from "../../words/text/tokens.ts"

type Role = Documents.TokenDocument["role"]

/** A token as a form asks for it; what is blank is not said. */
export interface TokenWish {
  readonly name: string
  readonly role: Role
  /** Names of accounts, separated by commas or blanks. */
  readonly accounts: string
  readonly expires: string
  readonly ordersPerDay: string
  readonly notionalPerDay: string
}

const ownSecret = { term: "ownSecret", label: texts.ownSecret, isSecret: true } as const

const made = (done: string, token: Redacted.Redacted) => ({ ...doneOf(done), secret: token })

/** The wish as it is sent, and the flags that say the same. */
const termsOf = (wish: TokenWish) => {
  const { name, role } = wish
  const [account, ...more] = wish.accounts.split(/[\s,]+/).filter((each) => each !== "")
  const expires = wish.expires.trim()
  const isProposing = role === "propose"
  const orders = isProposing ? wish.ordersPerDay.trim() : ""
  const notional = isProposing ? wish.notionalPerDay.trim() : ""
  const accounts = account === undefined ? [] : [account, ...more]
  return {
    accounts,
    flags: [
      `--role ${role}`,
      ...accounts.map((each) => `--account ${each}`),
      ...(expires === "" ? [] : [`--expires ${expires}`]),
      ...(orders === "" ? [] : [`--orders-per-day ${orders}`]),
      ...(notional === "" ? [] : [`--notional-per-day ${notional}`])
    ].join(" "),
    payload: {
      name,
      role,
      ...(account === undefined ? {} : { accounts: [account, ...more] as const }),
      ...(expires === "" ? {} : { expires }),
      ...(orders === "" ? {} : { ordersPerDay: Number(orders) }),
      ...(notional === "" ? {} : { notionalPerDay: notional })
    }
  }
}

/** What a token of the role `propose` may propose where nothing else is said. */
const USUAL = { orders: "20", notional: "10000" }

/** Creates a token, confirmed with the secret of the own one. */
export const createToken = (wish: TokenWish): Action => {
  const { accounts, flags, payload } = termsOf(wish)
  const { name, role } = wish
  const { expires, notionalPerDay: notional = USUAL.notional, ordersPerDay: orders = USUAL.orders } = payload
  return {
    verb: texts.create({ name }),
    isHarmless: true,
    will: [
      texts.roleOnAccounts({ name, role, accounts: accounts.join(", ") || texts.everyAccount }),
      ...(role === "propose" ? [texts.mayPropose({ orders, notional })] : []),
      expires === undefined ? texts.neverEnds : texts.endsAfter({ expires }),
      texts.secretOnce
    ],
    willNot: [texts.otherTokensStay],
    asks: ownSecret,
    cli: () => `roundlot tokens create ${name} ${flags}`,
    run: (api, _reason, _key, said) =>
      Effect.map(api.tokens.create({ payload: { ...payload, secret: Redacted.make(said) } }), ({ token }) =>
        made(texts.created({ name }), token)
      )
  }
}

/** Revokes a token, confirmed with the secret of the own one. */
export const revokeToken = ({ name }: Pick<Documents.TokenDocument, "name">, isOwn: boolean): Action => ({
  verb: texts.revoke({ name }),
  isHarmless: true,
  isDangerous: true,
  will: [texts.callsAreRefused, texts.itsBrowsersEnd({ name }), ...(isOwn ? [texts.yourOwn] : [])],
  willNot: [texts.recordsStay({ name }), texts.nameStaysTaken({ name })],
  asks: ownSecret,
  cli: () => `roundlot tokens revoke ${name}`,
  run: (api, _reason, _key, said) =>
    Effect.map(api.tokens.revoke({ path: { name }, payload: { secret: Redacted.make(said) } }), () =>
      doneOf(texts.revoked({ name }))
    )
})

const OVERLAP_S = 3600

/** A new secret for a token. The old one lasts for an hour: else a browser of that token would be signed out before the new one is read. */
export const rotateToken = ({ name }: Pick<Documents.TokenDocument, "name">): Action => ({
  verb: texts.rotate({ name }),
  isHarmless: true,
  will: [texts.newSecretOnce({ name }), texts.oldSecretForAnHour],
  willNot: [texts.roleAndAccountsStay],
  asks: { term: "presentSecret", label: texts.presentSecret, isSecret: true },
  cli: () => `roundlot tokens rotate ${name} --overlap 1h`,
  run: (api, _reason, _key, said) =>
    Effect.map(
      api.tokens.rotate({ path: { name }, payload: { secret: Redacted.make(said), overlapSeconds: OVERLAP_S } }),
      ({ token }) => made(texts.newSecret({ name }), token)
    )
})
