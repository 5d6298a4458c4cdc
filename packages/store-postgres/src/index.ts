/** `PostgresStore`: see that module. */
export * as PostgresStore from "./PostgresStore.ts"
