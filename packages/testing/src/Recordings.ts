import { readdirSync } from "node:fs"
import { join, relative, sep } from "node:path"

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
