/** `DaemonFile`: the file in which a daemon says where it serves. */
export * as DaemonFile from "./DaemonFile.ts"
/** `oidcSettings`: the OpenID provider of a team, and what its groups may do. */
export * as oidcSettings from "./oidcSettings.ts"
/** `OperatorToken`: the file with the operator's token. */
export * as OperatorToken from "./OperatorToken.ts"
/** `Provider`: the OpenID provider, asked. */
export * as Provider from "./Provider.ts"
