/** `PostgresStore`: see that module. */
export * as PostgresStore from "./PostgresStore.ts"
/** `side`: see that module. */
export * as side from "./side.ts"
