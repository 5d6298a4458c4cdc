/** `run`: one command line of `roundlot`, for a program that has it built in. */
export { run } from "./cli/run.ts"
/** `defineConfig`: a configuration that brings brokers, sources and prices of one's own. */
export { defineConfig, type RoundlotConfig } from "./settings/ConfigModule.ts"
export type { Followed, OwnApp, OwnBroker, OwnSource } from "./settings/OwnParts.ts"
export type { Services } from "@roundlot/commands"
export type { Notice, OwnAlerts } from "@roundlot/daemon"
