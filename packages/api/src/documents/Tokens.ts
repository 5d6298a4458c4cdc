import { Schema } from "effect"
import { tokenRoles } from "@roundlot/core/vocabulary"
import { Decimal, pageOf, Time } from "./words.ts"

const Role = Schema.Literal(...tokenRoles)

const fields = {
  name: Schema.String,
  role: Role,
  status: Schema.Literal("good", "expired", "revoked"),
  createdAt: Time,
  createdBy: Schema.String,
  expiresAt: Schema.NullOr(Time),
  /** When a call or a sign-in with it was last noted, to the minute; null where none was since that is kept. */
  lastUsedAt: Schema.NullOr(Time),
  /** Of the role `propose`: how many orders it may propose for an account on a market date, and of how many dollars together. */
  ordersPerDay: Schema.NullOr(Schema.Int),
  notionalPerDay: Schema.NullOr(Decimal),
  /** The accounts that it may see and change; null where that is all. */
  accounts: Schema.NullOr(Schema.Array(Schema.String)),
  /** Until when the secret before is good as well; null where there is none that was. */
  previousUntil: Schema.NullOr(Time),
  revokedAt: Schema.NullOr(Time),
  revokedBy: Schema.NullOr(Schema.String)
}

/** What a token is to be: `expires` is a lifetime such as `30d`; the amounts per day are of the role `propose` alone. */
export const tokenRequest = {
  name: Schema.String,
  role: Role,
  accounts: Schema.optional(Schema.NonEmptyArray(Schema.String)),
  expires: Schema.optional(Schema.String),
  ordersPerDay: Schema.optional(Schema.Int),
  notionalPerDay: Schema.optional(Decimal)
}

/** Who may call the API: all of a token but its secret. */
export const TokenDocument = Schema.Struct(fields).annotations({ identifier: "Token" })

/** Who may call the API. */
export type TokenDocument = typeof TokenDocument.Type

/** A token with the secret that it has from now on, which no other answer shows again. */
export const TokenWithSecretDocument = Schema.Struct({
  ...fields,
  token: Schema.Redacted(Schema.String)
}).annotations({ identifier: "TokenWithSecret" })

/** All tokens. */
export const TokenPage = pageOf("TokenPage", TokenDocument)

/** A browser that is signed in: all of its session but the secret. */
export const SessionDocument = Schema.Struct({
  id: Schema.String,
  /** The name of its token, or of the person as an actor. */
  token: Schema.String,
  /** How a team's provider calls who signed in with it; null with a token. */
  person: Schema.NullOr(Schema.String),
  /** The host and port at which it signed in. */
  host: Schema.String,
  openedAt: Time,
  expiresAt: Time
}).annotations({ identifier: "Session" })

/** A browser that is signed in. */
export type SessionDocument = typeof SessionDocument.Type

/** The browsers that are signed in. */
export const SessionPage = pageOf("SessionPage", SessionDocument)

/** Who calls, and what he may do. */
export const CallerDocument = Schema.Struct({
  name: Schema.String,
  /** How a team's provider calls who signed in with it; null with a token. */
  person: Schema.NullOr(Schema.String),
  role: Role,
  /** The accounts that he may see and change; null where that is all. */
  accounts: Schema.NullOr(Schema.Array(Schema.String)),
  /** Is the daemon open (`--open`): may every process on its machine operate, without a token? */
  open: Schema.Boolean
}).annotations({ identifier: "Caller" })

/** A link that signs a browser in, once. */
export const LinkDocument = Schema.Struct({ url: Schema.String, expiresAt: Time }).annotations({ identifier: "Link" })
