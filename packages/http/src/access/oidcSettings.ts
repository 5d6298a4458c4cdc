import { AccountName } from "@roundlot/core"
import { type Token } from "@roundlot/core/ledger"
import { Either, Schema } from "effect"
import { dirname, resolve } from "node:path"
import { PostAddress } from "@roundlot/commands"
import { SettingsError } from "@roundlot/commands/errors"

/** The variable with the secret of the client; it wins over the file. */
export const CLIENT_SECRET = "ROUNDLOT_OIDC_CLIENT_SECRET"

const isIssuer = (text: string): boolean => {
  if (!PostAddress.isPostAddress(text)) return false
  const { hash, password, search, username } = new URL(text)
  return `${hash}${password}${search}${username}` === ""
}

const Issuer = Schema.String.pipe(
  Schema.maxLength(255),
  Schema.filter(isIssuer, {
    message: () => ({
      message: "is not a valid issuer: use an https:// address, or http:// on this host, without a query",
      override: true
    })
  })
)

/** What people may be given by a group: to propose is for programs. */
const roles = ["read", "trade", "operate"] as const satisfies ReadonlyArray<Token.TokenRole>

/** A key of the configuration, with what the schema for editors says of it. */
const needed = <A, I>(schema: Schema.Schema<A, I>, description: string) =>
  Schema.propertySignature(schema).annotations({ description })

const optional = <A, I>(schema: Schema.Schema<A, I>, description: string) =>
  Schema.optionalWith(schema, { exact: true }).annotations({ description })

/** What a group gives who is in it: a role, for some accounts or for all. */
const Grant = Schema.Struct({
  role: needed(Schema.Literal(...roles), "Role of the group's members."),
  accounts: optional(
    Schema.NonEmptyArray(AccountName.AccountName),
    "Accounts that its members may see and change; default: all."
  )
})

/** What a group gives who is in it. */
export type Grant = typeof Grant.Type

/** The OpenID provider that a team signs in with, and what its groups may do here. */
export const OidcEntry = Schema.Struct({
  issuer: needed(Issuer, "Issuer URL of the provider; its endpoints are discovered from it."),
  clientId: needed(Schema.NonEmptyString, "Client id of this program at the provider."),
  clientSecretFile: optional(
    Schema.NonEmptyString,
    `The file with the client's secret, its owner's alone; ${CLIENT_SECRET} wins over it. Without either it is a public client.`
  ),
  name: optional(
    Schema.NonEmptyString.pipe(Schema.maxLength(40)),
    "Name of the provider on the sign-in page; default: its host."
  ),
  scopes: optional(Schema.Array(Schema.NonEmptyString), "Scopes requested besides openid; default: profile."),
  groupsClaim: optional(Schema.NonEmptyString, "Claim with a person's groups; default: groups."),
  roles: needed(
    Schema.Record({ key: Schema.NonEmptyString, value: Grant }),
    "Role of each group; a person in none of them cannot sign in."
  )
})

/** The OpenID provider that a team signs in with. */
export interface OidcSettings {
  readonly issuer: string
  readonly clientId: string
  /** A full path. */
  readonly clientSecretFile: string | undefined
  readonly name: string
  readonly scopes: ReadonlyArray<string>
  readonly groupsClaim: string
  readonly roles: ReadonlyMap<string, Grant>
}

/** The provider as one name, however its address is written. */
export const authorityOf = (issuer: string): string => new URL(issuer).href.replace(/\/$/, "")

/** Reads the provider of a configuration. */
export const oidcOf = (
  file: string,
  entry: typeof OidcEntry.Type | undefined
): Either.Either<OidcSettings | undefined, SettingsError> => {
  if (entry === undefined) return Either.right(undefined)
  const {
    clientId,
    clientSecretFile,
    groupsClaim = "groups",
    issuer,
    name,
    roles: grants,
    scopes = ["profile"]
  } = entry
  if (Object.keys(grants).length === 0) {
    const remedy = 'Give one a role: {"traders": {"role": "trade"}}'
    return Either.left(new SettingsError({ place: `${file}, oidc.roles`, problem: "names no group", remedy }))
  }
  return Either.right({
    issuer,
    clientId,
    clientSecretFile: clientSecretFile === undefined ? undefined : resolve(dirname(file), clientSecretFile),
    name: name ?? new URL(issuer).hostname,
    scopes: [...new Set(["openid", ...scopes])],
    groupsClaim,
    roles: new Map(Object.entries(grants))
  })
}

/** What is kept on record of it: who may sign in, and as what; no secret, and no file of one. */
export const valuesOf = ({ clientId, groupsClaim, issuer, roles: grants }: OidcSettings): ReadonlyMap<string, string> =>
  new Map([
    ["issuer", issuer],
    ["clientId", clientId],
    ["groupsClaim", groupsClaim],
    ...[...grants].map(([group, { accounts = [], role }]) => [`roles.${group}`, [role, ...accounts].join(" ")] as const)
  ])
