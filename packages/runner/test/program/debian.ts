import { execFileSync } from "node:child_process"
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs"
import { join } from "node:path"
import process from "node:process"
import { fileURLToPath } from "node:url"

const cache = fileURLToPath(new URL("../../../../node_modules/.cache/debian", import.meta.url))

/** A program of Debian's: its name on PATH, the packages that have it and what it needs, and where it stands in them. */
export interface Program {
  readonly name: string
  readonly packages: readonly [string, ...ReadonlyArray<string>]
  readonly file: string
}

const onPath = (name: string): string | undefined =>
  (process.env["PATH"] ?? "")
    .split(":")
    .map((folder) => join(folder, name))
    .find((file) => existsSync(file))

/** Lists of packages of our own, where this machine has none that are up to date. */
const ownLists = (folder: string): ReadonlyArray<string> => {
  for (const each of ["state/lists/partial", "cache/archives/partial"])
    mkdirSync(join(folder, each), { recursive: true })
  return ["-o", `Dir::State=${join(folder, "state")}`, "-o", `Dir::Cache=${join(folder, "cache")}`]
}

/** Fetches packages and unpacks them, with no right of root and nothing installed; whole, or not at all: files of tests may do so at once. */
const fetched = ({ file, name, packages }: Program): string => {
  const root = join(cache, packages[0])
  if (existsSync(join(root, file))) return join(root, file)
  mkdirSync(cache, { recursive: true })
  const folder = mkdtempSync(join(cache, "fetching-"))
  const apt = (...args: ReadonlyArray<string>) => execFileSync("apt-get", [...args], { cwd: folder, stdio: "pipe" })
  try {
    try {
      apt("download", ...packages)
    } catch {
      const lists = ownLists(folder)
      apt("update", ...lists)
      apt("download", ...packages, ...lists)
    }
    for (const deb of readdirSync(folder).filter((each) => each.endsWith(".deb")))
      execFileSync("dpkg", ["-x", join(folder, deb), join(folder, "root")], { stdio: "pipe" })
    if (!existsSync(root)) renameSync(join(folder, "root"), root)
  } catch (error) {
    if (existsSync(join(root, file))) return join(root, file)
    throw new Error(
      `There is no ${name} on PATH, and Debian's could not be fetched: install it, such as by apt install ${packages[0]}`,
      { cause: error }
    )
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
  return join(root, file)
}

/** Where a program is: on PATH, or fetched. */
export const programOf = (program: Program): string => onPath(program.name) ?? fetched(program)
