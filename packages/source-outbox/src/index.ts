/** `OutboxSource`: trades that an app writes as rows of a table in its own database. */
export * as OutboxSource from "./OutboxSource.ts"
