/** The variable of a kind that a name has. */
export const variableOf = (kind: string, name: string): string => `${kind}_${name.toUpperCase().replaceAll("-", "_")}`

/** The variable with the secret that a webhook's bodies are signed with. */
export const secretOf = (name: string): string => variableOf("ROUNDLOT_WEBHOOK_SECRET", name)
