import { Either } from "effect"
import { dirname, resolve } from "node:path"
import { SettingsError } from "@roundlot/commands/errors"

const LINE = /^(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)=(.*)$/

const unquoted = (value: string): string => {
  const [, , inner] = /^(["'])(.*)\1$/.exec(value) ?? []
  return inner ?? value
}

/** A variable that names a file. */
const NAMES_FILE = /_FILE$|^ROUNDLOT_SOURCE_CREDENTIALS_/

/** A store that is a file, and its path. */
const STORE_FILE = /^(sqlite:)(.+)$/

/** What a variable says, with its path from a folder where it is one. */
const valueIn = (folder: string, name: string, said: string): string => {
  if (NAMES_FILE.test(name)) return said === "" ? said : resolve(folder, said)
  const [, scheme, path] = (name === "ROUNDLOT_STORE" && STORE_FILE.exec(said)) || []
  return scheme === undefined || path === undefined ? said : `${scheme}${resolve(folder, path)}`
}

/**
 * The variables of a file of `KEY=value` lines that a shell could source; blank lines and `#` comments are skipped. The files that
 * variables name (`…_FILE`, `ROUNDLOT_SOURCE_CREDENTIALS_…`, `ROUNDLOT_STORE=sqlite:PATH`) are looked for from the folder of this one,
 * wherever the program was started.
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
        new SettingsError({
          place,
          problem: "is not a KEY=value line",
          remedy: "Write KEY=value, or # before a comment"
        })
      )
    }
    variables[name] = valueIn(dirname(file), name, unquoted(value.trim()))
  }
  return Either.right(variables)
}
