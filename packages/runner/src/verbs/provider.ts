import { Finding } from "@roundlot/cli"
import type { Account } from "@roundlot/core"
import { Effect } from "effect"
import { oidcSettings, Provider } from "@roundlot/http/access"
import type { Settings } from "../settings/Settings.ts"

const { ill, well } = Finding

const remedies: Readonly<Record<string, string>> = {
  secret_not_own: "chmod 600 the file that oidc.clientSecretFile names",
  no_secret: `Write the secret into the file that oidc.clientSecretFile names, or into ${oidcSettings.CLIENT_SECRET}`,
  OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED: "Write oidc.issuer as the provider names itself"
}

/** Can the provider be asked by which the team signs in? */
export const reachable = ({
  configuration: { oidc },
  variable
}: Settings): Effect.Effect<
  ReadonlyArray<Finding.Finding>,
  never,
  Effect.Effect.Context<ReturnType<typeof Provider.make>>
> =>
  Effect.gen(function* () {
    if (oidc === undefined) return []
    const { find } = yield* Provider.make(oidc, variable)
    const found = yield* Effect.either(find)
    if (found._tag === "Right")
      return [well("sign-in", `${oidc.name} answers at ${oidc.issuer}; ${oidc.roles.size} groups have a role`)]
    const { code } = found.left
    const remedy = remedies[code] ?? "Check oidc.issuer, and that this machine reaches it; tokens sign in meanwhile"
    return [ill("sign-in", `${oidc.name} cannot be used at ${oidc.issuer} (${code})`, remedy)]
  })

/** The accounts that a group is given and that are not there. */
export const unknownAccounts = (
  accounts: ReadonlyArray<Account.Account>,
  { configuration: { accounts: configured, oidc } }: Settings
): ReadonlyArray<Finding.Finding> => {
  const known = new Set([...configured.keys(), ...accounts.map(({ name }) => name)])
  return [...(oidc?.roles ?? [])].flatMap(([group, { accounts: given = [] }]) =>
    given
      .filter((account) => !known.has(account))
      .map((account) =>
        ill("sign-in", `oidc.roles.${group} names account ${account}, which does not exist`, "Correct it there")
      )
  )
}
