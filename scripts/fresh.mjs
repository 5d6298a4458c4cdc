// What is made of sources, and made anew when they change: `bundle.mjs` has the program from it.
import { createHash } from "node:crypto"
import * as fs from "node:fs"
import { join } from "node:path"
import process from "node:process"

/** How files look from outside. Every change shows: the time of a file's last change cannot be set back as that of its contents can. */
const looksOf = (root, files) => {
  try {
    const looks = files.map((file) => {
      const { ctimeMs, mtimeMs, size } = fs.statSync(join(root, file))
      return `${size} ${mtimeMs} ${ctimeMs}`
    })
    return looks.join()
  } catch {
    return undefined
  }
}

const contentsOf = (root, files) => {
  const hash = createHash("sha256")
  for (const file of files) {
    hash
      .update(file)
      .update("\0")
      .update(fs.readFileSync(join(root, file)))
      .update("\0")
  }
  return hash.digest("hex").slice(0, 16)
}

const readStamp = (home) => {
  try {
    return JSON.parse(fs.readFileSync(join(home, "stamp.json"), "utf8"))
  } catch {
    return undefined
  }
}

/** A copy of a checkout that may not be written, as in a container, says at every start that its files look otherwise. */
const writeStamp = (home, stamp) => {
  const file = join(home, `stamp.json.${process.pid}`)
  try {
    fs.writeFileSync(file, JSON.stringify(stamp))
    fs.renameSync(file, join(home, "stamp.json"))
  } catch (error) {
    if (!["EACCES", "EPERM", "EROFS"].includes(error.code)) throw error
  }
}

/** Makes it under another name first: who starts meanwhile finds all of it or nothing. What older sources made goes, but for the last. */
const made = async (home, contents, last, make) => {
  fs.mkdirSync(home, { recursive: true })
  const under = fs.mkdtempSync(join(home, "under-way-"))
  try {
    await make(under)
    const old = fs.readdirSync(home).filter((name) => /^[0-9a-f]{16}$/.test(name) && name !== last && name !== contents)
    for (const name of old) fs.rmSync(join(home, name), { recursive: true, force: true })
    // A temporary folder is its maker's alone; a daemon runs as a user of its own.
    fs.chmodSync(under, 0o777 & ~process.umask())
    if (!fs.existsSync(join(home, contents))) fs.renameSync(under, join(home, contents))
  } finally {
    fs.rmSync(under, { recursive: true, force: true })
  }
}

/**
 * The folder in `home` of what `make` makes of the sources as they are now, never as they were: `make` is called where there is none.
 * `sources` lists the files, as paths from `root`.
 */
export const fresh = async ({ home, make, root, sources }) => {
  const stamp = readStamp(home)
  const isThere = (contents) => fs.existsSync(join(home, contents))
  if (stamp !== undefined && isThere(stamp.contents) && looksOf(root, stamp.files) === stamp.looks) {
    return join(home, stamp.contents)
  }
  const files = sources()
  // Before they are read: what changes meanwhile looks otherwise at the next start.
  const looks = looksOf(root, files)
  const contents = contentsOf(root, files)
  if (!isThere(contents)) await made(home, contents, stamp?.contents, make)
  writeStamp(home, { contents, files, looks })
  return join(home, contents)
}
