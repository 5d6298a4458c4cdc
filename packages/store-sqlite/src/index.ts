/** `SqliteStore`: see that module. */
export * as SqliteStore from "./SqliteStore.ts"
/** `DriveLease`: see that module. */
export * as DriveLease from "./DriveLease.ts"
/** `examine`: see that module. */
export * as examine from "./examine.ts"
