/** `SqliteStore`: see that module. */
export * as SqliteStore from "./SqliteStore.ts"
