import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, relative, sep } from "node:path"
import { Either, Schema } from "effect"

/** A recorded file: its name within the folder that it was found in, and where it is. */
export interface Recording {
  readonly name: string
  readonly path: string
}

/** Files that are not read, by their names, each with the reason. */
export type Unread = ReadonlyArray<readonly [name: RegExp, reason: string]>

/**
 * All files of folders, and of the folders in these: a new one is found by being there.
 *
 * @example
 * for (const file of Recordings.filesIn("recorded")) it(`${file.name} is read`, () => expect(Recordings.lostOf(file, lostIn)).toEqual([]))
 */
export const filesIn = (...folders: ReadonlyArray<string>): ReadonlyArray<Recording> =>
  folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ name, parentPath }) => join(parentPath, name))
      .toSorted()
      .map((path) => ({ name: relative(folder, path).replaceAll(sep, "/"), path }))
  )

/**
 * A folder for a test with files that are new: copies of those in `recorded`, each as `later/new-…`, and others by their paths and texts.
 *
 * @example
 * const { folder, remove } = Recordings.withNew("recorded", { "cut.json": "[{" })
 * onTestFinished(remove)
 */
export const withNew = (
  recorded: string,
  others: Readonly<Record<string, string>>
): { readonly folder: string; readonly remove: () => void } => {
  const folder = mkdtempSync(join(tmpdir(), "recorded-"))
  mkdirSync(join(folder, "later"))
  for (const { name, path } of filesIn(recorded)) copyFileSync(path, join(folder, "later", `new-${name}`))
  for (const [name, text] of Object.entries(others)) writeFileSync(join(folder, name), text)
  return { folder, remove: () => rmSync(folder, { recursive: true }) }
}

/** What of a file is not read, as its name and the reason: nothing of one that is listed, one reason of one that cannot be taken apart. */
export const lostOf = (
  { name, path }: Recording,
  lostIn: (path: string) => ReadonlyArray<string>,
  unread: Unread = []
): ReadonlyArray<string> => {
  if (unread.some(([listed]) => listed.test(name))) return []
  try {
    return lostIn(path).map((reason) => `${name}: ${reason}`)
  } catch (error) {
    const [reason = ""] = String(error instanceof Error ? error.message : error).split("\n")
    return [`${name}: it cannot be taken apart: ${reason}`]
  }
}

const NOTE = String.raw`(?: \([^;]+\))?`
const AT_COMMIT = String.raw`[\w.-]+/[\w.-]+@[0-9a-f]{40} \S+${NOTE}`

/** Where the form of a row is from: files at a commit, or a page where there is none: an issue, a changelog, a published package. */
const Source = Schema.Struct({
  shapedBy: Schema.optional(Schema.String.pipe(Schema.pattern(new RegExp(`^${AT_COMMIT}(?:; ${AT_COMMIT})*$`)))),
  page: Schema.optional(Schema.String.pipe(Schema.pattern(new RegExp(`^https://\\S+${NOTE}$`))))
}).pipe(Schema.filter(({ page, shapedBy }) => page !== undefined || shapedBy !== undefined))

const isSourced = (row: unknown): boolean => Either.isRight(Schema.decodeUnknownEither(Source)(row))

/**
 * The rows of a folder's fixtures that do not say where their form is from: `shapedBy` is `owner/repository@commit path`, with the
 * whole hash and a note in brackets, several with `; ` between; `page` the address of what has no commit.
 *
 * @example
 * expect(Recordings.unsourcedIn("recorded")).toEqual([])
 */
export const unsourcedIn = (folder: string): ReadonlyArray<string> =>
  filesIn(folder).flatMap((file) =>
    lostOf(file, (path) =>
      [Schema.decodeUnknownSync(Schema.parseJson())(readFileSync(path, "utf8"))]
        .flat()
        .flatMap((row, i) =>
          isSourced(row) ? [] : [`row ${i} names no repository, whole commit and path, and no page`]
        )
    )
  )
