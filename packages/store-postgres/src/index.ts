/** `PostgresStore`: see that module. */
export * as PostgresStore from "./PostgresStore.ts"
/** `DriveLease`: see that module. */
export * as DriveLease from "./DriveLease.ts"
