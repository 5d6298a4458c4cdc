import { type Sessions, Token } from "@roundlot/core/ledger"
import { Either, Schema } from "effect"
import { authorityOf, type Grant, type OidcSettings } from "./oidcSettings.ts"

/** Why a person whom the provider knows is not let in. */
const refusals = ["no_subject", "other_issuer", "no_groups", "no_role"] as const

/** A person whom the provider knows is not let in. */
export class PersonRefused extends Schema.TaggedError<PersonRefused>()("PersonRefused", {
  code: Schema.Literal(...refusals),
  /** The claim that was looked at. */
  claim: Schema.String,
  /** How many groups the claim has. */
  groups: Schema.Int
}) {}

/** What a provider says of a person, as a token of its has it. */
export type Claims = Readonly<Record<string, unknown>>

/** The identifier of a person at a provider, as OpenID Connect bounds it. */
const SUBJECT = /^[\x21-\x7e]{1,255}$/

const escaped = (text: string): string => encodeURIComponent(text).replaceAll("%3A", ":")

/**
 * The actor that a person is: his provider and its identifier for him, which stays where his name or e-mail changes. No token has a name
 * like this, since theirs have no colon; no two persons have the same, since `@` and `/` are escaped on both sides.
 */
const actorOf = (authority: string, subject: string): string =>
  `oidc:${escaped(subject)}@${escaped(authority.replace(/^https?:\/\//, ""))}`

const LONGEST_NAME = /^.{0,80}/u

/** What a provider calls a person, as one short line that shows what it is: no control character, and none that turns what follows. */
const readable = (text: unknown): string => {
  if (typeof text !== "string") return ""
  const line = text
    .slice(0, 1000)
    .replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, "")
    .replaceAll(/\s+/g, " ")
    .trim()
  return LONGEST_NAME.exec(line)?.[0] ?? ""
}

const nameOf = (claims: Claims, subject: string): string =>
  [claims["name"], claims["preferred_username"], claims["email"]].map(readable).find((name) => name !== "") ?? subject

/** The groups of a claim: some providers give who is in one group its name, in place of a list. */
const groupsOf = (claim: unknown): ReadonlySet<unknown> =>
  new Set(typeof claim === "string" ? [claim] : Array.isArray(claim) ? claim : [])

/**
 * What several groups give together: the highest role of theirs, for the accounts of the groups that give it. So nobody has a right that
 * no group of his has; what a group of a lower role gives beside it is left out.
 */
export const together = (grants: ReadonlyArray<Grant>): Pick<Sessions.Bearer, "role" | "accounts"> | undefined => {
  const role = Token.tokenRoles.findLast((each) => grants.some((grant) => grant.role === each))
  if (role === undefined) return undefined
  const given = grants.filter((grant) => grant.role === role)
  const accounts = new Set(given.flatMap((grant) => grant.accounts ?? []))
  return { role, accounts: given.some((grant) => grant.accounts === undefined) ? undefined : [...accounts].toSorted() }
}

/** Who a person is, and what his groups give him here. */
export const personOf = (
  { groupsClaim: claim, issuer, roles }: Pick<OidcSettings, "groupsClaim" | "issuer" | "roles">,
  claims: Claims
): Either.Either<Sessions.Person, PersonRefused> => {
  const groups = groupsOf(claims[claim])
  const refused = (code: PersonRefused["code"]) => Either.left(new PersonRefused({ code, claim, groups: groups.size }))
  const authority = authorityOf(issuer)
  const { iss, sub: subject } = claims
  if (typeof iss !== "string" || !URL.canParse(iss) || authorityOf(iss) !== authority) return refused("other_issuer")
  if (typeof subject !== "string" || !SUBJECT.test(subject)) return refused("no_subject")
  if (groups.size === 0) return refused("no_groups")
  const known = [...roles].filter(([group]) => groups.has(group))
  const rights = together(known.map(([, grant]) => grant))
  if (rights === undefined) return refused("no_role")
  return Either.right({
    ...rights,
    name: actorOf(authority, subject),
    issuer: authority,
    subject,
    person: nameOf(claims, subject),
    groups: known.map(([group]) => group)
  })
}
