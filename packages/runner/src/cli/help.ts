import { Command } from "@effect/cli"
import * as CliConfig from "@effect/cli/CliConfig"
import * as CommandDescriptor from "@effect/cli/CommandDescriptor"
import * as HelpDoc from "@effect/cli/HelpDoc"
import { HashMap } from "effect"
import { stripVTControlCharacters } from "node:util"
import type { Line } from "./argv.ts"

/** A command line and what it does. */
export type Example = readonly [line: string, what: string]

const examplesText = (examples: ReadonlyArray<Example>): string => {
  const width = Math.max(0, ...examples.map(([line]) => line.length))
  return examples.map(([line, what]) => `  ${line.padEnd(width)}   ${what}`).join("\n")
}

/** What a verb does, with examples that can be typed as they stand. */
export const described =
  (summary: string, examples: ReadonlyArray<Example> = []) =>
  <Name extends string, R, E, A>(command: Command.Command<Name, R, E, A>): Command.Command<Name, R, E, A> =>
    Command.withDescription(
      command,
      examples.length === 0 ? HelpDoc.p(summary) : HelpDoc.blocks([HelpDoc.p(summary), HelpDoc.p(`Examples:\n${examplesText(examples)}`)])
    )

/** How the parser and its help are set: no built-in flags of its own, exact names. */
export const config = CliConfig.make({ showBuiltIns: false, isCaseSensitive: true, finalCheckBuiltIn: false, autoCorrectLimit: 0 })

const summaryOf = (descriptor: CommandDescriptor.Command<unknown>): string => {
  const text = stripVTControlCharacters(HelpDoc.toAnsiText(CommandDescriptor.getHelp(descriptor, config)))
  const lines = text.split("\n").map((line) => line.trim())
  return lines.find((line, index) => index > lines.indexOf("DESCRIPTION") && line !== "") ?? ""
}

const verbList = (descriptor: CommandDescriptor.Command<unknown>): string => {
  const inner = [...CommandDescriptor.getSubcommands(descriptor)]
  const width = Math.max(...inner.map(([name]) => name.length))
  return inner.map(([name, verb]) => `  ${name.padEnd(width)}   ${summaryOf(verb)}`).join("\n")
}

/** The help of a verb, or the list of verbs at that place, as plain text. */
export const help = ({ descriptor, isVerb, path }: Line): string => {
  const name = ["roundlot", ...path].join(" ")
  const text = stripVTControlCharacters(HelpDoc.toAnsiText(CommandDescriptor.getHelp(descriptor, config))).trim()
  if (isVerb) return `${name}\n\n${text}`
  const count = HashMap.size(CommandDescriptor.getSubcommands(descriptor))
  const about = summaryOf(descriptor)
  return `${name}\n\n${about}\n\nVERBS (${count})\n\n${verbList(descriptor)}\n\nEvery verb explains itself: ${name} VERB --help`
}
