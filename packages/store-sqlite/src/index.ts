/** `SqliteStore`: see that module. */
export * as SqliteStore from "./SqliteStore.ts"
/** `examine`: see that module. */
export * as examine from "./examine.ts"
/** `side`: see that module. */
export * as side from "./side.ts"
