import { Either } from "effect"
import { dirname, resolve } from "node:path"
import { SettingsError } from "@roundlot/commands/errors"

const LINE = /^(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)=(.*)$/

const unquoted = (value: string): string => {
  const [, , inner] = /^(["'])(.*)\1$/.exec(value) ?? []
  return inner ?? value
}

/** A variable that names a file. */
const NAMES_FILE = /_FILE$/

/**
 * The variables of a file of `KEY=value` lines that a shell could source; blank lines and `#` comments are skipped. The file that a
 * variable `…_FILE` names is looked for from the folder of this one, wherever the program was started.
 */
export const parse = (text: string, file: string): Either.Either<Readonly<Record<string, string>>, SettingsError> => {
  const variables: Record<string, string> = {}
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const trimmed = line.trim()
    if (trimmed === "" || trimmed.startsWith("#")) continue
    const [, name, value] = LINE.exec(trimmed) ?? []
    if (name === undefined || value === undefined) {
      const place = `${file}, line ${index + 1}`
      return Either.left(
        new SettingsError({ place, problem: "is no KEY=value line", remedy: "Write KEY=value, or # before a comment" })
      )
    }
    const said = unquoted(value.trim())
    variables[name] = NAMES_FILE.test(name) && said !== "" ? resolve(dirname(file), said) : said
  }
  return Either.right(variables)
}
