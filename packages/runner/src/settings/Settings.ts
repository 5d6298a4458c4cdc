import * as FileSystem from "@effect/platform/FileSystem"
import { ConfigProvider, Effect, Layer, Option } from "effect"
import { homedir } from "node:os"
import { dirname, join, resolve } from "node:path"
import { Environment, type Program } from "@roundlot/cli"
import { SettingsError } from "@roundlot/commands/errors"
import { ConfigModule, Configuration, EnvFile, StorePlace } from "@roundlot/daemon/configuration"
import { DEFAULT_CONFIGS, isModule } from "./configFile.ts"

/** What is said by flags of every verb that needs a store; each wins over its variable, and that over the file. */
export type Flags = Program.Flags

/** Where things are, after flags, variables and files. */
export interface Settings {
  readonly configuration: Configuration.Configuration
  readonly variable: (name: string) => string | undefined
  /** The same variables, as `Config` reads them. */
  readonly config: ConfigProvider.ConfigProvider
  readonly store: StorePlace.StorePlace
  /** The path of the paper exchange. */
  readonly paperFile: string
  /** The path of the anchors of the journal. */
  readonly anchorFile: string
  /** Where checkpoints of the journals are kept: a cache. */
  readonly checkpointFolder: string
  /** The path of the operator's token. */
  readonly tokenFile: string
  /** The path of the file in which the daemon says where it serves. */
  readonly daemonFile: string
  /** Where a backup goes that nobody gave a place: beside the store's file, or with the state of this user's programs. */
  readonly backupFolder: string
}

const readText = (file: string, place: string): Effect.Effect<string, SettingsError, FileSystem.FileSystem> =>
  Effect.flatMap(FileSystem.FileSystem, (fs) => fs.readFileString(file)).pipe(
    Effect.mapError((error) => {
      const isMissing = error._tag === "SystemError" && error.reason === "NotFound"
      const problem = isMissing ? `${file} does not exist` : `${file} cannot be read (${error.message})`
      return new SettingsError({ place, problem, remedy: "Check the path and its permissions" })
    })
  )

const defaultConfig = Effect.gen(function* () {
  const fs = yield* FileSystem.FileSystem
  const found = yield* Effect.filter(DEFAULT_CONFIGS, (file) => Effect.orElseSucceed(fs.exists(file), () => false))
  if (found.length < 2) return found[0]
  const problem = `there are several configurations here: ${found.join(" and ")}`
  return yield* new SettingsError({ place: "--config", problem, remedy: "Name one with --config" })
})

const readConfiguration = (named: Option.Option<string>) =>
  Effect.gen(function* () {
    const file = Option.isSome(named) ? named.value : yield* defaultConfig
    if (file === undefined) return Configuration.empty
    const text = yield* readText(file, "--config")
    return yield* isModule(file) ? ConfigModule.load(file) : Configuration.parse(text, file)
  })

const readVariables = (named: Option.Option<string>) =>
  Effect.gen(function* () {
    const inherited = yield* Environment.Environment
    if (Option.isNone(named)) return inherited
    const text = yield* readText(named.value, "--env-file")
    return { ...inherited, ...(yield* EnvFile.parse(text, named.value)) }
  })

const configOf = (variables: Environment.Variables): ConfigProvider.ConfigProvider => {
  const said = Object.entries(variables).flatMap(([name, value]) => (value ? [[name, value] as const] : []))
  return ConfigProvider.fromMap(new Map(said), { pathDelim: "_" })
}

/** Where programs of this user keep their state. */
const stateFolder = (variable: Settings["variable"]): string =>
  variable("XDG_STATE_HOME") ?? join(variable("HOME") ?? homedir(), ".local", "state")

/** Where the books are: flag over variable over configuration. */
const storeOf = (
  flag: Option.Option<string>,
  variable: string | undefined,
  { own, store }: Configuration.Configuration,
  config: ConfigProvider.ConfigProvider
): Effect.Effect<StorePlace.StorePlace, SettingsError> => {
  if (Option.isSome(flag)) return StorePlace.parse(flag.value, "--store")
  if (variable !== undefined) return StorePlace.parse(variable, "ROUNDLOT_STORE")
  return own.store === undefined
    ? StorePlace.parse(store ?? StorePlace.DEFAULT_STORE, "store")
    : Effect.succeed(
        StorePlace.StorePlace.Own({
          name: own.store.name,
          layer: Layer.provide(own.store.layer, Layer.setConfigProvider(config))
        })
      )
}

/** Settles what flags, variables and files say. */
export const settle = (
  flags: Program.Flags
): Effect.Effect<Settings, SettingsError, FileSystem.FileSystem | Environment.Environment> =>
  Effect.gen(function* () {
    const variables = yield* readVariables(flags.envFile)
    const configuration = yield* readConfiguration(flags.config)
    const variable = (name: string) => (variables[name] === "" ? undefined : variables[name])
    const config = configOf(variables)
    const store = yield* storeOf(flags.store, variable("ROUNDLOT_STORE"), configuration, config)
    const beside = StorePlace.paperFileOf(store, stateFolder(variable))
    const paperFile = Option.match(flags.paper, { onSome: (file) => resolve(file), onNone: () => beside })
    const own = StorePlace.filesOf(store, paperFile)
    const anchorFile = configuration.anchors.file ?? own.anchorFile
    return { configuration, variable, config, store, paperFile, ...own, anchorFile, backupFolder: dirname(beside) }
  })
