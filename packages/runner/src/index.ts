/** `run`: one command line of `roundlot`, for a program that has it built in. */
export { run } from "./cli/run.ts"
/** `defineConfig`: a configuration that brings brokers, sources and prices of one's own. */
export { defineConfig, type RoundlotConfig } from "@roundlot/daemon/configuration"
export type { Followed, OwnApp, OwnBroker, OwnSource } from "@roundlot/daemon/configuration"
export type { Services } from "@roundlot/commands"
export type { Notice, OwnAlerts } from "@roundlot/daemon"
