import * as Command from "@effect/cli/Command"
import * as CliConfig from "@effect/cli/CliConfig"
import * as Descriptor from "@effect/cli/CommandDescriptor"
import * as HelpDoc from "@effect/cli/HelpDoc"
import type { Usage } from "@effect/cli/Usage"
import { isValidationError, type ValidationError } from "@effect/cli/ValidationError"
import type { CliApp } from "@effect/cli/CliApp"
import { Console, Effect, type Types } from "effect"
import { stripVTControlCharacters } from "node:util"
import { UsageError } from "@roundlot/commands/errors"
import type { Environment } from "../Environment.ts"
import type { Program } from "../Program.ts"
import type { VerbError } from "../VerbError.ts"
import type { Output } from "./Output.ts"

/** The version that `--version` prints. */
export const VERSION = "0.0.0"

export type { VerbError } from "../VerbError.ts"

/** What every verb finds around it. */
export type Surroundings = Output | Environment | Program | CliApp.Environment

/** What a verb does. Its scope is one command line. */
export type Doing = Effect.Effect<void, VerbError, Surroundings>

/** A command line and what it does. */
type Example = readonly [line: string, what: string]

/** A verb of the command line, ready to be run on its arguments. */
export interface Verb {
  readonly usage: Usage
  /** Written when it is asked for: to lay out the flags of `start` takes a fifth of the time that it takes to start. */
  readonly help: () => string
  readonly run: (args: ReadonlyArray<string>) => Doing
  /** Reads the arguments as `run` does, and does nothing: what a guide shows is held against it. */
  readonly accept: (args: ReadonlyArray<string>) => Doing
  /** The same under a word of a larger command. */
  readonly describe: (word: string) => Descriptor.Command<Meant>
}

/** What the words of a command line come to. */
export interface Meant {
  readonly name: string
  readonly doing: Doing
}

/** What makes a verb. `flags` are options and arguments of `@effect/cli`. */
export interface VerbOptions<Flags extends Command.Command.Config> {
  /** As it is typed: `trades import`. */
  readonly name: string
  readonly summary: string
  readonly examples?: ReadonlyArray<Example>
  readonly flags: Flags
  readonly run: (flags: Types.Simplify<Command.Command.ParseConfig<Flags>>) => Doing
}

/** How the parser is set: no flags of its own, exact names. */
export const config = CliConfig.make({
  showBuiltIns: false,
  isCaseSensitive: true,
  finalCheckBuiltIn: false,
  autoCorrectLimit: 0
})

/** Makes a verb. */
export const make = <const Flags extends Command.Command.Config>(options: VerbOptions<Flags>): Verb => {
  const command = Command.make(options.name, options.flags, options.run)
  const told = { name: options.name, version: VERSION }
  const parse = Command.run(command, told)
  const parseOnly = Command.run(
    Command.make(options.name, options.flags, () => Effect.void),
    told
  )
  const ours = (error: VerbError | ValidationError): VerbError =>
    isValidationError(error) ? wordsOf(options.name, error) : error
  return {
    usage: Command.getUsage(command),
    help: () => helpOf(options, plain(Command.getHelp(command, config))),
    run: (args) => Effect.mapError(silenced(parse(["node", "roundlot", ...args])), ours),
    accept: (args) => Effect.mapError(silenced(parseOnly(["node", "roundlot", ...args])), ours),
    describe: (word) =>
      Descriptor.map(
        Descriptor.withDescription(Command.make(word, options.flags).descriptor, options.summary),
        (flags) => ({ name: word, doing: options.run(flags) })
      )
  }
}

const plain = (doc: HelpDoc.HelpDoc): string => stripVTControlCharacters(HelpDoc.toAnsiText(doc)).trim()

/** What the parser's help says of every flag, and its type says already. */
const SAID_BY_TYPE =
  /\n\n {2}(This setting is optional|A user-defined piece of text|A true or false value|An integer|A floating point number|One of the following: [^\n]*)(?:\.|$)/gm

const helpOf = <Flags extends Command.Command.Config>(
  { examples = [], name, summary }: VerbOptions<Flags>,
  options: string
): string => {
  const width = Math.max(0, ...examples.map(([line]) => line.length))
  const lines = examples.map(([line, what]) => `  ${line.padEnd(width)}   ${what}`)
  const shown = examples.length === 0 ? "" : `\n\nEXAMPLES\n\n${lines.join("\n")}`
  const compact = options.replaceAll(SAID_BY_TYPE, "").replaceAll(/\n\n {2}(\S)/g, "\n      $1")
  return `roundlot ${name}: ${summary}${shown}\n\n${compact}`
}

/** The parser prints its own complaints; ours are told once, at the edge. */
const silenced = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Console.consoleWith((console) =>
    Effect.withConsole(effect, { ...console, log: () => Effect.void, error: () => Effect.void })
  )

const MISSING = /Expected to find option: '([^']+)'/g

const wordsOf = (name: string, { error }: ValidationError): UsageError => {
  const text = plain(error).replaceAll(/\s+/g, " ").replace(/\.$/, "")
  // The parser says of each missing flag the same sentence, with nothing between them.
  const missing = [...text.matchAll(MISSING)].map(([, flag]) => flag)
  const isOfMissing = missing.length > 0 && text.replaceAll(MISSING, "").trim() === ""
  const problem = isOfMissing ? `${missing.join(", ")} ${missing.length === 1 ? "is" : "are"} missing` : text
  return new UsageError({ problem, remedy: `See 'roundlot ${name} --help'` })
}
