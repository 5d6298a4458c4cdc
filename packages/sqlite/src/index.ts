/** `Sqlite`: see that module. */
export * as Sqlite from "./Sqlite.ts"
